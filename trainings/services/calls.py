"""Calling people about their seats: what they say on the phone counts as what they say by a link."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from okoce.audit.services import record
from trainings.enums import CallOutcome, DeclineReason
from trainings.models import Booking, CallAttempt
from trainings.services import seats

SAME_CALL = timedelta(minutes=5)  # the same outcome twice in that time is one press too many


@transaction.atomic
def note(
    *, booking_id: int, outcome: str, by: Any, wants_another: bool = True, now: datetime | None = None
) -> CallAttempt:
    """Write down what came of a call; a yes or no changes the seat. Repeating it at once changes nothing.

    ``wants_another``: a no that keeps the place in line for the next session. Raises BookingRefused when the
    seat cannot be answered for any more.
    """
    now = now or timezone.now()
    booking = Booking.objects.select_for_update().get(pk=booking_id)
    last = booking.calls.order_by("-at", "-pk").first()
    if last is not None and last.outcome == outcome and now - last.at < SAME_CALL:
        return last
    if outcome == CallOutcome.COMES:
        seats.confirm(booking_id=booking_id, by=by, now=now)
    elif outcome == CallOutcome.DECLINED:
        seats.decline(
            booking_id=booking_id, by=by, now=now, reason=DeclineReason.OTHER if wants_another else ""
        )
    attempt: CallAttempt = CallAttempt.objects.create(
        booking_id=booking_id, outcome=CallOutcome(outcome), at=now, by=by
    )
    record(by, "trainings.call.noted", booking, outcome=str(outcome))
    return attempt
