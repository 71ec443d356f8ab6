"""Freed seats: offered to the next with a deadline, and to the one after when nobody answers.

An offer is a booking with ``answer_by``. It holds its seat until then; whoever looks at the session after
that (the clock, a page, somebody who wants the seat) takes it back first, under the session's lock, so that
no seat is ever given twice.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from okoce.audit.services import record
from trainings import messages
from trainings.enums import BookingState, LeftReason, SessionState
from trainings.models import Booking, TrainingSession, Waiting
from trainings.services import waits
from trainings.services.locks import lock_people, locked, next_number

log = logging.getLogger(__name__)

# How long one may think about an offer: the more time is left, the longer.
THINKING = (
    (timedelta(hours=72), timedelta(hours=24)),
    (timedelta(hours=24), timedelta(hours=6)),
    (timedelta(hours=6), timedelta(hours=2)),
)
LAST_CALL = timedelta(hours=1)  # an offer ends so long before the session at the latest


def answer_until(session: TrainingSession, *, now: datetime) -> datetime:
    """The deadline of an offer of a seat made now."""
    return thinking_until(session.starts_at, now=now)


def thinking_until(starts_at: datetime, *, now: datetime) -> datetime:
    """Until when somebody may think about an offer made now of something that begins at ``starts_at``.

    24 hours when it is three days away, 6 hours the day before, 2 hours on the day; one hour before the
    start at the latest. Counted from the time of day at which messages go out. Shortly before the start there
    is no time to pass it on: it is the person's.
    """
    heard = messages.decent(now)
    left = starts_at - heard
    for enough, thinking in THINKING:
        if left >= enough:
            return heard + thinking
    last = starts_at - LAST_CALL
    return last if last > now else starts_at


def promote(session: TrainingSession, *, now: datetime, may_wait: bool = True) -> list[Booking]:
    """Offers free seats to the next in line who can come. The session is locked by the caller.

    Who cannot (a seat elsewhere at that time, the activity done meanwhile, no time at that hour) stays in
    line and is passed over. ``may_wait``: False for a caller who holds a person's lock already; who is busy
    is then passed over too, and ``fill_soon`` comes back for them.
    """
    if session.state != SessionState.PUBLISHED or session.starts_at <= now:
        return []
    take_back_late(session, now=now)
    offered: list[Booking] = []
    while (free := session.places - session.bookings.seated().count()) > 0:
        wanted = waits.line_of(session, now=now)[:free]
        # From the second round on somebody else's lock is not waited for: it would break the order of locks.
        held = set(lock_people(wanted, skip_locked=bool(offered) or not may_wait))
        still = set(waits.line_of(session, now=now)) if held else set()
        got = [pk for pk in wanted if pk in held and pk in still]
        if not got:
            break
        offered += _offer(session, got, now=now)
    if offered:
        messages.queue_seat_offers(session, offered, now=now)
        record(None, "trainings.seat.offered", session, count=len(offered))
    return offered


def _offer(session: TrainingSession, people: list[int], *, now: datetime) -> list[Booking]:
    first, until = next_number(session), answer_until(session, now=now)
    return Booking.objects.bulk_create(
        Booking(
            session=session,
            participant_id=pk,
            state=BookingState.INVITED,
            queue_number=first + n,
            during=(session.starts_at, session.ends_at),
            booked_at=now,
            promoted_at=now,
            answer_by=until,
        )
        for n, pk in enumerate(people)
    )


def take_back_late(session: TrainingSession, *, now: datetime) -> int:
    """Offers whose deadline has passed lose their seat. The session is locked by the caller.

    Who did not answer goes to the end of the line; after three such offers the person is not asked any more.
    """
    late = list(session.bookings.late(now=now).select_related("session"))
    for booking in late:
        booking.state = BookingState.LAPSED
        booking.save(update_fields=["state"])
        messages.withdraw(booking)
    if late:
        _to_the_end([booking.participant_id for booking in late], session, now=now)
        record(None, "trainings.seat.lapsed", session, count=len(late))
    return len(late)


def _to_the_end(people: list[int], session: TrainingSession, *, now: datetime) -> None:
    mine = Waiting.objects.for_session(session).filter(participant__in=people)
    for wait in mine:
        wait.since, wait.missed_count = now, wait.missed_count + 1
        if wait.missed_count >= waits.OFFERS_MISSED:
            wait.left_at, wait.left_reason = now, LeftReason.SILENT
        wait.save()


@transaction.atomic
def settle(session_id: int, *, now: datetime) -> int:
    """What is late in one session goes to the next now. How many seats were offered on. Pages call it before
    they show or answer an offer, so that nothing depends on the clock's task."""
    if not Booking.objects.filter(session=session_id).late(now=now).exists():
        return 0
    return len(promote(locked(session_id), now=now))


def settle_all(*, now: datetime | None = None) -> int:
    """The clock's task: every late offer of every session, each session in a transaction of its own."""
    now = now or timezone.now()
    late = Booking.objects.late(now=now).order_by("session_id").values_list("session_id", flat=True)
    offered = sum(settle(pk, now=now) for pk in list(late.distinct()))
    waits.tidy(now=now)
    return offered


def offer_next(
    session: TrainingSession, *, people: Collection[int], by: Any, now: datetime | None = None
) -> int:
    """Everybody of ``people`` who lost a place in ``session`` (cancelled, postponed) is offered the next one.

    Call it in the transaction that takes the places. People come into the line for the activity in the
    session's kecamatan with the time they had booked at, before everybody who came later; the free seats of
    all coming sessions there are offered as soon as the transaction is committed, and every seat that becomes
    free after that. Calling again changes nothing. Returns how many are new in the line.
    """
    now = now or timezone.now()
    people = lock_people(people)
    booked = Booking.objects.filter(session=session.pk, participant__in=people)
    since = dict.fromkeys(people, now) | dict(booked.values_list("participant_id", "booked_at"))
    new = waits.join_many(
        since=since, activity_id=session.activity_id, area_id=session.kecamatan_id, by=by, now=now
    )
    fill_soon(session.activity_id, session.kecamatan_id)
    return new


def fill_soon(activity_id: str, area_id: str) -> None:
    """After the transaction: a fault there must not undo what was done, the clock's task comes anyway."""
    transaction.on_commit(lambda: fill(activity_id, area_id), robust=True)


def fill(activity_id: str, area_id: str, *, now: datetime | None = None) -> int:
    """Free seats of all coming sessions of the activity in the area go to who waits there.

    The nearest session first, each in a transaction of its own: two sessions are never locked at once.
    """
    now = now or timezone.now()
    coming = (
        TrainingSession.objects.public()
        .first_days()
        .upcoming(now=now)
        .filter(activity=activity_id, kecamatan__code__startswith=area_id)
        .order_by("starts_at", "pk")
    )
    return sum(len(_fill_one(pk, now=now)) for pk in list(coming.values_list("pk", flat=True)))


@transaction.atomic
def _fill_one(session_id: int, *, now: datetime) -> list[Booking]:
    return promote(locked(session_id), now=now)
