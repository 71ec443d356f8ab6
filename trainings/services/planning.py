"""Planning a phase: asked for, worked out by a task, looked at, published. Every step can be repeated.

A run that somebody works on holds an advisory lock, which the database lets go when the worker dies; whoever
comes next begins it anew. The same problem gives the same plan.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from celery import current_app
from django.db import connection, transaction
from django.utils import timezone

from okoce.audit.services import record
from trainings import scheduling
from trainings.enums import RunKind, RunState
from trainings.models import Activity, Phase, PlanRun, Trainer, TrainingSession, Venue
from trainings.planning import runner, solve
from trainings.planning.codec import plan_as_data, plan_from_data, problem_as_data, problem_from_data
from trainings.planning.problem import (
    ALL_DAY,
    Busy,
    Day,
    Hours,
    Kecamatan,
    Placement,
    Plan,
    Problem,
    Slot,
    in_order,
)
from trainings.planning.problem import Trainer as PlanTrainer
from trainings.planning.problem import Venue as PlanVenue
from trainings.services.calendar import facts_between
from trainings.services.locks import actor
from trainings.services.sessions import SessionPlan, create_session, publish

RUN_TASK = "trainings.tasks.run_plan"
LOCK_SPACE = 0x504C4E  # first half of the advisory lock's key: "PLN"
PROOF_SECONDS = 60.0
CONNECT_SECONDS = 0.5  # a broker that is down must not hold up the page

log = logging.getLogger("trainings.planning")


class PlanRefused(Exception):
    """``code``: not_ready, incomplete, published, outdated."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# ---------------------------------------------------------------- what is asked


def problem_of(phase: Phase, *, today: date) -> Problem:
    """The phase as plain values: its days without holidays and Friday prayer, rooms, trainers, pins.

    Sessions of the phase that stand already are pins; sessions of others keep their rooms and trainers busy.
    Days with less than the usual notice are not planned on.
    """
    first = max(phase.starts_on, today + timedelta(days=scheduling.NOTICE_DAYS))
    slots = tuple(_slot(start, phase.minutes) for start in sorted(set(phase.starts)))
    activities = list(phase.activities.order_by("position"))
    taken = list(
        TrainingSession.objects.active()
        .between(phase.starts_on, phase.ends_on)
        .filter(city=phase.city_id)
        .values_list("pk", "venue_id", "trainer_id", "starts_at", "ends_at", "phase_id")
    )
    others = [row for row in taken if row[5] != phase.pk]
    venues = list(phase.venues.prefetch_related("hours", "closures"))
    trainers = list(phase.trainers.prefetch_related("subjects", "absences"))
    everything = frozenset(a.pk for a in activities)
    problem = Problem(
        days=tuple(_days(phase, first, slots)),
        slots=slots,
        activities=tuple(a.pk for a in activities),
        kecamatan=tuple(
            Kecamatan(row.kecamatan_id, row.kecamatan.name, phase.city_id, row.groups, row.seats)
            for row in phase.kecamatan.select_related("kecamatan")
        ),
        venues=tuple(_venue(v, _busy(others, 1, v.pk)) for v in venues),
        trainers=tuple(_trainer(t, everything, _busy(others, 2, t.pk)) for t in trainers),
        gap_days=phase.gap_days,
        per_day=phase.kecamatan_a_day,
    )
    return with_pins(problem, standing(phase, problem))


def _slot(start: time, minutes: int) -> Slot:
    end = datetime.combine(date.min, start) + timedelta(minutes=minutes)
    return Slot(start, end.time() if end.day == 1 else time(23, 59))


def _days(phase: Phase, first: date, slots: tuple[Slot, ...]) -> Iterator[Day]:
    """Days of the phase with the slots nothing speaks against."""
    facts = facts_between(phase.starts_on, phase.ends_on, area=phase.city_id)
    day = first
    while day <= phase.ends_on:
        if day.weekday() in phase.weekdays and day not in facts.holidays:
            opens, closes = facts.office_hours(day)
            able = tuple(
                number
                for number, slot in enumerate(slots)
                if opens <= slot.start and slot.end <= closes and not _is_prayer(day, slot)
            )
            if able:
                yield Day(day, able)
        day += timedelta(days=1)


