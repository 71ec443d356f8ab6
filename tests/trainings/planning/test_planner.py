"""The planner against trying everything, and on West Jakarta's programme of 2018."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from tests.trainings.planning import cases, small
from trainings.planning import checks, counted, greedy
from trainings.planning.figures import difference, figures_of
from trainings.planning.problem import in_order
from trainings.planning.repair import repair
from trainings.planning.table import Table
from trainings.planning.validity import Broken, faults

SEEDS = range(60)


def proof_of(problem, seconds=20.0):
    table = Table(problem)
    attempt = greedy.best(problem, table)
    return counted.prove(table, None if attempt.unplaced else attempt.plan, seconds=seconds)


@pytest.mark.parametrize("seed", SEEDS)
def test_earliest_last_day_is_that_of_trying_everything(seed):
    problem = small.problem(seed)
    ends = [small.end(problem, plan) for plan in small.every_plan(problem)]

    proof = proof_of(problem)

    assert proof.last_day == min(ends, default=None)
    if ends:
        assert proof.is_proved
        assert faults(problem, proof.plan) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_at_once_plan_breaks_no_rule_and_says_what_is_missing(seed):
    problem = small.problem(seed)

    attempt = greedy.best(problem)

    missing = {f.about for f in faults(problem, attempt.plan) if f.rule is Broken.MISSING}
    assert [f for f in faults(problem, attempt.plan) if f.rule is not Broken.MISSING] == []
    assert missing == {u.key for u in attempt.unplaced}


@pytest.mark.parametrize("seed", SEEDS)
def test_counting_says_no_only_where_there_is_no_plan(seed):
    problem = small.problem(seed)
    table = Table(problem)

    findings = checks.check(table)
    bound = checks.lower_bound(table, frozenset(table.cities))

    ends = [small.end(problem, plan) for plan in small.every_plan(problem)]
    if ends:
        assert findings == []
        assert bound is not None
        assert bound <= min(ends)


@pytest.mark.parametrize("seed", SEEDS)
def test_replanning_moves_as_few_as_trying_everything_and_ends_as_early(seed):
    """A day is lost, and a room is flooded on another."""
    problem = small.problem(seed)
    before = greedy.best(problem)
    if before.unplaced or len(problem.days) < 4:
        pytest.skip("no plan to change")
    lost, wet = problem.days[seed % len(problem.days)].date, problem.days[-1 - seed % 3].date
    more = replace(problem.days[-1], date=problem.days[-1].date + timedelta(days=1 + seed % 3))
    venues = (replace(problem.venues[0], closed=frozenset({wet})), *problem.venues[1:])
    after = replace(problem, days=(*(d for d in problem.days if d.date != lost), more), venues=venues)
    tried = [
        (len(difference(before.plan, plan).moved), small.end(after, plan)) for plan in small.every_plan(after)
    ]

    found = repair(after, before.plan, seconds=20)

    if not tried:
        assert found.plan is None
        return
    assert faults(after, found.plan) == []
    assert (found.moved, small.end(after, found.plan)) == min(tried)
    assert found.is_proved


@pytest.mark.parametrize("seed", range(0, 60, 2))
def test_pins_stay_and_the_rest_ends_as_early_as_can_be(seed):
    problem = small.problem(seed)
    plans = list(small.every_plan(problem))
    if not plans:
        pytest.skip("no plan to pin")
    pinned = replace(problem, pins=(plans[len(plans) // 2][0],))
    ends = [small.end(pinned, plan) for plan in small.every_plan(pinned)]

    proof = proof_of(pinned)

    assert set(pinned.pins) <= set(proof.plan)
    assert faults(pinned, proof.plan) == []
    assert (proof.last_day, proof.is_proved) == (min(ends), True)


@pytest.mark.parametrize("seed", range(0, 60, 5))
def test_same_problem_gives_the_same_plan(seed):
    problem = small.problem(seed)

    assert proof_of(problem).plan == proof_of(problem).plan


# ---------------------------------------------------------------- West Jakarta, 2018


def test_west_jakarta_has_a_whole_plan_at_once_and_the_earliest_end_is_proved():
    problem = cases.west_jakarta()
    table = Table(problem)

    attempt = greedy.best(problem, table)
    proof = counted.prove(table, attempt.plan, seconds=30)

    assert len(attempt.plan) == 240
    assert faults(problem, proof.plan) == []
    # 240 sessions, 4 a day: the 60th day on which sessions may be held
    assert (proof.last_day, proof.is_proved) == (problem.days[59].date, True)


def test_west_jakarta_meets_in_four_kecamatan_a_day_and_trainers_share_evenly():
    problem = cases.west_jakarta()

    plan = greedy.best(problem).plan

    on_day = Counter(day for _area, day in {(p.kecamatan, p.day) for p in plan})
    assert max(on_day.values()) == 4
    assert {load for _t, load in figures_of(problem, plan).loads} == {24}


def test_west_jakarta_with_two_halls_ends_on_day_36_proved():
    problem = cases.west_jakarta_halls()

    proof = proof_of(problem, seconds=60)

    assert faults(problem, proof.plan) == []
    assert ((proof.last_day - cases.BEGIN).days + 1, proof.is_proved) == (36, True)


def test_twelve_weeks_are_refused_in_figures_by_counting_alone():
    problem = cases.west_jakarta(weeks=12)

    findings = checks.check(Table(problem))

    assert [(f.reason, f.figures["days"], f.figures["room"], f.figures["needs"]) for f in findings] == [
        (checks.Reason.CITY_DAYS, 55, 220, 240)
    ]


def test_kembangan_with_26_free_days_and_30_sessions_is_named():
    problem = cases.west_jakarta(weeks=16)
    open_days = [day.date for day in problem.days]
    kembangan = replace(problem.venues[7], closed=frozenset(open_days[26:]))

    findings = checks.check(Table(replace(problem, venues=(*problem.venues[:7], kembangan))))

    figures = findings[0].figures
    assert findings[0].reason is checks.Reason.KECAMATAN_DAYS
    assert (figures["kecamatan"], figures["days"], figures["needs"]) == ("Kembangan", 26, 30)


def half_of_west_jakarta():
    """Four kecamatan, two a day, five groups each: full until the end. The whole city is in `make bench`."""
    whole = cases.west_jakarta(weeks=12)
    return replace(
        whole,
        kecamatan=tuple(replace(area, groups=5) for area in whole.kecamatan[:4]),
        venues=whole.venues[:4],
        per_day=2,
    )


def test_flooded_hall_moves_more_than_its_own_where_every_day_is_full_and_no_plan_moves_fewer():
    problem = half_of_west_jakarta()
    before = greedy.best(problem).plan
    wet = frozenset(d.date for d in problem.days if date(2018, 4, 2) <= d.date <= date(2018, 4, 6))
    flooded = replace(problem, venues=(*problem.venues[:3], replace(problem.venues[3], closed=wet)))

    found = repair(flooded, before, seconds=120)

    assert faults(flooded, found.plan) == []
    assert (len(found.must_move), found.moved, found.is_proved) == (3, 6, True)


def test_absent_trainer_moves_nobody():
    problem = cases.west_jakarta()
    before = greedy.best(problem).plan
    first = problem.trainers[0]
    away = frozenset(sorted(p.day for p in before if p.trainer == first.id)[4:9])
    ill = replace(problem, trainers=(replace(first, closed=away), *problem.trainers[1:]))

    found = repair(ill, before)

    assert faults(ill, found.plan) == []
    assert found.moved == 0
    assert len(difference(before, found.plan).taught_by_others) >= 5


def test_1320_sessions_have_a_complete_valid_plan():
    problem = cases.jakarta()

    attempt = greedy.best(problem)

    assert (len(attempt.plan), attempt.unplaced) == (1320, ())
    assert faults(problem, attempt.plan) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_trainers_share_a_plan_as_evenly_as_by_trying_every_way(seed):
    problem = small.problem(seed)
    plan = greedy.best(problem).plan
    if not problem.trainers or not plan:
        pytest.skip("nobody to share")
    ids = [t.id for t in problem.trainers]
    tried = []
    for chosen in product(ids, repeat=len(plan)):
        other = in_order([p._replace(trainer=t) for p, t in zip(plan, chosen, strict=True)])
        if all(f.rule is Broken.MISSING for f in faults(problem, other)):
            tried.append(sum(n * n for n in Counter(p.trainer for p in other).values()))

    assert sum(n * n for _t, n in figures_of(problem, plan).loads) == min(tried)


def test_plan_is_whole_whatever_the_order_of_its_rows():
    plan = greedy.best(cases.west_jakarta_halls()).plan

    assert in_order(list(reversed(plan))) == plan
