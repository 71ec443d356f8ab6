"""Locks and writes that everything about seats shares.

The order of locks is everywhere the same: the session (several: by id), then its people by id, so that nobody
waits in a ring.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from participants.models import Participant
from trainings import rules
from trainings.models import Booking, TrainingSession
from trainings.refusals import BookingRefused, Refusal

PERSON_FREE = "trainings_booking_person_free"


def locked(session_id: int) -> TrainingSession:
    """The session with its lock: until the end of the transaction nobody else gives or takes a seat in it."""
    session: TrainingSession = (
        TrainingSession.objects.select_for_update(no_key=True, of=("self",))
        .select_related("activity", "venue", "kecamatan")
        .get(pk=session_id)
    )
    return session


def lock_people(ids: Iterable[int], *, skip_locked: bool = False) -> list[int]:
    """Locks people in the order of their ids: two sessions that want the same people wait, never deadlock."""
    people = Participant.objects.filter(pk__in=list(ids)).order_by("pk")
    rows = people.select_for_update(no_key=True, skip_locked=skip_locked)
    return list(rows.values_list("pk", flat=True))


def save(booking: Booking) -> None:
    """Write a booking; the constraint's refusal comes back in words."""
    try:
        with transaction.atomic():
            booking.save()
    except IntegrityError as error:
        if constraint_of(error) != PERSON_FREE:
            raise
        reason = rules.why_not(booking.session, booking.participant)
        raise reason or BookingRefused(Refusal.NOT_INVITED) from None


def next_number(session: TrainingSession) -> int:
    return (session.bookings.aggregate(last=Max("queue_number"))["last"] or 0) + 1


def constraint_of(error: IntegrityError) -> str:
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


def actor(by: Any) -> Any:
    return by if getattr(by, "pk", None) else None
