"""From one session to another of the same activity: one seat is given for the other, in one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from okoce.audit.services import record
from trainings import messages, rules
from trainings.enums import ENROLLED, SEATED, BookingState, LeftReason
from trainings.models import Booking, TrainingSession
from trainings.models.session import TsTzRange
from trainings.querysets import year_in_jakarta
from trainings.refusals import BookingRefused, Refusal
from trainings.services import offers, waits
from trainings.services.locks import actor, lock_people, locked, next_number, save


def targets(booking: Booking, *, now: datetime) -> QuerySet[TrainingSession]:
    """Where the person could go instead: coming sessions of the activity in the year and city, with a free
    seat, at a time at which the person sits nowhere else. With ``seated_count``."""
    session = booking.session
    others = (
        Booking.objects.filter(
            participant=booking.participant_id,
            state__in=ENROLLED,
            during__overlap=TsTzRange(OuterRef("starts_at"), OuterRef("ends_at")),
        )
        .exclude(session=session)
        .exclude(session__head=session)
    )
    coming = TrainingSession.objects.public().first_days().upcoming(now=now)
    return (
        coming.filter(
            year_in_jakarta(timezone.localtime(session.starts_at).year),
            ~Exists(others),
            activity=session.activity_id,
            city=session.city_id,
        )
        .exclude(pk=session.pk)
        .with_places()
        .with_seats()
        .filter(seated_count__lt=F("capacity") + F("extra_seats"))
    )


@transaction.atomic
def move(*, booking_id: int, to_session_id: int, by: Any, now: datetime | None = None) -> Booking:
    """The person's seat in the other session, confirmed; the old one is free for the next in line.

    Pressing twice gives the same seat. Raises BookingRefused, and then nothing has changed.
    """
    now = now or timezone.now()
    person_id, from_id = Booking.objects.values_list("participant_id", "session_id").get(pk=booking_id)
    sessions = {pk: locked(pk) for pk in sorted({from_id, to_session_id})}
    old, new = sessions[from_id], sessions[to_session_id]
    booking = Booking.objects.select_related("participant").get(pk=booking_id)
    there: Booking | None = new.bookings.filter(participant=person_id).first()
    if there is not None and there.state in ENROLLED:
        return there
    _refuse(booking, old, new, now=now)
    lock_people([person_id])
    booking.state, booking.answered_at = BookingState.MOVED, now
    booking.save()
    messages.withdraw(booking)
    if (reason := rules.why_not(new, booking.participant)) is not None:
        raise reason
    offers.take_back_late(new, now=now)
    if new.bookings.seated().count() >= new.places:
        raise BookingRefused(Refusal.NO_SEAT)
    seat = there or Booking(session=new, participant_id=person_id)
    seat.state, seat.queue_number = BookingState.CONFIRMED, next_number(new)
    seat.during = (new.starts_at, new.ends_at)
    seat.booked_at, seat.booked_by, seat.answered_at = now, actor(by), now
    seat.promoted_at = seat.answer_by = None
    seat.decline_reason = ""
    save(seat)
    waits.end([person_id], new.activity_id, reason=LeftReason.SEATED, now=now)
    record(by, "trainings.seat.moved", new, from_session=old.pk)
    offers.promote(old, now=now, may_wait=False)
    offers.fill_soon(old.activity_id, old.kecamatan_id)
    return seat


def _refuse(booking: Booking, old: TrainingSession, new: TrainingSession, *, now: datetime) -> None:
    if booking.state not in SEATED:
        raise BookingRefused(Refusal.NOT_INVITED)
    if old.activity_id != new.activity_id or new.head_id is not None:
        raise BookingRefused(Refusal.OTHER_ACTIVITY)
    if (closed := rules.why_closed(old, now=now) or rules.why_closed(new, now=now)) is not None:
        raise closed
