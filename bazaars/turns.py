"""The turn ledger in words, for the vendor and for the staff on the person's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bazaars.enums import TurnKind
from bazaars.models import TurnLedger
from bazaars.services import turns


@dataclass(frozen=True, slots=True)
class Line:
    """One turn, or one that does not count and why. ``state``: counts, coming, over or free."""

    on: date
    bazaar: str
    site: str
    what: str
    state: str
    words: str
    tone: str


def count_of(participant_id: int, *, today: date) -> int:
    """Turns up to this day; stalls of coming bazaars may still be given back. Two queries."""
    entries = turns.entries_of([participant_id], before=today)
    return sum(entry.counts and entry.on <= today for entry in entries)


def count_words(count: int) -> str:
    """Of the person who reads it."""
    if not count:
        return _("You had no turn in the last 12 months")
    words = ngettext(
        "You had %(count)s turn in the last 12 months",
        "You had %(count)s turns in the last 12 months",
        count,
    )
    return words % {"count": count}


def staff_words(count: int) -> str:
    if not count:
        return _("No turn in the last 12 months")
    words = ngettext("%(count)s turn in the last 12 months", "%(count)s turns in the last 12 months", count)
    return words % {"count": count}


def lines_of(rows: Sequence[TurnLedger], *, today: date) -> list[Line]:
    """``rows`` with site and bazaar, in their order. One query."""
    since = turns.months_before(today, turns.COUNT_FOR_MONTHS)
    return [_line(row, entry, since, today) for row, entry in zip(rows, turns.judged(rows), strict=True)]


def _line(row: TurnLedger, entry: turns.Entry, since: date, today: date) -> Line:
    what = _("Stall held") if row.kind == TurnKind.STALL_HELD else _("Did not come, no excuse")
    state, tone = "free", ""
    match entry.why:
        case "released":
            words = _("Given back or cancelled: costs no turn")
        case "excused":
            words = _("Excused: costs no turn")
        case "mistaken":
            words = _("Noted by mistake: costs no turn")
        case _ if row.on > today:
            state, words = "coming", _("Counts as one turn from that day, unless you give it back before")
        case _ if row.on <= since:
            state, words = "over", _("More than 12 months ago: counts no more")
        case _:
            state, tone, words = "counts", "info", _("Counts as one turn")
    return Line(row.on, row.site.bazaar.name, row.site.name, what, state, words, tone)
