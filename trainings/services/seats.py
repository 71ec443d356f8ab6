"""Seats: given, answered, given back. The order of locks: trainings.services.locks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from okoce.audit.services import record
from participants.models import Participant
from trainings import messages, rules
from trainings.enums import ENROLLED, SEATED, BookingState, SessionState
from trainings.models import Booking, TrainingSession
from trainings.querysets import can_come, in_need_of, waiting_longest
from trainings.refusals import BookingRefused, Refusal
from trainings.services import offers
from trainings.services.locks import actor, lock_people, locked, next_number, save

__all__ = [
    "InviteOutcome",
    "actor",
    "book_seat",
    "candidates",
    "confirm",
    "decline",
    "invite",
    "invite_preview",
    "lock_people",
    "locked",
    "next_number",
    "promote",
    "release_seat",
    "save",
]


@dataclass(frozen=True)
class InviteOutcome:
    """How many got a seat and how many a place on the waiting list."""

    seated: int
    waiting: int


@transaction.atomic
def book_seat(
    *,
    session_id: int,
    participant: Participant,
    by: Any,
    now: datetime | None = None,
    confirmed: bool = False,
) -> Booking:
    """A seat, or the next place on the waiting list when all are taken. Calling again returns the same.

    Who had declined or was released gets a new place at the end. Raises BookingRefused.
    """
    now = now or timezone.now()
    session = locked(session_id)
    booking: Booking | None = session.bookings.filter(participant=participant).first()
    if booking is not None and booking.state in (*ENROLLED, BookingState.WAITLISTED):
        return booking
    lock_people([participant.pk])
    if (reason := rules.why_closed(session, now=now) or rules.why_not(session, participant)) is not None:
        raise reason
    is_free = session.bookings.seated().count() < session.capacity
    seat = BookingState.CONFIRMED if confirmed else BookingState.INVITED
    booking = booking or Booking(session=session, participant=participant)
    booking.state = seat if is_free else BookingState.WAITLISTED
    booking.queue_number = next_number(session)
    booking.during = (session.starts_at, session.ends_at)
    booking.booked_at, booking.booked_by = now, actor(by)
    booking.answered_at = now if booking.state == BookingState.CONFIRMED else None
    booking.promoted_at = None
    save(booking)
    if booking.state == BookingState.INVITED:
        messages.queue_invitations(session, [booking], now=now)
    record(by, "trainings.seat.booked", session, state=booking.state)
    return booking


# ---------------------------------------------------------------- invitations


def candidates(session: TrainingSession, *, kelurahan: Sequence[str] = ()) -> QuerySet[Participant]:
    """Whom the batch would invite, in its order."""
    people = waiting_longest(in_need_of(Participant.objects.all(), session), session)
    return people.filter(kelurahan__in=kelurahan) if kelurahan else people


def invite_preview(
    session: TrainingSession, *, waiting: int = 0, kelurahan: Sequence[str] = ()
) -> tuple[int, InviteOutcome]:
    """How many match, and how many of them ``invite`` would seat and put on the waiting list."""
    matching = candidates(session, kelurahan=kelurahan).order_by().count()
    return matching, _share(session, matching, waiting)


def _share(session: TrainingSession, matching: int, waiting: int) -> InviteOutcome:
    free = max(0, session.capacity - session.bookings.seated().count())
    seated = min(free, matching)
    room = max(0, waiting - session.bookings.waiting().count())
    return InviteOutcome(seated, min(room, matching - seated))


@transaction.atomic
def invite(
    *,
    session_id: int,
    by: Any,
    now: datetime | None = None,
    waiting: int = 0,
    kelurahan: Sequence[str] = (),
) -> InviteOutcome:
    """Fill the free seats by need, and the waiting list up to ``waiting`` people, in order.

    Calling again finds the seats taken and the list as long as asked, and changes nothing. Raises
    BookingRefused.
    """
    now = now or timezone.now()
    session = locked(session_id)
    if (reason := rules.why_closed(session, now=now)) is not None:
        raise reason
    wanted = _share(session, 1_000_000, waiting)
    ids = list(candidates(session, kelurahan=kelurahan).values_list("pk", flat=True)[: _sum(wanted)])
    lock_people(ids)
    # Somebody may have got a seat elsewhere while we waited for the lock.
    still = set(in_need_of(Participant.objects.filter(pk__in=ids), session).values_list("pk", flat=True))
    ids = [pk for pk in ids if pk in still]
    first = next_number(session)
    bookings = [
        Booking(
            session=session,
            participant_id=pk,
            state=BookingState.INVITED if i < wanted.seated else BookingState.WAITLISTED,
            queue_number=first + i,
            during=(session.starts_at, session.ends_at),
            booked_at=now,
            booked_by=actor(by),
        )
        for i, pk in enumerate(ids)
    ]
    Booking.objects.bulk_create(bookings)
    seated = [b for b in bookings if b.state == BookingState.INVITED]
    if seated:
        messages.queue_invitations(session, seated, now=now)
    outcome = InviteOutcome(len(seated), len(bookings) - len(seated))
    if bookings:
        record(
            by,
            "trainings.session.invited",
            session,
            count=len(bookings),
            seated=outcome.seated,
            waiting=outcome.waiting,
        )
    return outcome


def _sum(outcome: InviteOutcome) -> int:
    return outcome.seated + outcome.waiting


# ---------------------------------------------------------------- answers


@transaction.atomic
def confirm(*, booking_id: int, by: Any, now: datetime | None = None) -> Booking:
    """The person comes. Calling again changes nothing. Raises BookingRefused without a seat to confirm."""
    now = now or timezone.now()
    session, booking = _own(booking_id)
    if booking.state == BookingState.CONFIRMED:
        return booking
    if booking.state != BookingState.INVITED or rules.why_closed(session, now=now) is not None:
        raise BookingRefused(Refusal.NOT_INVITED)
    booking.state, booking.answered_at = BookingState.CONFIRMED, now
    booking.save()
    record(by, "trainings.seat.confirmed", session)
    return booking


@transaction.atomic
def decline(*, booking_id: int, by: Any, now: datetime | None = None) -> Booking:
    """The person cannot come: the seat goes to the next in order. Calling again changes nothing."""
    return _give_back(booking_id, BookingState.DECLINED, by=by, now=now)


@transaction.atomic
def release_seat(*, booking_id: int, by: Any, now: datetime | None = None) -> Booking:
    """The office takes the place back: it goes to the next in order, once. Calling again changes nothing."""
    return _give_back(booking_id, BookingState.RELEASED, by=by, now=now)


def _own(booking_id: int) -> tuple[TrainingSession, Booking]:
    session = locked(Booking.objects.values_list("session_id", flat=True).get(pk=booking_id))
    return session, Booking.objects.select_related("participant").get(pk=booking_id)


def _give_back(booking_id: int, state: BookingState, *, by: Any, now: datetime | None) -> Booking:
    now = now or timezone.now()
    session, booking = _own(booking_id)
    if booking.state not in (*SEATED, BookingState.WAITLISTED):
        return booking
    if (reason := rules.why_closed(session, now=now)) is not None:
        raise reason
    booking.state, booking.answered_at = state, now
    booking.save()
    messages.withdraw(booking)
    record(by, f"trainings.seat.{state}", session)
    promote(session, now=now)
    return booking


def promote(session: TrainingSession, *, now: datetime) -> list[Booking]:
    """Give free seats to the next in order who can come. The session is locked by the caller.

    Who cannot (a seat elsewhere at that time, the activity done meanwhile) stays in line and is passed over.
    """
    if session.state != SessionState.PUBLISHED or session.starts_at <= now:
        return []
    promoted: list[Booking] = []
    while (free := session.capacity - session.bookings.seated().count()) > 0:
        able = can_come(Participant.objects.all(), session).values("pk")
        line = session.bookings.waiting().filter(participant__in=able)
        wanted = list(line.values_list("participant_id", flat=True)[:free])
        # From the second round on somebody else's lock is not waited for: it would break the order of locks.
        held = lock_people(wanted, skip_locked=bool(promoted))
        got = list(line.filter(participant__in=held).select_related("participant"))
        for booking in got:
            booking.state, booking.promoted_at = BookingState.INVITED, now
            booking.save()
        promoted += got
        if not got:
            break
    if promoted:
        messages.queue_seat_offers(session, promoted, now=now)
    return promoted + offers.promote(session, now=now)
