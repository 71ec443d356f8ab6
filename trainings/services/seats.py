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
from trainings.enums import ENROLLED, SEATED, BookingState, LeftReason
from trainings.models import Booking, TrainingSession, Waiting
from trainings.querysets import available_at, in_need_of
from trainings.refusals import BookingRefused, Refusal
from trainings.services import offers, waits
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
) -> Booking | Waiting:
    """A seat, or a place in the line for the activity when all are taken. Calling again returns the same.

    Who had declined or was released may get a seat anew. Raises BookingRefused.
    """
    now = now or timezone.now()
    session = locked(session_id)
    booking: Booking | None = session.bookings.filter(participant=participant).first()
    if booking is not None and booking.state in ENROLLED:
        return booking
    lock_people([participant.pk])
    if (reason := rules.why_closed(session, now=now) or rules.why_not(session, participant)) is not None:
        raise reason
    offers.take_back_late(session, now=now)
    if session.bookings.seated().count() >= session.places:
        return waits.join(
            participant_id=participant.pk,
            activity_id=session.activity_id,
            area_id=session.kecamatan_id,
            by=by,
            now=now,
        )
    booking = booking or Booking(session=session, participant=participant)
    booking.state = BookingState.CONFIRMED if confirmed else BookingState.INVITED
    booking.queue_number = next_number(session)
    booking.during = (session.starts_at, session.ends_at)
    booking.booked_at, booking.booked_by = now, actor(by)
    booking.answered_at = now if confirmed else None
    booking.promoted_at = booking.answer_by = None
    booking.decline_reason = ""
    save(booking)
    if confirmed:
        waits.end([participant.pk], session.activity_id, reason=LeftReason.SEATED, now=now)
    else:
        messages.queue_invitations(session, [booking], now=now)
    record(by, "trainings.seat.booked", session, state=booking.state)
    return booking


# ---------------------------------------------------------------- invitations


def candidates(
    session: TrainingSession,
    *,
    now: datetime,
    kelurahan: Sequence[str] = (),
    people: QuerySet[Participant] | None = None,
) -> list[int]:
    """Whom the batch would invite, in its order: ids of people.

    The order is that of freed seats (``waits.by_need``), people who do not wait after those who do, then who
    registered first. Three queries.
    """
    able = in_need_of(Participant.objects.all() if people is None else people, session)
    if kelurahan:
        able = able.filter(kelurahan__in=kelurahan)
    return waits.by_need(available_at(able, session.starts_at), session, now=now)


def invite_preview(
    session: TrainingSession, *, now: datetime | None = None, waiting: int = 0, kelurahan: Sequence[str] = ()
) -> tuple[int, InviteOutcome]:
    """How many match, and how many of them ``invite`` would seat and put in line."""
    now = now or timezone.now()
    found = candidates(session, now=now, kelurahan=kelurahan)
    return len(found), _outcome(_share(session, found, waiting))


def _share(session: TrainingSession, found: list[int], waiting: int) -> tuple[list[int], list[int]]:
    """Of people in order: who gets a seat, and who is new in line until it is as long as ``waiting``."""
    free = max(0, session.places - session.bookings.seated().count())
    line = set(Waiting.objects.still().for_session(session).values_list("participant_id", flat=True))
    seated = found[:free]
    rest = [pk for pk in found[free:] if pk not in line]
    room = max(0, waiting - len(line.difference(seated)))
    return seated, rest[:room]


def _outcome(share: tuple[list[int], list[int]]) -> InviteOutcome:
    return InviteOutcome(len(share[0]), len(share[1]))


@transaction.atomic
def invite(
    *,
    session_id: int,
    by: Any,
    now: datetime | None = None,
    waiting: int = 0,
    kelurahan: Sequence[str] = (),
) -> InviteOutcome:
    """Fill the free seats by need, and the line for the activity up to ``waiting`` people, in order.

    Calling again finds the seats taken and the line as long as asked, and changes nothing. Raises
    BookingRefused.
    """
    now = now or timezone.now()
    session = locked(session_id)
    if (reason := rules.why_closed(session, now=now)) is not None:
        raise reason
    offers.take_back_late(session, now=now)
    seated, line = _share(session, candidates(session, now=now, kelurahan=kelurahan), waiting)
    lock_people([*seated, *line])
    # Somebody may have got a seat elsewhere while we waited for the lock.
    ids = [*seated, *line]
    still = set(in_need_of(Participant.objects.filter(pk__in=ids), session).values_list("pk", flat=True))
    seated, line = ([pk for pk in some if pk in still] for some in (seated, line))
    bookings = seat_many(session, seated, by=by, now=now)
    new = waits.join_many(
        since=dict.fromkeys(line, now),
        activity_id=session.activity_id,
        area_id=session.kecamatan_id,
        by=by,
        now=now,
    )
    if bookings or new:
        record(
            by,
            "trainings.session.invited",
            session,
            count=len(bookings) + new,
            seated=len(bookings),
            waiting=new,
        )
    return InviteOutcome(len(bookings), new)


