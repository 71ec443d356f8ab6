"""Small problems at random, and their answers by trying everything."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, time, timedelta
from itertools import product

from trainings.planning.problem import (
    ALL_DAY,
    Busy,
    Day,
    Kecamatan,
    Placement,
    Plan,
    Problem,
    Slot,
    Trainer,
    Venue,
    in_order,
)
from trainings.planning.validity import Broken, faults

MONDAY = date(2026, 6, 1)
SLOTS = (Slot(time(8), time(10)), Slot(time(10), time(12)))
SUBJECTS = ("a", "b")


def problem(seed: int) -> Problem:
    chance = random.Random(seed)
    slots = chance.choice((1, 1, 2))
    days = sorted(chance.sample(range(9), chance.randint(3, 6)))
    areas = tuple(
        Kecamatan(f"k{n}", f"K{n}", chance.choice(("x", "y")), groups=1, seats=chance.choice((50, 100)))
        for n in range(chance.choice((1, 2)))
    )
    if len(areas) == 1:
        areas = (Kecamatan("k0", "K0", "x", groups=2, seats=60),)
    venues = tuple(
        Venue(
            n,
            f"V{n}",
            areas[n % len(areas)].code,
            chance.choice((60, 100, 100, 100)),
            hours=tuple(chance.choice((*(ALL_DAY,) * 6, (time(8), time(10)), None)) for _d in range(7)),
            busy=tuple(Busy(MONDAY + timedelta(days=d), *SLOTS[0]) for d in days if chance.random() < 0.1),
        )
        for n in range(chance.choice((len(areas), len(areas) + 1)))
    )
    trainers = tuple(
        Trainer(
            n,
            f"T{n}",
            frozenset(chance.choice((("a",), ("b",), ("a", "b"), ("a", "b")))),
            cities=frozenset(chance.choice(((), (), ("x",)))),
            weekdays=frozenset(chance.sample(range(7), 6)),
            per_day=chance.choice((1, 2)),
            per_week=chance.choice((2, 3)),
        )
        for n in range(chance.choice((0, 0, 1, 2, 2)))
    )
    return Problem(
        days=tuple(Day(MONDAY + timedelta(days=d), tuple(range(slots))) for d in days),
        slots=SLOTS,
        activities=SUBJECTS,
        kecamatan=areas,
        venues=venues,
        trainers=trainers,
        gap_days=chance.choice((1, 1, 2, 3)),
        per_day=chance.choice((0, 1, 2, 2)),
    )


def keys(problem: Problem) -> list[tuple[str, int, str]]:
    return [
        (area.code, group, activity)
        for area in problem.kecamatan
        for group in range(1, area.groups + 1)
        for activity in problem.activities
    ]


def every_plan(problem: Problem) -> Iterator[Plan]:
    """All complete plans without a fault, session by session."""
    open_keys = [key for key in keys(problem) if key not in {p.key for p in problem.pins}]
    trainers = [t.id for t in problem.trainers] or [None]

    def further(placed: list[Placement], left: list) -> Iterator[Plan]:
        if not left:
            yield in_order(placed)
            return
        key = left[0]
        for day in problem.days:
            for slot, venue, trainer in product(day.slots, problem.venues, trainers):
                if venue.kecamatan != key[0]:
                    continue
                now = [*placed, Placement(*key, day.date, slot, venue.id, trainer)]
                if all(f.rule is Broken.MISSING for f in faults(problem, tuple(now))):
                    yield from further(now, left[1:])

    yield from further(list(problem.pins), open_keys)


def end(problem: Problem, plan: Plan) -> date:
    return max(p.day for p in plan if p not in problem.pins)
