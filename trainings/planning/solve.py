"""The whole question from start to end, told step by step as JSON data.

{"findings": […]}                       counting says no; nothing follows
{"plan": …, "unplaced": …, "figures": …, "bound": …, "is_proved": …}   the best plan so far
{"bound": "2026-06-21"}                 no plan ends before this day
{"done": true}                          the last line
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trainings.planning import checks, counted, greedy
from trainings.planning.codec import finding_as_data, plan_as_data
from trainings.planning.figures import figures_of
from trainings.planning.problem import Plan, Problem
from trainings.planning.repair import repair
from trainings.planning.table import Table
from trainings.planning.validity import Broken, faults

Tell = Callable[[dict[str, Any]], None]


class BrokenPlan(Exception):
    """The planner made a plan that breaks a rule: an error of ours, and no such plan is shown."""


def at_once(problem: Problem, tell: Tell) -> tuple[Table, Plan | None] | None:
    """Counting and the first plan. None when counting says no; the plan is None where it is not complete."""
    table = Table(problem)
    if findings := checks.check(table):
        tell({"findings": [finding_as_data(f) for f in findings]})
        return None
    attempt = greedy.best(problem, table)
    unplaced = [[*u.key, u.why.value] for u in attempt.unplaced]
    bound = checks.lower_bound(table, frozenset(table.cities))
    told = _told(problem, attempt.plan)
    is_proved = not unplaced and bound is not None and told["figures"]["last_day"] == bound.isoformat()
    tell({**told, "unplaced": unplaced, "bound": bound and bound.isoformat(), "is_proved": is_proved})
    return table, None if unplaced else attempt.plan


def improve(problem: Problem, *, seconds: float, tell: Tell) -> None:
    """The first plan, better ones as they are found, and the proof or the gap."""
    first = at_once(problem, tell)
    if first is None:
        return
    table, plan = first

    def progress(told: dict[str, Any]) -> None:
        if "plan" in told:
            tell({**_told(problem, told["plan"]), "unplaced": [], "bound": told["bound"].isoformat()})
        else:
            tell({"bound": told["bound"].isoformat()})

    proof = counted.prove(table, plan, seconds=seconds, progress=progress)
    if proof.plan is not None:
        bound = proof.bound and proof.bound.isoformat()
        tell({**_told(problem, proof.plan), "unplaced": [], "bound": bound, "is_proved": proof.is_proved})


def change(problem: Problem, before: Plan, *, seconds: float, tell: Tell) -> None:
    """The plan ``before`` under new facts, with the fewest moves."""
    found = repair(problem, before, seconds=seconds)
    if found.plan is None:
        findings = checks.check(Table(problem))
        tell({"findings": [finding_as_data(f) for f in findings], "must_move": len(found.must_move)})
        return
    tell(
        {
            **_told(problem, found.plan),
            "unplaced": [],
            "moved": found.moved,
            "must_move": len(found.must_move),
            "is_proved": found.is_proved,
        }
    )


def _told(problem: Problem, plan: Plan) -> dict[str, Any]:
    broken = [f for f in faults(problem, plan) if f.rule is not Broken.MISSING]
    if broken:
        raise BrokenPlan(broken[:3])
    return {"plan": plan_as_data(plan), "figures": figures_of(problem, plan).as_data()}
