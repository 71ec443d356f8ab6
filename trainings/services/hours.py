"""Mending a check-out that was forgotten, where an activity counts hours."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from okoce.audit.services import record
from trainings import rules
from trainings.enums import ScanMethod, ScanResult
from trainings.models import AttendanceScan
from trainings.refusals import BookingRefused, Refusal
from trainings.services.seats import actor, locked
from trainings.stays import stays_of


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
    if not last.at < left_at <= now:
        raise BookingRefused(Refusal.LEFT_WHEN, came=rules.clock(last.at), ends=rules.clock(now))
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
