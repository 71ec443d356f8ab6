"""The plan of a phase: time to a first plan, the last day and its proof, and a plan after a flood.

Each case is checked by the independent checker; "rules broken" is its count.
"""

from __future__ import annotations

import time as clock
from dataclasses import replace
from datetime import date
from statistics import median

import pytest

from tests.benchmarks.measure import figure
from tests.trainings.planning import cases
from trainings.planning import checks, counted, greedy
from trainings.planning.problem import Problem
from trainings.planning.repair import repair
from trainings.planning.table import Table
from trainings.planning.validity import faults

pytestmark = pytest.mark.bench
PROOF_SECONDS = 60.0
ROUNDS = 3


@pytest.mark.parametrize(
    ("name", "problem", "at_once"),
    [
        ("plan-240", cases.west_jakarta(), 2.0),
        ("plan-240-halls", cases.west_jakarta_halls(), 2.0),
        ("plan-1320", cases.jakarta(), 10.0),
    ],
)
def test_plan(name: str, problem: Problem, at_once: float) -> None:
    first = []
    for _round in range(ROUNDS):
        began = clock.process_time()
        attempt = greedy.best(problem)
        first.append(clock.process_time() - began)
    table = Table(problem)

    proof = counted.prove(table, attempt.plan, seconds=PROOF_SECONDS)

    def day(of: date | None) -> int:
        return (of - problem.days[0].date).days + 1 if of else 0

    figure(
        f"{name}-first-plan",
        median(first),
        "s cpu",
        f"{median(first) / at_once:.2f} x the limit of {at_once:g} s",
    )
    figure(f"{name}-first-last-day", day(attempt.last_day), "day")
    how = "proved" if proof.is_proved else f"bound {day(proof.bound)}, not proved"
    figure(f"{name}-last-day", day(proof.last_day), "day", how)
    figure(f"{name}-proof", proof.seconds, "s")
    broken = len(faults(problem, proof.plan or ()))
    figure(f"{name}-rules-broken", broken, "")
    assert broken == 0
    assert not attempt.unplaced
    assert median(first) <= at_once


def test_impossible_phase_is_refused_at_once() -> None:
    problem = cases.west_jakarta(weeks=12)
    began = clock.perf_counter()
    findings = checks.check(Table(problem))
    took = clock.perf_counter() - began

    figure(
        "plan-12-weeks-refused", took, "s", f"{findings[0].figures['room']} of {findings[0].figures['needs']}"
    )
    assert findings


def test_flooded_hall() -> None:
    problem = cases.west_jakarta(weeks=18)
    before = greedy.best(problem).plan
    wet = frozenset(d.date for d in problem.days if date(2018, 4, 9) <= d.date <= date(2018, 4, 20))
    flooded = replace(problem, venues=(*problem.venues[:7], replace(problem.venues[7], closed=wet)))

    found = repair(flooded, before, seconds=PROOF_SECONDS)

    how = f"{len(found.must_move)} were in the hall; " + ("proved" if found.is_proved else "not proved")
    figure("plan-flood-moved", found.moved, "", how)
    figure("plan-flood-time", found.seconds, "s")
    assert found.plan is not None
    assert faults(flooded, found.plan) == []
