"""The difference between two lists of one sender, as a page shows it: then and now, masked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from participants import areas, import_fields
from participants.import_report import LOOKS, Look
from participants.import_words import FIELD_LABELS, TAKE_LABELS
from participants.importing.codes import status_of
from participants.models import ImportBatch, ImportRow
from participants.services.import_comparing import CHANGED, NEW, SAME, gone
from participants.services.importing import SAVED, values_of

GONE = "gone"
PARTS: dict[str, Any] = {
    CHANGED: gettext_lazy("Changed"),
    NEW: gettext_lazy("New on this list"),
    GONE: gettext_lazy("Gone from this list"),
    SAME: gettext_lazy("Same"),
}


@dataclass(frozen=True)
class Change:
    label: Any
    then: str
    now: str


@dataclass(frozen=True)
class Difference:
    """One person: the row here (or, for those who are gone, in the list before) and what is otherwise."""

    position: int
    sheet: str
    row: int
    name: str
    place: str
    look: Look
    changes: list[Change]
    takes: list[Any]
    can_take: bool


def chips(batch: ImportBatch, part: str) -> list[dict[str, Any]]:
    return [
        {"code": code, "label": label, "count": batch.comparison.get(code, 0), "is_current": code == part}
        for code, label in PARTS.items()
    ]


def rows_of(batch: ImportBatch, part: str, rows: QuerySet[ImportRow]) -> QuerySet[ImportRow]:
    """Rows of this list, or for ``gone`` those of the list before; ``rows``: what the officer may see."""
    if part == GONE:
        assert batch.compared_with is not None
        return rows.filter(pk__in=gone(batch, batch.compared_with).values("pk"))
    return rows.filter(batch=batch, compared=part)


def lines(rows: Sequence[ImportRow], batch: ImportBatch, part: str) -> list[Difference]:
    earlier: dict[int, ImportRow] = {}
    if part == CHANGED:
        positions = [row.earlier_position for row in rows]
        old = ImportRow.objects.filter(batch=batch.compared_with_id, position__in=positions)
        earlier = {row.position: row for row in old}
    return [_difference(row, earlier.get(row.earlier_position or 0)) for row in rows]


def _difference(row: ImportRow, old: ImportRow | None) -> Difference:
    now = _texts(row)
    changes = []
    if old is not None:
        then = _texts(old)
        for name in row.changed or []:
            if name == "state":
                changes.append(
                    Change(FIELD_LABELS[name], str(LOOKS[old.status].label), str(LOOKS[row.status].label))
                )
            else:
                changes.append(_change(name, then.get(name) or "–", now.get(name) or "–"))
    return Difference(
        position=row.position,
        sheet=row.sheet,
        row=row.row,
        name=now["nama"],
        place=", ".join(filter(None, (now["kelurahan"], now["kecamatan"]))),
        look=LOOKS[row.status],
        changes=changes,
        takes=[TAKE_LABELS[name] for name in row.takes or []],
        can_take=bool(row.differs),
    )


def _change(name: str, then: str, now: str) -> Change:
    """What differs where nobody may see it is said in words."""
    if then == now:
        return Change(FIELD_LABELS[name], then, _("%(value)s (another one)") % {"value": now})
    return Change(FIELD_LABELS[name], then, now)


def _texts(row: ImportRow) -> dict[str, str]:
    values = values_of(row)
    texts = import_fields.shown(values)
    if values and status_of(row.codes) in SAVED:
        for name in ("kecamatan", "kelurahan"):
            texts[name] = areas.name_of(values.get(name))
    texts["tgl_lahir"] = import_fields.masked_birth(texts["tgl_lahir"])
    texts["nik"] = import_fields.masked_nik(texts["nik"])
    texts["hp"] = import_fields.masked_phone(texts["hp"])
    texts["alamat"] = ", ".join(filter(None, (texts["alamat"], texts["rtrw"])))
    texts["usaha"] = ", ".join(
        filter(None, (texts["jenis_usaha"], texts["nama_usaha"], texts["status_usaha"]))
    )
    return texts
