"""Coming and leaving, where an activity counts hours; and mending what was forgotten."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from okoce.audit.services import record
from trainings import rules
from trainings.enums import ScanMethod, ScanResult
from trainings.models import AttendanceScan, TrainingSession
from trainings.refusals import BookingRefused, Refusal
from trainings.services.seats import actor, locked
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


@transaction.atomic
def mend(
    *,
    session_id: int,
    participant_id: int,
    left_at: datetime,
    reason: str,
    by: Any,
    now: datetime | None = None,
) -> AttendanceScan | None:
    """Somebody forgot to check out: when the person left, and how that is known. None when nothing is open.

    Raises BookingRefused for a moment before the person came or after now.
    """
    now = now or timezone.now()
    session = locked(session_id)
    stay = stays_of(session, [participant_id]).get(participant_id)
    if stay is None or not stay.is_open:
        return None
    last = session.scans.filter(participant=participant_id).moves().last()
    assert last is not None  # a stay that is open began
    if not last.at < left_at <= min(now, session.ends_at):
        raise BookingRefused(
            Refusal.LEFT_WHEN, came=rules.clock(last.at), ends=rules.clock(min(now, session.ends_at))
        )
    row = AttendanceScan.objects.create(
        session=session,
        participant_id=participant_id,
        method=ScanMethod.LIST,
        result=ScanResult.LEFT,
        device_at=left_at,
        reason=reason[:200],
        recorded_by=actor(by),
    )
    record(by, "trainings.attendance.mended", session)
    return row