def seat_many(session: TrainingSession, people: Sequence[int], *, by: Any, now: datetime) -> list[Booking]:
    """Invited seats for people without a row in the session, told at once. The caller holds the locks."""
    first = next_number(session)
    bookings = Booking.objects.bulk_create(
        Booking(
            session=session,
            participant_id=pk,
            state=BookingState.INVITED,
            queue_number=first + i,
            during=(session.starts_at, session.ends_at),
            booked_at=now,
            booked_by=actor(by),
        )
        for i, pk in enumerate(people)
    )
    if bookings:
        messages.queue_invitations(session, bookings, now=now)
    return bookings


# ---------------------------------------------------------------- answers


@transaction.atomic
def confirm(*, booking_id: int, by: Any, now: datetime | None = None) -> Booking:
    """The person comes, and waits no more. Calling again changes nothing. Raises BookingRefused without a
    seat to confirm, or after the deadline of an offer."""
    now = now or timezone.now()
    session, booking = _own(booking_id)
    if booking.state == BookingState.CONFIRMED:
        return booking
    if booking.state == BookingState.LAPSED or is_late(booking, now=now):
        raise BookingRefused(Refusal.TOO_LATE)
    if booking.state != BookingState.INVITED or rules.why_closed(session, now=now) is not None:
        raise BookingRefused(Refusal.NOT_INVITED)
    booking.state, booking.answered_at = BookingState.CONFIRMED, now
    booking.save()
    waits.end([booking.participant_id], session.activity_id, reason=LeftReason.SEATED, now=now)
    record(by, "trainings.seat.confirmed", session)
    return booking


def is_late(booking: Booking, *, now: datetime) -> bool:
    """The seat was offered until a moment that has passed."""
    return (
        booking.state == BookingState.INVITED and booking.answer_by is not None and booking.answer_by <= now
    )


@transaction.atomic
def decline(*, booking_id: int, by: Any, now: datetime | None = None, reason: str = "") -> Booking:
    """The seat goes to the next in line. Calling again changes nothing.

    With a ``reason`` (DeclineReason) the person cannot come this time and wants another session: in line from
    the day of booking on. Without one the person does not want the activity and waits no more.
    """
    now = now or timezone.now()
    session, booking = _own(booking_id)
    if booking.state not in SEATED:
        return booking
    if (refusal := rules.why_closed(session, now=now)) is not None:
        raise refusal
    person = booking.participant_id
    booking.state, booking.answered_at, booking.decline_reason = BookingState.DECLINED, now, reason
    booking.save()
    messages.withdraw(booking)
    if reason:
        waits.join_many(
            since={person: booking.booked_at},
            activity_id=session.activity_id,
            area_id=session.kecamatan_id,
            by=by,
            now=now,
        )
    else:
        waits.end([person], session.activity_id, reason=LeftReason.OWN_WISH, now=now)
    record(by, "trainings.seat.declined", session, reason=reason)
    offers.promote(session, now=now)
    if reason:
        offers.fill_soon(session.activity_id, session.kecamatan_id)
    return booking


@transaction.atomic
def release_seat(*, booking_id: int, by: Any, now: datetime | None = None) -> Booking:
    """The office takes the place back: it goes to the next in order, once. Calling again changes nothing."""
    now = now or timezone.now()
    session, booking = _own(booking_id)
    if booking.state not in SEATED:
        return booking
    if (reason := rules.why_closed(session, now=now)) is not None:
        raise reason
    booking.state, booking.answered_at = BookingState.RELEASED, now
    booking.save()
    messages.withdraw(booking)
    record(by, "trainings.seat.released", session)
    offers.promote(session, now=now)
    return booking


def _own(booking_id: int) -> tuple[TrainingSession, Booking]:
    session = locked(Booking.objects.values_list("session_id", flat=True).get(pk=booking_id))
    return session, Booking.objects.select_related("participant").get(pk=booking_id)


promote = offers.promote