def _is_prayer(day: date, slot: Slot) -> bool:
    prayer = (scheduling.PRAYER_BEGINS, scheduling.PRAYER_ENDS)
    return day.weekday() == scheduling.FRIDAY and slot.overlaps(prayer)


def _busy(rows: list[tuple[Any, ...]], column: int, who: int) -> tuple[Busy, ...]:
    return tuple(_busy_of(row[3], row[4]) for row in rows if row[column] == who)


def _busy_of(starts_at: datetime, ends_at: datetime) -> Busy:
    start, end = timezone.localtime(starts_at), timezone.localtime(ends_at)
    return Busy(start.date(), start.time(), end.time())


def _dates(periods: Any) -> frozenset[date]:
    return frozenset(
        period.first_day + timedelta(days=n)
        for period in periods
        for n in range((period.last_day - period.first_day).days + 1)
    )


def _venue(venue: Venue, busy: tuple[Busy, ...]) -> PlanVenue:
    rows = {row.weekday: (row.opens, row.closes) for row in venue.hours.all()}
    hours: tuple[Hours | None, ...] = tuple(rows.get(n) if rows else ALL_DAY for n in range(7))
    return PlanVenue(
        venue.pk,
        venue.name,
        venue.kecamatan_id,
        venue.capacity,
        hours,
        _dates(venue.closures.all()),
        busy,
    )


def _trainer(trainer: Trainer, everything: frozenset[str], busy: tuple[Busy, ...]) -> PlanTrainer:
    subjects = frozenset(subject.pk for subject in trainer.subjects.all())
    return PlanTrainer(
        trainer.pk,
        trainer.name,
        (subjects & everything) if subjects else everything,
        weekdays=frozenset(trainer.weekdays),
        closed=_dates(trainer.absences.all()),
        busy=busy,
        per_day=trainer.per_day,
        per_week=trainer.per_week,
        home=trainer.home_id or "",
    )


def standing(phase: Phase, problem: Problem) -> list[tuple[Placement, Slot]]:
    """Sessions of the phase that stand, with the time they are held at (it need not be one of the slots)."""
    rows = (
        TrainingSession.objects.active()
        .filter(phase=phase)
        .order_by("starts_at", "pk")
        .values_list(
            "kecamatan_id", "group_number", "activity_id", "starts_at", "ends_at", "venue_id", "trainer_id"
        )
    )
    found = []
    for kecamatan, group, activity, starts_at, ends_at, venue, trainer in rows:
        day, start, end = _busy_of(starts_at, ends_at)
        slot = Slot(start, end)
        number = problem.slots.index(slot) if slot in problem.slots else -1
        found.append((Placement(kecamatan, group, activity, day, number, venue, trainer), slot))
    return found


def with_pins(problem: Problem, rows: list[tuple[Placement, Slot]]) -> Problem:
    """The rows stay where they are. A time of its own becomes a slot that no day offers."""
    slots = list(problem.slots)
    pins = []
    for placement, slot in rows:
        if slot not in slots:
            slots.append(slot)
        pins.append(placement._replace(slot=slots.index(slot)))
    return replace(problem, slots=tuple(slots), pins=in_order(pins))


# ---------------------------------------------------------------- asking


