"""A day more or less of a class that is planned already. Who has a place is told by the next release."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from okoce.audit.services import record
from trainings import releasing, rules
from trainings.enums import ENROLLED, BookingState, SessionState
from trainings.models import Booking, TrainingSession
from trainings.refusals import Clash, SessionRefused
from trainings.scheduling import day_of
from trainings.services.locks import PERSON_FREE, actor, constraint_of, locked
from trainings.services.sessions import note_change, numbers_busy, plan_of, problems_of_day, write

MOST_DAYS = 6


def _class(head_id: int, *, now: datetime) -> tuple[TrainingSession, list[TrainingSession]]:
    """The first day with its lock, and the later ones. Raises SessionRefused when the class is over."""
    head = locked(head_id)
    later = TrainingSession.objects.select_for_update(no_key=True, of=("self",)).filter(head=head)
    days = [head, *later.with_places().order_by("day_number")]
    if head.day_count < 2 or head.head_id is not None:
        raise SessionRefused(Clash.NO_CLASS)
    if head.state not in (SessionState.DRAFT, SessionState.PUBLISHED, SessionState.HELD):
        raise SessionRefused(Clash.NOT_CHANGEABLE)
    if days[-1].starts_at <= now:
        raise SessionRefused(Clash.CLASS_OVER)
    return head, days[1:]


@transaction.atomic
def add_day(
    *, head_id: int, starts_at: datetime, ends_at: datetime, by: Any, now: datetime | None = None
) -> TrainingSession:
    """One day more, in the room of the first and with its trainer; everybody with a seat sits there too.

    The same day again is the same day. Who had to come on all days has to come on this one as well. Raises
    SessionRefused when room, trainer or somebody of the class is busy then.
    """
    now = now or timezone.now()
    head, later = _class(head_id, now=now)
    same = next((d for d in later if (d.starts_at, d.ends_at) == (starts_at, ends_at)), None)
    if same is not None:
        return same
    _refuse_day(head, later, starts_at, ends_at, now=now)
    bearer = _bearer([head, *later], now=now)
    known = bearer.released or releasing.snapshot(bearer)
    is_all = head.required_days == head.day_count
    count = head.day_count + 1
    number = 2 + sum(day.starts_at < starts_at for day in later)
    TrainingSession.objects.filter(pk__in=[d.pk for d in (head, *later)]).update(day_count=count)
    for day in reversed([d for d in later if d.starts_at > starts_at]):
        TrainingSession.objects.filter(pk=day.pk).update(day_number=day.day_number + 1)
    required = count if is_all else head.required_days
    fresh = TrainingSession(
        activity=head.activity, kecamatan_id=head.kecamatan_id, city_id=head.city_id, created_by=actor(by),
        head=head, day_number=number, day_count=count, required_days=required, has_quotas=head.has_quotas,
        extra_seats=head.extra_seats,
    )  # fmt: skip
    if head.state != SessionState.DRAFT:
        fresh.state, fresh.published_at = SessionState.PUBLISHED, now
    plan = replace(plan_of(head), starts_at=starts_at, ends_at=ends_at)
    write(fresh, plan)
    if is_all:
        TrainingSession.objects.filter(pk__in=[d.pk for d in (head, *later)]).update(required_days=required)
    _seat_people(head, fresh)
    _note(bearer, known, now=now)
    record(by, "trainings.class.day_added", head, day=day_of(starts_at).isoformat())
    return fresh


def _refuse_day(
    head: TrainingSession,
    later: list[TrainingSession],
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
) -> None:
    if head.day_count >= MOST_DAYS:
        raise SessionRefused(Clash.TOO_MANY_DAYS, "date", most=MOST_DAYS)
    if found := problems_of_day(plan_of(head), starts_at, ends_at, now=now):
        problem = found[0]
        known = problem.field if problem.field in ("date", "start", "end") else "date"
        raise SessionRefused(problem.code, known, **problem.params)
    if day_of(starts_at) in {day_of(day.starts_at) for day in (head, *later)}:
        raise SessionRefused(Clash.DAYS_APART, "date")
    if starts_at < head.starts_at:
        raise SessionRefused(Clash.BEFORE_FIRST_DAY, "date", day=rules.long_day(head.starts_at))
    if day_of(starts_at).year != day_of(head.starts_at).year:
        raise SessionRefused(Clash.OTHER_YEAR, "date")


def _seat_people(head: TrainingSession, fresh: TrainingSession) -> None:
    """The seats of the first day on the new one; from then on a trigger repeats every change."""
    seats = list(head.bookings.enrolled())
    for seat in seats:
        seat.pk, seat.session, seat.during = None, fresh, (fresh.starts_at, fresh.ends_at)
        seat._state.adding = True
    try:
        with transaction.atomic():
            Booking.objects.bulk_create(seats)
    except IntegrityError as error:
        if constraint_of(error) != PERSON_FREE:
            raise
        people = [seat.participant_id for seat in seats]
        raise SessionRefused(Clash.PEOPLE, "date", numbers=numbers_busy(people, fresh)) from None


@transaction.atomic
def remove_day(*, day_id: int, reason: str, by: Any, now: datetime | None = None) -> TrainingSession:
    """A later day is off: its room, trainer and people are free, and it stays as a session called off.

    Who had to come on more days than are left has to come on all of those. Returns the first day. Calling
    again changes nothing. Raises SessionRefused when the day has begun or is the first.
    """
    now = now or timezone.now()
    row = TrainingSession.objects.values("head_id", "state").get(pk=day_id)
    if row["head_id"] is None:
        if row["state"] == SessionState.CANCELLED:
            return locked(day_id)
        raise SessionRefused(Clash.FIRST_DAY)
    head, later = _class(row["head_id"], now=now)
    day = next((d for d in later if d.pk == day_id), None)
    if day is None:  # another press was first
        return head
    if day.starts_at <= now or day.scans.standing().exists():
        raise SessionRefused(Clash.NOT_CHANGEABLE)
    bearer = _bearer([d for d in (head, *later) if d.pk != day_id], now=now)
    known = bearer.released or releasing.snapshot(bearer)
    day.bookings.filter(state__in=ENROLLED).update(state=BookingState.RELEASED)
    day.head, day.day_number, day.day_count, day.required_days = None, 1, 1, 1
    day.state, day.cancelled_at, day.cancelled_by = SessionState.CANCELLED, now, actor(by)
    day.cancel_reason, day.changed_at, day.released = reason, None, {}
    day.save()
    left = [d for d in later if d.pk != day_id]
    count, required = len(left) + 1, min(head.required_days, len(left) + 1)
    for number, other in enumerate(left, 2):
        TrainingSession.objects.filter(pk=other.pk).update(day_number=number)
    TrainingSession.objects.filter(pk__in=[d.pk for d in (head, *left)]).update(
        day_count=count, required_days=required
    )
    _note(bearer, known, now=now)
    record(by, "trainings.class.day_removed", head, day=day_of(day.starts_at).isoformat())
    return head


def _bearer(days: list[TrainingSession], *, now: datetime) -> TrainingSession:
    """The day whose people are told of the change: the first that is still to come."""
    coming = [day for day in days if day.starts_at > now]
    if not coming:
        raise SessionRefused(Clash.LAST_TO_COME)
    return min(coming, key=lambda day: day.starts_at)


def _note(bearer: TrainingSession, known: dict[str, Any], *, now: datetime) -> None:
    bearer.refresh_from_db()
    if bearer.state == SessionState.PUBLISHED:
        note_change(bearer, known, now=now)
