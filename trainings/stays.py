"""How long people were there, from the scan log. ``trainings.stay`` measures."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from trainings.enums import ScanResult
from trainings.models import AttendanceScan, TrainingSession
from trainings.stay import CAME, WENT, Stay, measure


def stays_of(session: TrainingSession, people: Collection[int] | None = None) -> dict[int, Stay]:
    """How long each was there. Only for who counts as present; two queries."""
    return stays_in([session], people).get(session.pk, {})


def stays_in(
    sessions: Collection[TrainingSession], people: Collection[int] | None = None
) -> dict[int, dict[int, Stay]]:
    rows = AttendanceScan.objects.filter(session__in=sessions)
    if people is not None:
        rows = rows.filter(participant__in=people)
    undone = {
        (r.session_id, r.participant_id): r.pk for r in rows.filter(result=ScanResult.UNDONE).order_by("pk")
    }
    events: dict[tuple[int, int], list[tuple[str, datetime]]] = {}
    came: set[tuple[int, int]] = set()
    for row in rows.moves():
        key = (row.session_id, row.participant_id)
        if row.pk < undone.get(key, 0):
            continue
        if row.result == ScanResult.ACCEPTED:
            came.add(key)
        events.setdefault(key, []).append((WENT if row.result == ScanResult.LEFT else CAME, row.at))
    found: dict[int, dict[int, Stay]] = {s.pk: {} for s in sessions}
    times = {s.pk: (s.starts_at, s.ends_at) for s in sessions}
    for (session, person), moves in events.items():
        if (session, person) in came:
            starts, ends = times[session]
            found[session][person] = measure(moves, starts_at=starts, ends_at=ends)
    return found