@transaction.atomic
def request_plan(*, phase_id: int, by: Any, today: date) -> PlanRun:
    """A run for the phase; one that is at work already is returned instead.

    What cannot be done is said at once, and the first plan is there when this returns.
    """
    phase = Phase.objects.select_for_update().get(pk=phase_id)
    if (open_run := phase.runs.at_work().first()) is not None:
        return open_run
    problem = problem_of(phase, today=today)
    run = PlanRun(phase=phase, problem=problem_as_data(problem), requested_by=by)
    solve.at_once(problem, lambda told: _take(run, told))
    if run.findings:
        run.state, run.finished_at = RunState.IMPOSSIBLE, timezone.now()
    elif run.is_proved:
        run.state, run.finished_at = RunState.DONE, timezone.now()
    run.save()
    record(by, "trainings.plan.requested", run, phase=phase.pk)
    if run.state == RunState.QUEUED:
        transaction.on_commit(lambda: wake(run.pk))
    return run


@transaction.atomic
def request_replan(*, phase_id: int, by: Any, today: date, keep: frozenset[int] = frozenset()) -> PlanRun:
    """A run that changes the sessions of the phase as little as the facts of today allow.

    ``keep``: sessions (ids) that stay whatever happens, beside those that are held or too near to move.
    """
    phase = Phase.objects.select_for_update().get(pk=phase_id)
    if (open_run := phase.runs.at_work().first()) is not None:
        return open_run
    problem = replace(problem_of(phase, today=today), pins=())
    rows = standing(phase, problem)
    first = today + timedelta(days=scheduling.NOTICE_DAYS)
    fixed = set(
        TrainingSession.objects.filter(phase=phase, pk__in=keep).values_list(
            "kecamatan_id", "group_number", "activity_id"
        )
    )
    pinned = [row for row in rows if row[0].day < first or row[0].key in fixed]
    problem = with_pins(problem, rows)  # for the slots of all of them
    before = problem.pins
    names = {row[0].key for row in pinned}
    problem = replace(problem, pins=in_order([p for p in before if p.key in names]))
    run = PlanRun.objects.create(
        phase=phase,
        kind=RunKind.REPLAN,
        problem=problem_as_data(problem),
        before=plan_as_data(before),
        requested_by=by,
    )
    record(by, "trainings.plan.requested", run, phase=phase.pk)
    transaction.on_commit(lambda: wake(run.pk))
    return run


def wake(run_id: int) -> None:
    """Tells the worker. Without a broker the clock finds the run later."""
    try:
        with current_app.connection_for_write(connect_timeout=CONNECT_SECONDS) as link:
            current_app.send_task(RUN_TASK, args=[run_id], connection=link, retry=False)
    except Exception as error:  # whatever the broker's client raises: the run is a row already
        log.warning("the worker could not be told: %s", type(error).__name__)


def wake_unfinished() -> int:
    """Runs that nobody works on. Called by the clock."""
    waiting = list(PlanRun.objects.at_work().values_list("pk", flat=True))
    for run_id in waiting:
        wake(run_id)
    return len(waiting)


def cancel_run(*, run_id: int, by: Any) -> None:
    """Stops it; the best plan so far stays. Repeating it changes nothing."""
    with transaction.atomic():
        run = PlanRun.objects.select_for_update().get(pk=run_id)
        if run.is_cancelled or run.state not in (RunState.QUEUED, RunState.WORKING):
            return
        run.is_cancelled = True
        if run.state == RunState.QUEUED:
            run.state, run.finished_at = RunState.STOPPED, timezone.now()
        run.save(update_fields=["is_cancelled", "state", "finished_at"])
        record(by, "trainings.plan.stopped", run)


# ---------------------------------------------------------------- working it out


def work(run_id: int, *, seconds: float = PROOF_SECONDS) -> None:
    """In the worker. Who finds the run taken, finished or gone does nothing."""
    with _alone_with(run_id) as is_mine:
        if not is_mine:
            return
        run = PlanRun.objects.filter(pk=run_id).first()
        if run is None or run.state not in (RunState.QUEUED, RunState.WORKING):
            return
        _work(run, seconds)


