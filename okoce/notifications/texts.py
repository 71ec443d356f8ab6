"""Texts with named gaps, as people outside of programming can write them: ``Halo {name}, jadwal Anda …``.

Nothing in them is ever executed. A gap takes what the kind of message knows under that name, as one line:
a time in long words (``starts_at``; also ``…_day`` and ``…_clock``), a path of the portal as a whole link
under ``…_link``, a list joined by semicolons. A line all of whose gaps are empty is left out.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from django.utils import timezone, translation
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

GAP: Final = re.compile(r"\{([a-z_]+)\}")
_BRACE: Final = re.compile(r"[{}]")
LONGEST_VALUE: Final = 300
GROUP: Final = "group"  # not a channel: the text that one person sends to a whole group
LINE: Final = "line"  # not a channel either: the message as one line of several that go in one
NOTHING: Final = "-"  # registered templates refuse an empty value


@lru_cache(maxsize=1000)
def gaps(text: str) -> tuple[str, ...]:
    """The names of the gaps in their order, repeated ones too."""
    return tuple(GAP.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its gaps filled; a gap without a value becomes empty."""
    lines = []
    for line in text.strip().splitlines():
        names = gaps(line)
        if names and not any(values.get(name) for name in names):
            continue
        lines.append(GAP.sub(lambda found: values.get(found[1], ""), line).rstrip())
    return "\n".join(lines)


def lines_of(
    values: Mapping[str, Any], *, language: str, only: Collection[str] | None = None
) -> dict[str, str]:
    """Every value, or ``only`` what these gaps need, as one line of words in ``language``; ``x_path`` also as
    the link ``x_link``.
    """
    if only is not None:
        needed = _needed(frozenset(only))
        values = {name: value for name, value in values.items() if name in needed}
    with translation.override(language):
        said = {name: one_line(value) for name, value in values.items()}
        times = {
            f"{name}_{part}": piece
            for name, value in values.items()
            if isinstance(value, datetime.datetime)
            for part, piece in _parts_of(value, language)
        }
    portal = said.get("portal_url", "")
    links = {
        f"{name.removesuffix('_path')}_link": portal + path
        for name, path in said.items()
        if name.endswith("_path") and path
    }
    return said | times | links


@lru_cache(maxsize=1000)
def _needed(gaps: frozenset[str]) -> frozenset[str]:
    return frozenset({"portal_url", *gaps, *(f"{name.removesuffix('_link')}_path" for name in gaps)})


def moment(key: str, value: Any) -> Any:
    """ISO text under a name in ``_at`` or ``_on`` as the datetime or date it stands for."""
    if isinstance(value, str):
        if key.endswith("_at"):
            return parse_datetime(value) or value
        if key.endswith("_on"):
            return parse_date(value) or value
    return value


def one_line(value: Any) -> str:
    """A value as it reads inside a sentence, without line breaks."""
    if value is None or value is False:
        return ""
    if isinstance(value, datetime.datetime):
        return _moment(value, translation.get_language())
    if isinstance(value, datetime.date):
        return date_format(value, "LONG_DATE_FORMAT")
    if isinstance(value, datetime.time):
        return time_format(value)
    if isinstance(value, (list, tuple)):
        return "; ".join(filter(None, (one_line(one) for one in value)))[:LONGEST_VALUE]
    return " ".join(str(value).split())[:LONGEST_VALUE]


@lru_cache(maxsize=1000)  # a session has a hundred reminders
def _moment(value: datetime.datetime, language: str) -> str:
    local = timezone.localtime(value)
    return f"{date_format(local, 'LONG_DATE_FORMAT')}, {time_format(local)} WIB"


@lru_cache(maxsize=1000)
def _parts_of(value: datetime.datetime, language: str) -> tuple[tuple[str, str], ...]:
    local = timezone.localtime(value)
    with translation.override(language):
        return ("day", one_line(local.date())), ("clock", one_line(local.time()))


def problems_of(text: str, *, known: Iterable[str], longest: int, is_registered: bool = False) -> list[str]:
    """What is wrong with a text, in sentences; empty when it can be used.

    ``is_registered``: it is a template of a channel that wants words before, between and after the gaps.
    """
    found = []
    if not text.strip():
        return [_("The text is empty.")]
    unknown = sorted(set(gaps(text)) - set(known))
    if unknown:
        found.append(
            _("%(gaps)s: this message does not know that. It knows: %(known)s.")
            % {
                "gaps": ", ".join(f"{{{name}}}" for name in unknown),
                "known": ", ".join(f"{{{name}}}" for name in sorted(known)),
            }
        )
    if _BRACE.search(GAP.sub("", text)):
        found.append(_("A brace is not closed, or there is something other than a name between two of them."))
    if len(text) > longest:
        found.append(
            _("The text has %(length)s characters; %(longest)s are possible. Shorten it.")
            % {"length": len(text), "longest": longest}
        )
    if is_registered:
        found += _unfit_for_registering(text)
    return found


def _unfit_for_registering(text: str) -> Iterable[str]:
    bare = text.strip()
    if bare.startswith("{") or bare.endswith("}"):
        yield _("WhatsApp wants a word before the first and after the last gap.")
    if re.search(r"\}\s*\{", bare):
        yield _("WhatsApp wants a word between two gaps.")
    if "\n\n\n" in bare:
        yield _("WhatsApp allows one empty line between two paragraphs, not more.")
