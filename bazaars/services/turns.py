"""The turn ledger: what counts as a turn, and what does not and why (docs/draw.md, "What is frozen")."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from bazaars.enums import EXCUSED, AllocationState, Excuse, ReleaseKind, TurnKind
from bazaars.models import Allocation, TurnLedger

COUNT_FOR_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger. ``why`` says why it does not count: released, excused or mistaken."""

    participant_id: int
    site_id: int
    kind: str
    on: date
    why: str = ""

    @property
    def counts(self) -> bool:
        return not self.why


def entries_of(participants: Collection[int], *, before: date) -> list[Entry]:
    """Lines of the twelve months before a day, newest first. Two queries however many they are."""
    since = months_before(before, COUNT_FOR_MONTHS)
    rows = TurnLedger.objects.filter(participant_id__in=participants, on__gt=since).order_by("-on", "-pk")
    return judged(list(rows))


def judged(rows: Sequence[TurnLedger]) -> list[Entry]:
    """The lines as they count now, in the same order. One query."""
    becomes = Q(state=AllocationState.RELEASED) | Q(absence__isnull=False)
    found = Allocation.objects.filter(becomes, participant_id__in={row.participant_id for row in rows})
    states = {
        (participant, site): (state == AllocationState.RELEASED and kind != ReleaseKind.ABSENT, excuse)
        for participant, site, state, kind, excuse in found.values_list(
            "participant_id", "application__site_id", "state", "release_kind", "absence__excuse"
        )
    }
    return [
        Entry(
            row.participant_id,
            row.site_id,
            row.kind,
            row.on,
            _why_not(row.kind, *states.get((row.participant_id, row.site_id), (False, None))),
        )
        for row in rows
    ]


def _why_not(kind: str, is_released: bool, excuse: str | None) -> str:
    """A stall that went to a reserve because nobody came was held all the same."""
    if kind == TurnKind.STALL_HELD and is_released:
        return "released"
    if excuse in EXCUSED:
        return "excused"
    if kind == TurnKind.NO_SHOW and excuse == Excuse.CAME:
        return "mistaken"
    return ""


def months_before(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = (date(years + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(years, month + 1, min(day.day, last))
