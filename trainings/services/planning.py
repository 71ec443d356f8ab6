"""Planning a phase: asked for, worked out by a task, stopped. Every step can be repeated.

A run that somebody works on holds an advisory lock, which the database lets go when the worker dies; whoever
comes next begins it anew. The same problem gives the same plan.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from okoce.audit.services import record
from okoce.db import background
from trainings.enums import RunKind, RunState
from trainings.models import Phase, PlanRun
from trainings.planning import runner, solve
from trainings.planning.codec import plan_as_data, plan_from_data, problem_as_data, problem_from_data
from trainings.planning.problem import Key, Placement, Problem, Slot
from trainings.services.asked import changeable, keys_of, problem_of, standing, with_pins

RUN_TASK = "trainings.tasks.run_plan"
INVITE_TASK = "trainings.tasks.invite_groups"
LOCK_SPACE = 0x504C4E  # first half of the advisory lock's key: "PLN"
PROOF_SECONDS = 60.0

log = logging.getLogger("trainings.planning")


# ---------------------------------------------------------------- asking


@transaction.atomic
def request_plan(
    *,
    phase_id: int,
    by: Any,
    today: date,
    keep: frozenset[Key] = frozenset(),
    kept_from: int | None = None,
) -> PlanRun:
    """A run for the phase; one that is at work already is returned instead.

    What cannot be done is said at once, and the first plan is there when this returns. ``keep``: sessions of
    the plan of ``kept_from`` that stay where they are in it.
    """
    phase = Phase.objects.select_for_update().get(pk=phase_id)
    if (open_run := phase.runs.at_work().first()) is not None:
        return open_run
    problem = problem_of(phase, today=today)
    kept = _kept(phase, problem, keep, kept_from)
    problem = with_pins(problem, [*standing(phase, problem), *kept])
    run = PlanRun(phase=phase, problem=problem_as_data(problem), requested_by=by)
    run.kept = sorted(list(row[0].key) for row in kept)
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


def _kept(
    phase: Phase, problem: Problem, keep: frozenset[Key], kept_from: int | None
) -> list[tuple[Placement, Slot]]:
    """The placements to keep, as far as the phase still asks for them; what stands is a pin anyway."""
    if not keep or kept_from is None:
        return []
    run = phase.runs.get(pk=kept_from)
    slots = problem_from_data(run.problem).slots
    wanted = keys_of(problem) - {pin.key for pin in problem.pins}
    return [
        (p, slots[p.slot])
        for p in plan_from_data(run.plan)
        if p.key in keep and p.key in wanted and p.venue in problem.venue_of
    ]


@transaction.atomic
def request_replan(
    *, phase_id: int, by: Any, today: date, keep: frozenset[Key] = frozenset(), reason: str = ""
) -> PlanRun:
    """A run that changes the sessions of the phase as little as the facts of today allow.

    ``keep``: sessions that stay whatever happens. So do those that are held or too near to move, and those
    an office has given a time of its own, unless their venue cannot be used then.
    """
    phase = Phase.objects.select_for_update().get(pk=phase_id)
    if (open_run := phase.runs.at_work().first()) is not None:
        return open_run
    problem, before, pins = changeable(phase, today=today, keep=keep)
    run = PlanRun.objects.create(
        phase=phase,
        kind=RunKind.REPLAN,
        problem=problem_as_data(replace(problem, pins=pins)),
        before=plan_as_data(before),
        kept=sorted(list(key) for key in keep),
        reason=reason,
        requested_by=by,
    )
    record(by, "trainings.plan.requested", run, phase=phase.pk)
    transaction.on_commit(lambda: wake(run.pk))
    return run


def wake(run_id: int) -> None:
    """Tells the worker. Without a broker the clock finds the run later."""
    background.nudge(RUN_TASK, run_id)


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
    with background.alone(LOCK_SPACE, run_id) as is_mine:
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


TOLD = ("findings", "plan", "unplaced", "figures", "last_day", "bound", "is_proved", "moved", "must_move")


def _take(run: PlanRun, told: dict[str, Any]) -> None:
    for name in ("findings", "plan", "unplaced", "figures", "is_proved", "moved", "must_move"):
        if name in told:
            setattr(run, name, told[name])
    if told.get("bound"):
        run.bound = date.fromisoformat(told["bound"])
    if last := told.get("figures", {}).get("last_day"):
        run.last_day = date.fromisoformat(last)


# ---------------------------------------------------------------- inviting the groups


def wake_invitations(run_id: int) -> None:
    background.nudge(INVITE_TASK, run_id)


def wake_uninvited() -> int:
    """Published plans whose groups are not all invited yet. Called by the clock."""
    waiting = list(PlanRun.objects.inviting().values_list("pk", flat=True))
    for run_id in waiting:
        wake_invitations(run_id)
    return len(waiting)
