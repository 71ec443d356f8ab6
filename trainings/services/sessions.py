"""Sessions: planned, published, changed, cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from okoce.audit.services import record
from trainings import messages, rules
from trainings.enums import ENROLLED, BookingState, SessionState
from trainings.models import Activity, Booking, Phase, Trainer, TrainingSession, Venue
from trainings.refusals import BookingRefused, Clash, Refusal, SessionRefused
from trainings.scheduling import USUAL_SEATS
from trainings.services.locks import PERSON_FREE, actor, constraint_of, locked
from trainings.services.seats import promote

FIELD_OF = {
    "trainings_session_ends_after_start": (Clash.ENDS_BEFORE_START, "end"),
    "trainings_session_within_one_day": (Clash.ACROSS_MIDNIGHT, "end"),
    "trainings_session_capacity_positive": (Clash.CAPACITY_ZERO, "capacity"),
}


@dataclass(frozen=True)
class NewVenue:
    """A room that is not on the list yet; it lies in the session's kecamatan."""

    name: str
    capacity: int
    address: str = ""


@dataclass(frozen=True)
class SessionPlan:
    """What an office decides about a session. ``capacity`` None: as usual, or what the room holds."""

    activity: Activity
    kecamatan_id: str
    venue: Venue | NewVenue
    trainer: Trainer | str | None  # a text: the name of a trainer who is not on the list yet
    starts_at: datetime
    ends_at: datetime
    capacity: int | None = None

    @property
    def seats(self) -> int:
        return min(USUAL_SEATS, self.venue.capacity) if self.capacity is None else self.capacity


@transaction.atomic
def create_session(
    *,
    plan: SessionPlan,
    by: Any,
    now: datetime | None = None,
    phase: Phase | None = None,
    group_number: int | None = None,
) -> TrainingSession:
    """A draft. Raises SessionRefused with the field it stands at."""
    now = now or timezone.now()
    refuse_bad_plan(plan, now=now)
    session = TrainingSession(
        activity=plan.activity,
        kecamatan_id=plan.kecamatan_id,
        city_id=plan.kecamatan_id[:5],
        created_by=actor(by),
        phase=phase,
        group_number=group_number,
    )
    _write(session, plan)
    record(by, "trainings.session.created", session)
    return session


def refuse_bad_plan(plan: SessionPlan, *, now: datetime, seated: int = 0) -> None:
    problems = rules.problems_of_time(plan.starts_at, plan.ends_at, now=now)
    problems += rules.problems_of_capacity(
        plan.seats, venue_name=plan.venue.name, room=plan.venue.capacity, seated=seated
    )
    if problems:
        raise problems[0]


def _write(session: TrainingSession, plan: SessionPlan) -> None:
    session.venue = _venue(plan)
    session.trainer = _trainer(plan)
    session.starts_at, session.ends_at, session.capacity = plan.starts_at, plan.ends_at, plan.seats
    session.extra_seats = min(session.extra_seats, max(0, session.venue.capacity - plan.seats))
    try:
        with transaction.atomic():
            session.save()
    except IntegrityError as error:
        raise _in_words(error, session) from None


def _venue(plan: SessionPlan) -> Venue:
    if isinstance(plan.venue, Venue):
        return plan.venue
    try:
        with transaction.atomic():
            return Venue.objects.create(
                name=plan.venue.name,
                capacity=plan.venue.capacity,
                address=plan.venue.address,
                kecamatan_id=plan.kecamatan_id,
                city_id=plan.kecamatan_id[:5],
            )
    except IntegrityError as error:
        if constraint_of(error) != "trainings_venue_once":
            raise
        raise SessionRefused(Clash.VENUE_KNOWN, "new_venue", venue=plan.venue.name) from None


def _trainer(plan: SessionPlan) -> Trainer | None:
    if isinstance(plan.trainer, str):
        return Trainer.objects.create(name=plan.trainer, city_id=plan.kecamatan_id[:5])
    return plan.trainer


def _in_words(error: IntegrityError, session: TrainingSession) -> Exception:
    """The database's refusal, as the form would have said it; the other session is committed by now."""
    name = constraint_of(error)
    if name in FIELD_OF:
        code, field = FIELD_OF[name]
        return SessionRefused(code, field, clock=rules.hours(session.starts_at, session.ends_at)[:5])
    clashes = rules.clashes(
        venue=session.venue if name == "trainings_session_venue_free" else None,
        trainer=session.trainer if name == "trainings_session_trainer_free" else None,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        besides=session.pk,
    )
    return clashes[0] if clashes else error


