"""A plan becomes sessions, and a changed plan moves them: all or none, once, and who is concerned is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from okoce.audit.services import record
from trainings import releasing, scheduling
from trainings.enums import RunKind, RunState, SessionState
from trainings.models import Activity, Phase, PlanRun, Trainer, TrainingSession, Venue
from trainings.planning.codec import plan_from_data, problem_from_data
from trainings.planning.figures import Difference, difference
from trainings.planning.problem import Key, Placement, Plan, Problem, Slot, in_order
from trainings.planning.validity import Broken, Fault, faults
from trainings.services import planning, releases
from trainings.services.asked import (
    changeable,
    is_usual,
    keys_of,
    offered_slots,
    problem_of,
    standing,
    with_pins,
)
from trainings.services.locks import actor
from trainings.services.releases import Change
from trainings.services.sessions import GroupPlan, SessionPlan, create_open


class PlanRefused(Exception):
    """``code``: not_ready, incomplete, published, outdated, troubles. Words: trainings/plan_words.py."""

    def __init__(self, code: str, troubles: Sequence[Trouble] = ()) -> None:
        super().__init__(code)
        self.code, self.troubles = code, list(troubles)


@dataclass(frozen=True)
class Trouble:
    """Why a session cannot be held as planned. ``rule``: validity.Broken, "people" or "past".

    ``key`` is empty for what concerns a day or a week as a whole. ``who``: a hall, a trainer, numbers.
    """

    rule: str
    key: Key | None
    who: str = ""


# ---------------------------------------------------------------- what speaks against it


def _troubles(problem: Problem, plan: Plan, times: tuple[Slot, ...]) -> list[Trouble]:
    """What speaks against ``plan`` (its slots are positions in ``times``) beside the pins of ``problem``."""
    rows = [(p, problem.slots[p.slot]) for p in problem.pins] + [(p, times[p.slot]) for p in plan]
    pinned = {p.key for p in problem.pins}
    whole = with_pins(problem, rows)
    fresh = replace(whole, pins=in_order([p for p in whole.pins if p.key in pinned]))
    of_key = {p.key: p for p in whole.pins if p.key not in pinned}
    found = (_trouble(fault, problem, of_key) for fault in faults(fresh, whole.pins))
    return list(dict.fromkeys(found))


def _trouble(fault: Fault, problem: Problem, of_key: dict[Key, Placement]) -> Trouble:
    about: Any = fault.about
    if isinstance(about[0], tuple):  # two sessions at one time: either
        about = next((key for key in reversed(about) if key in of_key), about[0])
    if len(about) == 2:  # a day of a trainer or of a city
        trainer = problem.trainer_of.get(about[0])
        return Trouble(fault.rule.value, None, trainer.name if trainer else "")
    placement = of_key.get(about)
    who = ""
    if placement is not None and fault.rule.value.startswith("trainer") and placement.trainer is not None:
        who = problem.trainer_of[placement.trainer].name if placement.trainer in problem.trainer_of else ""
    elif placement is not None and fault.rule.value.startswith("venue"):
        who = problem.venue_of[placement.venue].name if placement.venue in problem.venue_of else ""
    return Trouble(fault.rule.value, about, who)


SEEN_FROM_OUTSIDE = frozenset(
    {"day", "slot", "venue_closed", "venue_small", "trainer_away", "trainer_subject", "venue_elsewhere"}
)


def conflicts(phase: Phase, *, today: date) -> list[Trouble]:
    """What has come between the coming sessions of the phase and their halls, trainers and days."""
    seen, before, _pins = changeable(phase, today=today)
    rows = standing(phase, seen)
    offered = offered_slots(phase)
    usual = {row[0].key for row in rows if is_usual(phase, row, offered)}
    coming = in_order([p for p in before if p.day >= today])
    fresh = replace(problem_of(phase, today=today, with_notice=False), pins=())
    return [
        trouble
        for trouble in _troubles(fresh, coming, seen.slots)
        if trouble.rule in SEEN_FROM_OUTSIDE
        and (trouble.key in usual or trouble.rule not in (Broken.DAY, Broken.SLOT))
    ]


def why_not(run: PlanRun, *, now: datetime) -> list[Trouble]:
    """What has come between the plan and the phase as it is now. Empty: it can be published."""
    old, plan = problem_from_data(run.problem), plan_from_data(run.plan)
    fresh = problem_of(run.phase, today=scheduling.day_of(now), with_notice=False)
    kept = {tuple(key) for key in run.kept}
    if run.kind == RunKind.PLAN:
        stands = {pin.key for pin in fresh.pins}
        placed = in_order([p for p in plan if p.key not in stands])
    else:
        fresh = replace(fresh, pins=())
        stays = {pin.key for pin in old.pins}
        rows = [(p, old.slots[p.slot]) for p in plan if p.key in stays]
        placed = in_order([p for p in plan if p.key not in stays])
        fresh = with_pins(fresh, rows)
    found = [
        t
        for t in _troubles(fresh, placed, old.slots)
        if t.key not in kept or t.rule in ("venue_twice", "trainer_twice", "venue_closed")
    ]
    past = [p for p in placed if scheduling.at(p.day, old.slots[p.slot].start) <= now]
    return [*(Trouble("past", p.key) for p in past), *found]


def short_notice(run: PlanRun, *, now: datetime) -> int:
    """Sessions of the plan that people would hear of fewer days before than they should."""
    first = scheduling.day_of(now) + timedelta(days=scheduling.NOTICE_DAYS)
    stands = {p.key for p in plan_from_data(run.before)} if run.kind == RunKind.REPLAN else set()
    old = problem_from_data(run.problem)
    pinned = {p.key for p in old.pins} - {tuple(key) for key in run.kept}
    moved = {b.key for _a, b in difference_of(run).moved} if run.kind == RunKind.REPLAN else set()
    return sum(
        p.day < first and p.key not in pinned and (p.key not in stands or p.key in moved)
        for p in plan_from_data(run.plan)
    )


def difference_of(run: PlanRun) -> Difference:
    return difference(plan_from_data(run.before), plan_from_data(run.plan))


def _ready(run: PlanRun, kind: RunKind) -> None:
    if run.kind != kind or run.state not in (RunState.DONE, RunState.STOPPED) or not run.plan:
        raise PlanRefused("not_ready")
    if run.unplaced:
        raise PlanRefused("incomplete")


@transaction.atomic
def publish_plan(
    *, run_id: int, by: Any, now: datetime | None = None, note: str = "", invites: bool = False
) -> int:
    """Makes the sessions of a whole plan and publishes them; returns how many were made.

    All or none. Repeating it, or pressing twice, makes one set. ``note``: why they are published although
    something speaks against the time. ``invites``: the people of the groups are invited by the worker
    afterwards. Raises PlanRefused, and SessionRefused when somebody took a room or a trainer meanwhile.
    """
    now = now or timezone.now()
    phase = Phase.objects.select_for_update().get(runs=run_id)
    run = PlanRun.objects.select_related("phase").get(pk=run_id)
    if run.published_at is not None:
        return 0
    _ready(run, RunKind.PLAN)
    if phase.runs.filter(published_at__isnull=False).exists():
        raise PlanRefused("published")
    problem, plan = problem_from_data(run.problem), plan_from_data(run.plan)
    stands = {p.key for p in problem.pins} - {tuple(key) for key in run.kept}
    if stands != {row[0].key for row in standing(phase, problem)} or keys_of(problem) != keys_of(
        problem_of(phase, today=scheduling.day_of(now))
    ):
        raise PlanRefused("outdated")
    if troubles := why_not(run, now=now):
        raise PlanRefused("troubles", troubles)
    new = in_order([p for p in plan if p.key not in stands])
    changes = _make(phase, problem, new, by=by, now=now, note=note)
    if changes:
        releases.enter(changes, by=by, now=now)
    _publish_run(run, by=by, now=now, invites=invites)
    record(by, "trainings.plan.published", run, count=max(1, len(new)))
    return len(new)


def _publish_run(run: PlanRun, *, by: Any, now: datetime, invites: bool) -> None:
    run.published_at, run.published_by, run.invites = now, actor(by), invites
    run.save(update_fields=["published_at", "published_by", "invites"])
    if invites:
        transaction.on_commit(lambda: planning.wake_invitations(run.pk))


def _make(phase: Phase, problem: Problem, plan: Plan, *, by: Any, now: datetime, note: str) -> list[Change]:
    """The sessions, open to people; the caller releases them in one go. ``note`` for those that are near."""
    activities = Activity.objects.in_bulk(problem.activities)
    venues = Venue.objects.prefetch_related("hours", "closures").in_bulk([v.id for v in problem.venues])
    trainers = Trainer.objects.prefetch_related("subjects", "absences").in_bulk(
        [t.id for t in problem.trainers]
    )
    near = scheduling.day_of(now) + timedelta(days=scheduling.NOTICE_DAYS)
    plans = []
    for p in plan:
        slot = problem.slots[p.slot]
        session = SessionPlan(
            activity=activities[p.activity],
            kecamatan_id=p.kecamatan,
            venue=venues[p.venue],
            trainer=trainers[p.trainer] if p.trainer is not None else None,
            starts_at=scheduling.at(p.day, slot.start),
            ends_at=scheduling.at(p.day, slot.end),
            capacity=problem.area_of[p.kecamatan].seats,
        )
        plans.append(GroupPlan(session, p.group, note if p.day < near else ""))
    return create_open(plans=plans, phase=phase, by=by, now=now)


@dataclass(frozen=True)
class Changed:
    """What publishing a changed plan did. ``told``: people who are sent a message."""

    moved: int = 0
    taught_by_others: int = 0
    added: int = 0
    told: int = 0


@transaction.atomic
def publish_change(
    *, run_id: int, by: Any, now: datetime | None = None, note: str = "", invites: bool = False
) -> Changed:
    """Moves the sessions of a changed plan all at once; who has a place in one that moved is told once.

    Rooms and trainers may change hands in a circle: the database looks when all of them are written. All or
    none; repeating it changes nothing. Raises PlanRefused.
    """
    now = now or timezone.now()
    phase = Phase.objects.select_for_update().get(runs=run_id)
    run = PlanRun.objects.select_related("phase").get(pk=run_id)
    if run.published_at is not None:
        return Changed()
    _ready(run, RunKind.REPLAN)
    problem, before = problem_from_data(run.problem), plan_from_data(run.before)
    sessions = {
        (s.kecamatan_id, s.group_number, s.activity_id): s
        for s in TrainingSession.objects.active()
        .filter(phase=phase)
        .select_for_update(no_key=True, of=("self",))
        .with_places()
        .order_by("pk")
    }
    if before != as_pins(phase, problem) or keys_of(problem) != keys_of(
        problem_of(phase, today=scheduling.day_of(now))
    ):
        raise PlanRefused("outdated")
    if troubles := why_not(run, now=now):
        raise PlanRefused("troubles", troubles)
    told = difference_of(run)
    moves = [*told.moved, *told.taught_by_others]
    changes = _rewrite(problem, [(sessions[b.key], b) for _a, b in moves], by=by, now=now)
    for change in changes:
        change.reason = run.reason
    changes += _make(phase, problem, told.added, by=by, now=now, note=note)
    people = releases.enter(changes, by=by, now=now).told_count if changes else 0
    _publish_run(run, by=by, now=now, invites=invites)
    record(by, "trainings.plan.changed", run, count=max(1, len(moves)), moved=len(told.moved))
    return Changed(len(told.moved), len(told.taught_by_others), len(told.added), people)


def as_pins(phase: Phase, problem: Problem) -> Plan:
    """The sessions as they stand now, in the slots of ``problem`` (which knows the times of all of them)."""
    return in_order([p._replace(slot=_slot_number(problem, slot)) for p, slot in standing(phase, problem)])


def _slot_number(problem: Problem, slot: Slot) -> int:
    return problem.slots.index(slot) if slot in problem.slots else -1


def _rewrite(
    problem: Problem, rows: list[tuple[TrainingSession, Placement]], *, by: Any, now: datetime
) -> list[Change]:
    """Writes all of them, then lets the database look. What the release says of those that are published."""
    venues = Venue.objects.in_bulk([p.venue for _s, p in rows])
    trainers = Trainer.objects.in_bulk([p.trainer for _s, p in rows if p.trainer is not None])
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {', '.join(SWAPPED)} DEFERRED")
    for session, p in rows:
        slot = problem.slots[p.slot]
        known = session.released or releasing.snapshot(session)
        session.venue = venues[p.venue]
        session.trainer = trainers[p.trainer] if p.trainer is not None else None
        starts_at, ends_at = scheduling.at(p.day, slot.start), scheduling.at(p.day, slot.end)
        is_moved = (session.starts_at, session.ends_at) != (starts_at, ends_at)
        session.starts_at, session.ends_at = starts_at, ends_at
        if session.state == SessionState.PUBLISHED:
            session.plan_version += bool(
                releasing.TELLS_PEOPLE & releasing.differences(known, releasing.snapshot(session))
            )
            session.released, session.changed_at = known, now
        session.save()
        if is_moved:
            session.bookings.update(during=(starts_at, ends_at))
        record(by, "trainings.session.changed", session, moved=is_moved)
    if troubles := _clashes([session.pk for session, _p in rows]):
        raise PlanRefused("troubles", troubles)
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {', '.join(SWAPPED)} IMMEDIATE")
    return releases.untold(TrainingSession.objects.filter(pk__in=[s.pk for s, _p in rows]), now=now)


SWAPPED = (
    "trainings_session_venue_free",
    "trainings_session_trainer_free",
    "trainings_session_group_free",
    "trainings_booking_person_free",
)


def _clashes(ids: list[int]) -> list[Trouble]:
    """What the database would refuse, in words: halls, trainers and people that are taken at the new time."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.kecamatan_id, s.group_number, s.activity_id, s.venue_id = o.venue_id, v.name, t.name
            FROM trainings_trainingsession s
            JOIN trainings_trainingsession o ON o.id <> s.id AND o.state <> 'cancelled'
             AND o.starts_at < s.ends_at AND s.starts_at < o.ends_at
             AND (o.venue_id = s.venue_id OR o.trainer_id = s.trainer_id)
            JOIN trainings_venue v ON v.id = s.venue_id
            LEFT JOIN trainings_trainer t ON t.id = s.trainer_id
            WHERE s.id = ANY(%s) ORDER BY s.starts_at, s.id
            """,
            [ids],
        )
        for kecamatan, group, activity, is_venue, venue, trainer in cursor.fetchall():
            rule = Broken.VENUE_TWICE if is_venue else Broken.TRAINER_TWICE
            found.append(Trouble(rule.value, (kecamatan, group, activity), venue if is_venue else trainer))
        cursor.execute(
            """
            SELECT s.kecamatan_id, s.group_number, s.activity_id,
                   string_agg(DISTINCT p.number, ', ' ORDER BY p.number)
            FROM trainings_booking b
            JOIN trainings_trainingsession s ON s.id = b.session_id
            JOIN trainings_booking o ON o.participant_id = b.participant_id AND o.id <> b.id
             AND o.state IN ('invited', 'confirmed', 'walked_in') AND o.during && b.during
            JOIN participants_participant p ON p.id = b.participant_id
            WHERE b.session_id = ANY(%s) AND b.state IN ('invited', 'confirmed', 'walked_in')
            GROUP BY s.id ORDER BY s.starts_at, s.id
            """,
            [ids],
        )
        for kecamatan, group, activity, numbers in cursor.fetchall():
            found.append(Trouble("people", (kecamatan, group, activity), numbers))
    return found
