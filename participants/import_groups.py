"""One cause for all its rows: the words that stand in them, how often, and what they may be replaced by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from participants import import_fields
from participants.import_words import CAUSES
from participants.importing import areas
from participants.importing.codes import Code
from participants.models import ImportRow
from participants.models.imports import IGNORED

SHOWN = 30
NEAR = 3  # letters that may differ for a name to be proposed; the officer always decides


@dataclass(frozen=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True)
class Group:
    """Rows in which the same words stand. ``proposed`` is the value that is chosen beforehand."""

    written: dict[str, str]
    words: str
    count: int
    options: list[Option]
    proposed: str


def groups(rows: QuerySet[ImportRow], cause: str, city: str) -> list[Group]:
    """The most frequent first; empty for a cause that is mended row by row."""
    fields = import_fields.GROUPED.get(cause)
    if not fields:
        return []
    if cause.startswith("W_"):
        return _of_warning(rows, cause, city)
    keys = [f"written__{name}" for name in fields]
    counted = (
        rows.filter(codes__contains=[cause], written__isnull=False)
        .exclude(status=IGNORED)
        .order_by()
        .values(*keys)
        .annotate(count=Count("pk"))
        .order_by("-count", *keys)[:SHOWN]
    )
    found = []
    for one in counted:
        written = {name: one[key] for name, key in zip(fields, keys, strict=True)}
        if any(text is None for text in written.values()):
            continue
        options, proposed = _options(cause, written, city)
        found.append(Group(written, _words(written), one["count"], options, proposed))
    return found


def _of_warning(rows: QuerySet[ImportRow], cause: str, city: str) -> list[Group]:
    """All rows of a warning as one: the words of rows that can be saved are not kept."""
    count = rows.filter(codes__contains=[cause]).exclude(status=IGNORED).count()
    if not count:
        return []
    options, proposed = _options(cause, dict.fromkeys(import_fields.GROUPED[cause], ""), city)
    return [Group({}, str(CAUSES[cause].label), count, options, proposed)]


def _words(written: Mapping[str, str]) -> str:
    """The words as people say them, the narrower area first."""
    said = [text or _("(empty)") for text in reversed(list(written.values()))]
    return ", ".join(said)


def replacement(choice: str, city: str) -> dict[str, str] | None:
    """What a choice writes into the cells; None for one that is not offered."""
    kind, _colon, value = choice.partition(":")
    names = areas.load().names
    if kind == "kec" and value in names and value.count(".") == 2 and value.startswith(city):
        return {"kecamatan": names[value]}
    if kind == "kel" and value in names and value.count(".") == 3 and value.startswith(city):
        return {"kelurahan": names[value], "kecamatan": names[value[:8]]}
    if kind == "usaha" and value in ("sudah", "belum"):
        return {"status_usaha": value}
    return None


def _options(cause: str, written: Mapping[str, str], city: str) -> tuple[list[Option], str]:
    if "status_usaha" in written:
        return [Option("usaha:sudah", "sudah"), Option("usaha:belum", "belum")], ""
    known = areas.load()
    if "kelurahan" not in written:
        near = _nearest(written["kecamatan"], _within(known, city, 2))
        return [Option(f"kec:{code}", known.names[code]) for code in near.order], near.proposal("kec")
    kecamatan = known.kecamatan(written["kecamatan"])
    near = _nearest(written["kelurahan"], _within(known, kecamatan or city, 3))
    options = [Option(f"kel:{code}", known.names[code]) for code in near.order]
    if cause == Code.E_KEL_KEC_BEDA:
        elsewhere = [
            code
            for code in _within(known, city, 3)
            if not code.startswith(kecamatan or "-")
            and known.kelurahan(written["kelurahan"], code[:8]) == (code, None)
        ]
        moved = [Option(f"kel:{code}", f"{known.names[code]}, {known.names[code[:8]]}") for code in elsewhere]
        return [*moved, *options], moved[0].value if len(moved) == 1 else ""
    return options, near.proposal("kel")


def _within(known: areas.Areas, area: str, dots: int) -> list[str]:
    return [code for code in known.names if code.count(".") == dots and code.startswith(f"{area}.")]


@dataclass(frozen=True)
class _Near:
    order: list[str]
    best: str

    def proposal(self, kind: str) -> str:
        return f"{kind}:{self.best}" if self.best else ""


def _nearest(written: str, codes: Sequence[str]) -> _Near:
    """By name, with what is clearly nearest to the words first."""
    known = areas.load()
    spelt = areas.expand(written)
    distance = {code: areas.edits(spelt, areas.expand(known.names[code])) for code in codes}
    by_name = sorted(codes, key=lambda code: known.names[code])
    close = sorted((code for code in codes if distance[code] <= NEAR), key=lambda code: distance[code])
    is_clear = len(close) == 1 or (len(close) > 1 and distance[close[0]] < distance[close[1]])
    best = close[0] if spelt and close and is_clear else ""
    return _Near([*([best] if best else []), *(code for code in by_name if code != best)], best)


def counted_takes(rows: QuerySet[ImportRow]) -> dict[str, Any]:
    """For how many registered people the list has something else, by what."""
    counts = {name: Count("pk", filter=Q(differs__contains=[name])) for name in import_fields.TAKES}
    return rows.order_by().aggregate(**counts)