@transaction.atomic
def change_session(
    *, session_id: int, plan: SessionPlan, by: Any, now: datetime | None = None
) -> TrainingSession:
    """New plan for a draft or a coming session. Who has a place is told once when day, time or venue moved.

    More seats go to the waiting list at once. Raises SessionRefused.
    """
    now = now or timezone.now()
    session = locked(session_id)
    if not rules.is_changeable(session, now=now):
        raise SessionRefused(Clash.NOT_CHANGEABLE)
    refuse_bad_plan(plan, now=now, seated=session.bookings.seated().count())
    before = (session.starts_at, session.ends_at, session.venue_id)
    if session.state == SessionState.DRAFT:
        session.activity, session.kecamatan_id = plan.activity, plan.kecamatan_id
        session.city_id = plan.kecamatan_id[:5]
    is_moved = before[:2] != (plan.starts_at, plan.ends_at)
    is_told = session.state == SessionState.PUBLISHED and (
        is_moved or not isinstance(plan.venue, Venue) or before[2] != plan.venue.pk
    )
    if is_told:
        session.plan_version += 1
    _write(session, plan)
    if is_moved:
        _move_people(session)
    if is_told:
        messages.queue_changes(session, _people_with_place(session), now=now)
    promote(session, now=now)
    record(by, "trainings.session.changed", session, moved=is_moved)
    return session


def _move_people(session: TrainingSession) -> None:
    """The bookings' own time follows; nobody gets into two sessions by it."""
    try:
        with transaction.atomic():
            session.bookings.update(during=(session.starts_at, session.ends_at))
    except IntegrityError as error:
        if constraint_of(error) != PERSON_FREE:
            raise
        raise SessionRefused(Clash.PEOPLE, "start", numbers=_numbers_elsewhere(session)) from None


def _numbers_elsewhere(session: TrainingSession) -> str:
    mine = session.bookings.enrolled().values("participant")
    busy = (
        Booking.objects.enrolled()
        .exclude(session=session)
        .filter(participant__in=mine, during__overlap=(session.starts_at, session.ends_at))
        .values_list("participant__number", flat=True)
        .order_by("participant__number")
        .distinct()
    )
    numbers = list(busy[:6])
    return ", ".join(numbers[:5]) + (", …" if len(numbers) > 5 else "")


def _people_with_place(session: TrainingSession) -> list[int]:
    places = session.bookings.filter(state__in=ENROLLED)
    return list(places.values_list("participant_id", flat=True))


@transaction.atomic
def publish(*, session_id: int, by: Any, now: datetime | None = None, note: str = "") -> TrainingSession:
    """The session is on the schedule and people can be invited. Calling again changes nothing.

    ``note``: why it is published although something speaks against the time. Raises SessionRefused.
    """
    now = now or timezone.now()
    session = locked(session_id)
    if session.state == SessionState.PUBLISHED:
        return session
    if session.state != SessionState.DRAFT:
        raise SessionRefused(Clash.NOT_DRAFT, state=session.get_state_display())
    if session.starts_at <= now:
        raise SessionRefused(Clash.PAST)
    session.state, session.published_at, session.publish_note = SessionState.PUBLISHED, now, note
    session.save()
    record(by, "trainings.session.published", session, against_warnings=bool(note))
    return session


@transaction.atomic
def cancel(*, session_id: int, reason: str, by: Any, now: datetime | None = None) -> TrainingSession:
    """The session is off: everybody with a place is told once, venue, trainer and people are free again.

    Calling again changes nothing. Raises BookingRefused when the list is closed or somebody is present.
    """
    now = now or timezone.now()
    session = locked(session_id)
    if session.state == SessionState.CANCELLED:
        return session
    if session.state == SessionState.HELD or session.scans.standing().exists():
        raise BookingRefused(Refusal.HELD)
    told = _people_with_place(session) if session.state == SessionState.PUBLISHED else []
    session.state, session.cancelled_at, session.cancelled_by = SessionState.CANCELLED, now, actor(by)
    session.cancel_reason = reason
    session.save()
    if told:
        messages.queue_cancellations(session, told, now=now)
    session.bookings.filter(state__in=ENROLLED).update(state=BookingState.RELEASED)
    record(by, "trainings.session.cancelled", session, count=max(1, len(told)))
    return session