def _work(run: PlanRun, seconds: float) -> None:
    run.state, run.started_at, run.told_at = RunState.WORKING, timezone.now(), timezone.now()
    run.save(update_fields=["state", "started_at", "told_at"])
    problem = problem_from_data(run.problem)
    before = plan_from_data(run.before) if run.kind == RunKind.REPLAN else None

    def tell(told: dict[str, Any]) -> None:
        _take(run, told)
        run.told_at = timezone.now()
        run.save(update_fields=[*TOLD, "told_at"])

    def is_cancelled() -> bool:
        return PlanRun.objects.filter(pk=run.pk, is_cancelled=True).exists()

    try:
        is_whole = runner.run(problem, before=before, seconds=seconds, tell=tell, is_cancelled=is_cancelled)
    except runner.Died:
        log.warning("planning run %s: the process died", run.pk)
        is_whole = False
    found_nothing = bool(run.findings) or (run.kind == RunKind.REPLAN and not run.plan)
    run.state = RunState.IMPOSSIBLE if is_whole and found_nothing else RunState.DONE
    if not is_whole:
        run.state = RunState.STOPPED
    run.finished_at = timezone.now()
    run.save(update_fields=["state", "finished_at"])


TOLD = ("findings", "plan", "unplaced", "figures", "last_day", "bound", "is_proved", "moved")


def _take(run: PlanRun, told: dict[str, Any]) -> None:
    for name in ("findings", "plan", "unplaced", "figures", "is_proved", "moved"):
        if name in told:
            setattr(run, name, told[name])
    if told.get("bound"):
        run.bound = date.fromisoformat(told["bound"])
    if last := told.get("figures", {}).get("last_day"):
        run.last_day = date.fromisoformat(last)


@contextmanager
def _alone_with(run_id: int) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, run_id])
        is_mine = cursor.fetchone()[0]
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, run_id])


# ---------------------------------------------------------------- publishing


@transaction.atomic
def publish_plan(*, run_id: int, by: Any, now: datetime | None = None) -> int:
    """Makes the sessions of a whole plan and publishes them; returns how many were made.

    All or none. Repeating it, or pressing twice, makes one set. Raises PlanRefused, and SessionRefused when
    somebody took a room or a trainer meanwhile.
    """
    now = now or timezone.now()
    phase = Phase.objects.select_for_update().get(runs=run_id)
    run = PlanRun.objects.get(pk=run_id)
    if run.published_at is not None:
        return 0
    if run.kind != RunKind.PLAN or run.state not in (RunState.DONE, RunState.STOPPED) or not run.plan:
        raise PlanRefused("not_ready")
    if run.unplaced:
        raise PlanRefused("incomplete")
    if phase.runs.filter(published_at__isnull=False).exists():
        raise PlanRefused("published")
    problem, plan = problem_from_data(run.problem), plan_from_data(run.plan)
    stands = {p.key for p in problem.pins}
    if stands != {row[0].key for row in standing(phase, problem)}:
        raise PlanRefused("outdated")
    made = _make(phase, problem, in_order([p for p in plan if p.key not in stands]), by=by, now=now)
    run.published_at, run.published_by = now, actor(by)
    run.save(update_fields=["published_at", "published_by"])
    record(by, "trainings.plan.published", run, count=made)
    return made


def _make(phase: Phase, problem: Problem, plan: Plan, *, by: Any, now: datetime) -> int:
    activities = Activity.objects.in_bulk(problem.activities)
    venues = Venue.objects.in_bulk([v.id for v in problem.venues])
    trainers = Trainer.objects.in_bulk([t.id for t in problem.trainers])
    for p in plan:
        slot = problem.slots[p.slot]
        session = create_session(
            plan=SessionPlan(
                activity=activities[p.activity],
                kecamatan_id=p.kecamatan,
                venue=venues[p.venue],
                trainer=trainers[p.trainer] if p.trainer is not None else None,
                starts_at=scheduling.at(p.day, slot.start),
                ends_at=scheduling.at(p.day, slot.end),
                capacity=problem.area_of[p.kecamatan].seats,
            ),
            phase=phase,
            group_number=p.group,
            by=by,
            now=now,
        )
        publish(session_id=session.pk, by=by, now=now)
    return len(plan)
