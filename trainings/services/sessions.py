"""Sessions: planned and changed. What becomes of them then: ``session_states``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from okoce.audit.services import record, record_each
from trainings import plan_rules, releasing, rules
from trainings.enums import ChangeKind, SessionState
from trainings.models import Activity, Booking, Phase, SessionReason, Trainer, TrainingSession, Venue
from trainings.refusals import Clash, SessionRefused
from trainings.scheduling import USUAL_SEATS, Concern, day_of
from trainings.services.calendar import facts_between
from trainings.services.locks import PERSON_FREE, actor, constraint_of, locked
from trainings.services.releases import Change
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
    """What an office decides about a session. ``capacity`` None: as usual, or what the room holds.

    ``later_days``: start and end of the second and further days of a class, in order; ``required_days``: on
    how many of them people must be, None: on all. ``reason``: why it stands against a soft rule.
    """

    activity: Activity
    kecamatan_id: str
    venue: Venue | NewVenue
    trainer: Trainer | str | None  # a text: the name of a trainer who is not on the list yet
    starts_at: datetime
    ends_at: datetime
    capacity: int | None = None
    later_days: tuple[tuple[datetime, datetime], ...] = ()
    required_days: int | None = None
    reason: str = ""

    @property
    def days(self) -> tuple[tuple[datetime, datetime], ...]:
        return ((self.starts_at, self.ends_at), *self.later_days)

    @property
    def seats(self) -> int:
        return min(USUAL_SEATS, self.venue.capacity) if self.capacity is None else self.capacity


def plan_of(session: TrainingSession) -> SessionPlan:
    """The plan of a session that stands."""
    return SessionPlan(
        activity=session.activity,
        kecamatan_id=session.kecamatan_id,
        venue=session.venue,
        trainer=session.trainer,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        capacity=session.capacity,
    )


# ---------------------------------------------------------------- planning


@transaction.atomic
def create_session(
    *,
    plan: SessionPlan,
    by: Any,
    now: datetime | None = None,
    phase: Phase | None = None,
    group_number: int | None = None,
) -> TrainingSession:
    """A draft, of a class its first day; the later days are made with it.

    Raises SessionRefused with the field it stands at.
    """
    now = now or timezone.now()
    refuse_bad_plan(plan, now=now)
    days = len(plan.days)
    shared = {
        "activity": plan.activity,
        "kecamatan_id": plan.kecamatan_id,
        "city_id": plan.kecamatan_id[:5],
        "created_by": actor(by),
        "day_count": days,
        "required_days": min(plan.required_days or days, days),
        "has_quotas": phase is not None and phase.quotas.exists(),
    }
    head = TrainingSession(**shared, phase=phase, group_number=group_number)
    write(head, plan)
    for number, (starts_at, ends_at) in enumerate(plan.later_days, 2):
        day = replace(plan, venue=head.venue, trainer=head.trainer, starts_at=starts_at, ends_at=ends_at)
        write(TrainingSession(**shared, head=head, day_number=number), day)
    _keep_reason(head, plan, by=by, now=now)
    record(by, "trainings.session.created", head)
    return head


@dataclass(frozen=True)
class GroupPlan:
    """A session of a group of a phase. ``note``: why it is published although something speaks against it."""

    plan: SessionPlan
    group_number: int
    note: str = ""


@transaction.atomic
def create_open(
    *, plans: Sequence[GroupPlan], phase: Phase, by: Any, now: datetime | None = None
) -> list[Change]:
    """The sessions of a phase's groups, published; what the release says of each. The caller enters it.

    As ``create_session`` and ``open_to_people`` for one, but hundreds cost as many statements as three: give
    rooms and trainers with their hours, closures, subjects and absences. Raises SessionRefused.
    """
    now = now or timezone.now()
    has_quotas = phase.quotas.exists()
    sessions = []
    for one in plans:
        refuse_bad_plan(one.plan, now=now)
        session = TrainingSession(
            activity=one.plan.activity,
            kecamatan_id=one.plan.kecamatan_id,
            city_id=one.plan.kecamatan_id[:5],
            created_by=actor(by),
            phase=phase,
            group_number=one.group_number,
            has_quotas=has_quotas,
            state=SessionState.PUBLISHED,
            published_at=now,
            publish_note=one.note,
        )
        _set(session, one.plan)
        sessions.append(session)
    try:
        with transaction.atomic():
            TrainingSession.objects.bulk_create(sessions)
    except IntegrityError:  # one by one, to say which
        for session, one in zip(sessions, plans, strict=True):
            write(session, one.plan)
    for session in sessions:
        note_concerns(session, session.publish_note, by=by, now=now)
    record_each(by, "trainings.session.created", sessions)
    record_each(
        by, "trainings.session.published", [s for s in sessions if not s.publish_note], against_warnings=False
    )
    record_each(
        by, "trainings.session.published", [s for s in sessions if s.publish_note], against_warnings=True
    )
    return [Change(session, ChangeKind.NEW, {}, releasing.snapshot(session)) for session in sessions]


def refuse_bad_plan(plan: SessionPlan, *, now: datetime, seated: int = 0) -> None:
    """The first hard rule that the plan breaks, raised."""
    problems = problems_of_plan(plan, now=now, seated=seated)
    if problems:
        raise problems[0]


def problems_of_plan(plan: SessionPlan, *, now: datetime, seated: int = 0) -> list[SessionRefused]:
    """What forbids the plan, but for who else has the room or the trainer at that time."""
    found = rules.problems_of_capacity(
        plan.seats, venue_name=plan.venue.name, room=plan.venue.capacity, seated=seated
    )
    found += plan_rules.problems_of_activity(plan.activity, plan.kecamatan_id, day_of(plan.starts_at))
    for starts_at, ends_at in plan.days:
        found += problems_of_day(plan, starts_at, ends_at, now=now)
    starts = [day_of(start) for start, _end in plan.days]
    if starts != sorted(set(starts)):
        found.append(SessionRefused(Clash.DAYS_APART, "later_days"))
    return found


def problems_of_day(
    plan: SessionPlan, starts_at: datetime, ends_at: datetime, *, now: datetime
) -> list[SessionRefused]:
    found = rules.problems_of_time(starts_at, ends_at, now=now)
    if found:
        return found
    if isinstance(plan.venue, Venue) and plan.venue.pk:
        found += plan_rules.problems_of_venue(plan.venue, starts_at, ends_at)
    if isinstance(plan.trainer, Trainer) and plan.trainer.pk:
        found += plan_rules.problems_of_trainer(plan.trainer, plan.activity, starts_at)
    return found


def concerns_of_plan(
    plan: SessionPlan, *, now: datetime, besides: int | None = None
) -> tuple[tuple[Concern, datetime], ...]:
    """The soft rules that speak against the plan, each once, with the day on which it first does."""
    first, last = day_of(plan.days[0][0]), day_of(plan.days[-1][0])
    facts = facts_between(first, last, area=plan.kecamatan_id)
    found: dict[Concern, datetime] = {}
    for starts_at, ends_at in plan.days:
        for concern in plan_rules.concerns_of(
            starts_at=starts_at,
            ends_at=ends_at,
            kecamatan=plan.kecamatan_id,
            trainer=plan.trainer if isinstance(plan.trainer, Trainer) else None,
            today=day_of(now),
            facts=facts,
            besides=besides,
        ):
            found.setdefault(concern, starts_at)
    return tuple(found.items())


def _keep_reason(session: TrainingSession, plan: SessionPlan, *, by: Any, now: datetime) -> None:
    """What was passed and why. Without a reason nothing is kept: drafts of a plan are asked on release."""
    if not plan.reason:
        return
    concerns = concerns_of_plan(plan, now=now, besides=session.pk)
    if concerns:
        SessionReason.objects.create(
            session=session,
            concerns=[concern.value for concern, _at in concerns],
            starts_at=session.starts_at,
            reason=plan.reason,
            given_at=now,
            given_by=actor(by),
        )


def open_concerns(session: TrainingSession, *, now: datetime) -> list[tuple[Concern, datetime]]:
    """Soft rules that speak against the session as it stands and for which nobody has given a reason yet."""
    plan = plan_of(session)
    if session.day_count > 1:
        later = session.later_days.order_by("day_number").values_list("starts_at", "ends_at")
        plan = replace(plan, later_days=tuple(later))
    given = {code for row in session.reasons.filter(starts_at=session.starts_at) for code in row.concerns}
    return [pair for pair in concerns_of_plan(plan, now=now, besides=session.pk) if pair[0] not in given]


def note_concerns(session: TrainingSession, note: str, *, by: Any, now: datetime) -> None:
    """Keeps ``note`` as the reason for what still speaks against the session."""
    codes = [concern.value for concern, _at in open_concerns(session, now=now)] if note else []
    if codes:
        SessionReason.objects.create(
            session=session,
            concerns=codes,
            starts_at=session.starts_at,
            reason=note,
            given_at=now,
            given_by=actor(by),
        )


def _set(session: TrainingSession, plan: SessionPlan) -> None:
    session.venue = _venue(plan)
    session.trainer = _trainer(plan)
    session.starts_at, session.ends_at, session.capacity = plan.starts_at, plan.ends_at, plan.seats
    session.extra_seats = min(session.extra_seats, max(0, session.venue.capacity - plan.seats))


def write(session: TrainingSession, plan: SessionPlan) -> None:
    _set(session, plan)
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
    if name == "trainings_session_group_free":
        return _group_elsewhere(session) or error
    clashes = rules.clashes(
        venue=session.venue if name == "trainings_session_venue_free" else None,
        trainer=session.trainer if name == "trainings_session_trainer_free" else None,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        besides=session.pk,
    )
    return clashes[0] if clashes else error


def _group_elsewhere(session: TrainingSession) -> SessionRefused | None:
    other = (
        TrainingSession.objects.active()
        .overlapping(session.starts_at, session.ends_at)
        .filter(phase=session.phase_id, kecamatan=session.kecamatan_id, group_number=session.group_number)
        .exclude(pk=session.pk)
        .select_related("activity")
        .first()
    )
    if other is None:
        return None
    return SessionRefused(
        Clash.GROUP,
        "start",
        group=session.group_number,
        activity=other.activity.label,
        clock=rules.hours(other.starts_at, other.ends_at),
    )


# ---------------------------------------------------------------- changing


@transaction.atomic
def change_session(
    *, session_id: int, plan: SessionPlan, by: Any, now: datetime | None = None
) -> TrainingSession:
    """New plan for a draft or a coming session.

    A published one is changed at once, so that nobody else takes the room; who has a place is told by the
    next release (trainings.services.releases), once. More seats go to the waiting list at once. Raises
    SessionRefused.
    """
    now = now or timezone.now()
    session = locked(session_id)
    if not rules.is_changeable(session, now=now):
        raise SessionRefused(Clash.NOT_CHANGEABLE)
    refuse_bad_plan(plan, now=now, seated=session.bookings.seated().count())
    known = session.released or releasing.snapshot(session)
    before = (session.starts_at, session.ends_at)
    if session.state == SessionState.DRAFT:
        session.activity, session.kecamatan_id = plan.activity, plan.kecamatan_id
        session.city_id = plan.kecamatan_id[:5]
    write(session, plan)
    is_moved = before != (plan.starts_at, plan.ends_at)
    if is_moved:
        _move_people(session)
    if session.state == SessionState.PUBLISHED:
        note_change(session, known, now=now)
    if session.day_count > 1:
        TrainingSession.objects.filter(head=session.class_id).exclude(pk=session.pk).update(
            capacity=session.capacity
        )
        TrainingSession.objects.filter(pk=session.class_id).exclude(pk=session.pk).update(
            capacity=session.capacity
        )
    _keep_reason(session, plan, by=by, now=now)
    promote(session, now=now)
    record(by, "trainings.session.changed", session, moved=is_moved)
    return session


def note_change(session: TrainingSession, known: dict[str, Any], *, now: datetime) -> None:
    """Remembers what people know of the session, until a release tells them; moved back, nothing is left."""
    after = releasing.snapshot(session)
    changed = releasing.differences(known, after)
    if changed & releasing.TELLS_PEOPLE:
        session.plan_version += 1
    session.released, session.changed_at = (known, now) if changed else ({}, None)
    session.save(update_fields=["released", "changed_at", "plan_version", "updated_at"])


def _move_people(session: TrainingSession) -> None:
    """The bookings' own time follows; nobody gets into two sessions by it."""
    try:
        with transaction.atomic():
            session.bookings.update(during=(session.starts_at, session.ends_at))
    except IntegrityError as error:
        if constraint_of(error) != PERSON_FREE:
            raise
        people = list(session.bookings.enrolled().values_list("participant", flat=True))
        raise SessionRefused(Clash.PEOPLE, "start", numbers=numbers_busy(people, session)) from None


def numbers_busy(people: Sequence[int], session: TrainingSession) -> str:
    """The numbers of those of ``people`` who sit elsewhere at that time; at most five."""
    busy = (
        Booking.objects.enrolled()
        .exclude(session=session)
        .filter(participant__in=people, during__overlap=(session.starts_at, session.ends_at))
        .values_list("participant__number", flat=True)
        .order_by("participant__number")
        .distinct()
    )
    numbers = list(busy[:6])
    return ", ".join(numbers[:5]) + (", …" if len(numbers) > 5 else "")
