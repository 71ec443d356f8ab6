"""From one session to another of the same activity: one seat is given for the other, in one transaction.

A person moves alone to a free seat (``move``), two people exchange theirs (``exchange``), and who changes the
group of a phase goes to the sessions of the other group (``follow_groups``).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from okoce.audit.services import record
from trainings import messages, rules
from trainings.enums import ENROLLED, SEATED, BookingState, LeftReason, SessionState
from trainings.models import Booking, TrainingSession
from trainings.models.session import TsTzRange
from trainings.querysets import days_of, year_in_jakarta
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


def seats_of(booking: Booking) -> QuerySet[Booking]:
    """Where the person of ``booking`` sits, wherever that is."""
    return Booking.objects.filter(participant=booking.participant_id).enrolled()


def coming_seat(booking: Booking, *, now: datetime) -> Booking | None:
    """The seat that the person of ``booking`` has in a coming session of the same activity, if any."""
    same = seats_of(booking).filter(
        session__activity=booking.session.activity_id,
        session__state=SessionState.PUBLISHED,
        session__starts_at__gt=now,
        session__head=None,
    )
    return same.order_by("session__starts_at", "pk").first()


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
    _leave(booking, now=now)
    offers.take_back_late(new, now=now)
    if new.bookings.seated().count() >= new.places:
        raise rules.why_not(new, booking.participant) or BookingRefused(Refusal.NO_SEAT)
    seat = _sit(booking, new, state=BookingState.CONFIRMED, by=by, now=now)
    record(by, "trainings.seat.moved", new, from_session=old.pk)
    offers.promote(old, now=now, may_wait=False)
    offers.fill_soon(old.activity_id, old.kecamatan_id)
    return seat


def _leave(booking: Booking, *, now: datetime) -> None:
    booking.state, booking.answered_at = BookingState.MOVED, now
    booking.save()
    messages.withdraw(booking)


def _sit(old: Booking, new: TrainingSession, *, state: str, by: Any, now: datetime) -> Booking:
    """The seat in ``new`` of the person who has left ``old``. Raises BookingRefused."""
    if (reason := rules.why_not(new, old.participant)) is not None:
        raise reason
    seat = new.bookings.filter(participant=old.participant_id).first() or Booking(
        session=new, participant_id=old.participant_id
    )
    seat.state, seat.queue_number = state, next_number(new)
    seat.during = (new.starts_at, new.ends_at)
    seat.booked_at, seat.booked_by = now, actor(by)
    seat.answered_at = now if state == BookingState.CONFIRMED else None
    seat.promoted_at = seat.answer_by = None
    seat.decline_reason = ""
    save(seat)
    waits.end([old.participant_id], new.activity_id, reason=LeftReason.SEATED, now=now)
    return seat


# ---------------------------------------------------------------- two people exchange their seats


def partners(booking: Booking, session: TrainingSession) -> QuerySet[Booking]:
    """Seats of ``session`` whose people could take the place of ``booking``: free at its time, and the person
    of ``booking`` at theirs. The seats that are exchanged do not count."""
    mine, other = class_ids(booking.session), class_ids(session)
    elsewhere = Booking.objects.filter(state__in=ENROLLED).exclude(session__in=[*mine, *other])
    is_busy = any(
        elsewhere.filter(participant=booking.participant_id, during__overlap=during).exists()
        for during in days_of(session)
    )
    seats: QuerySet[Booking] = session.bookings.seated()
    if is_busy:
        return seats.none()
    meets = Q()
    for during in days_of(booking.session):
        meets |= Q(during__overlap=during)
    busy = elsewhere.filter(meets, participant=OuterRef("participant"))
    return seats.filter(~Exists(busy)).exclude(participant=booking.participant_id)


def class_ids(session: TrainingSession) -> list[int]:
    """The session, and the other days of its class."""
    if session.day_count == 1:
        return [session.pk]
    days = TrainingSession.objects.filter(Q(pk=session.class_id) | Q(head=session.class_id))
    return list(days.values_list("pk", flat=True))


@transaction.atomic
def exchange(
    *, booking_id: int, with_booking_id: int, by: Any, now: datetime | None = None
) -> tuple[Booking, Booking]:
    """Two people take each other's seat, in two sessions of one activity. No seat becomes free, so full
    sessions do not matter and nobody in line is passed over. Each is told once, and keeps the answer given.

    Pressing twice exchanges once. Raises BookingRefused, and then nothing has changed.
    """
    now = now or timezone.now()
    rows = dict(Booking.objects.filter(pk__in=[booking_id, with_booking_id]).values_list("pk", "session_id"))
    sessions = {pk: locked(pk) for pk in sorted(set(rows.values()))}
    first, second = sessions[rows[booking_id]], sessions[rows[with_booking_id]]
    one, other = (
        Booking.objects.select_related("participant", "session").get(pk=pk)
        for pk in (booking_id, with_booking_id)
    )
    if one.state == other.state == BookingState.MOVED:
        done = [
            session.bookings.seated().filter(participant=booking.participant_id).first()
            for session, booking in ((second, one), (first, other))
        ]
        if done[0] is not None and done[1] is not None:
            return done[0], done[1]
    if first.pk == second.pk:
        raise BookingRefused(Refusal.OTHER_ACTIVITY)
    _refuse(one, first, second, now=now)
    _refuse(other, second, first, now=now)
    lock_people([one.participant_id, other.participant_id])
    states = one.state, other.state
    _leave(one, now=now)
    _leave(other, now=now)
    seats = (
        _sit(one, second, state=states[0], by=by, now=now),
        _sit(other, first, state=states[1], by=by, now=now),
    )
    for seat, old in zip(seats, (first, second), strict=True):
        record(by, "trainings.seat.exchanged", seat.participant, session=seat.session_id, before=old.pk)
        messages.queue_new_seats([seat], now=now)
    return seats


# ---------------------------------------------------------------- another group of a phase


def follow_groups(
    *, moves: dict[int, int], phase_id: int, kecamatan: str, by: Any, now: datetime
) -> list[Booking]:
    """``moves``: participant → the group they go on with. Their seats in coming sessions of other groups
    become seats in the session of that group for the same activity, all at once, so that two may change
    places in full sessions. Each is told once. Raises BookingRefused when a session has no seat left then."""
    of_phase = TrainingSession.objects.public().first_days().upcoming(now=now)
    of_phase = of_phase.filter(phase=phase_id, kecamatan=kecamatan)
    target = {
        (number, activity): pk
        for number, activity, pk in of_phase.filter(group_number__in=moves.values()).values_list(
            "group_number", "activity", "pk"
        )
    }
    held = Booking.objects.seated().filter(participant__in=moves, session__in=of_phase.values("pk"))
    pairs = []
    for pk, person, session, group, activity in held.order_by("pk").values_list(
        "pk", "participant", "session", "session__group_number", "session__activity"
    ):
        to = target.get((moves[person], activity))
        if group != moves[person] and to is not None:
            pairs.append((pk, session, to))
    sessions = {pk: locked(pk) for pk in sorted({pk for _b, *ends in pairs for pk in ends})}
    lock_people(moves)
    bookings = Booking.objects.select_related("participant", "session").in_bulk([pk for pk, *_e in pairs])
    states = {pk: booking.state for pk, booking in bookings.items()}
    for pk, from_id, to_id in pairs:
        _refuse(bookings[pk], sessions[from_id], sessions[to_id], now=now)
        _leave(bookings[pk], now=now)
    seats: dict[int, list[Booking]] = {}
    for pk, _from_id, to_id in pairs:
        new = sessions[to_id]
        offers.take_back_late(new, now=now)
        if new.bookings.seated().count() >= new.places:
            raise BookingRefused(Refusal.NO_SEAT)
        seat = _sit(bookings[pk], new, state=states[pk], by=by, now=now)
        seats.setdefault(seat.participant_id, []).append(seat)
    for own in seats.values():
        messages.queue_new_seats(own, now=now)
    for from_id in sorted({from_id for _pk, from_id, _to in pairs}):
        freed = sessions[from_id]
        offers.promote(freed, now=now, may_wait=False)
        offers.fill_soon(freed.activity_id, freed.kecamatan_id)
    return [seat for own in seats.values() for seat in own]


def _refuse(booking: Booking, old: TrainingSession, new: TrainingSession, *, now: datetime) -> None:
    if booking.state not in SEATED:
        raise BookingRefused(Refusal.NOT_INVITED)
    if old.activity_id != new.activity_id or new.head_id is not None:
        raise BookingRefused(Refusal.OTHER_ACTIVITY)
    if (closed := rules.why_closed(old, now=now) or rules.why_closed(new, now=now)) is not None:
        raise closed
