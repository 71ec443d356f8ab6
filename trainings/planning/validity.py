"""Which hard rules a plan breaks. Written against the problem alone and sharing nothing with the planner."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from trainings.planning.problem import Busy, Placement, Plan, Problem


class Broken(StrEnum):
    MISSING = "missing"
    TWICE = "twice"
    UNKNOWN = "unknown"
    PIN_MOVED = "pin_moved"
    DAY = "day"
    SLOT = "slot"
    VENUE_ELSEWHERE = "venue_elsewhere"
    VENUE_SMALL = "venue_small"
    VENUE_CLOSED = "venue_closed"
    VENUE_TWICE = "venue_twice"
    NO_TRAINER = "no_trainer"
    TRAINER_SUBJECT = "trainer_subject"
    TRAINER_CITY = "trainer_city"
    TRAINER_AWAY = "trainer_away"
    TRAINER_TWICE = "trainer_twice"
    TRAINER_DAY = "trainer_day"
    TRAINER_WEEK = "trainer_week"
    GAP = "gap"
    TOO_MANY_KECAMATAN = "too_many_kecamatan"


@dataclass(frozen=True)
class Fault:
    rule: Broken
    about: tuple[object, ...]


def faults(problem: Problem, plan: Plan) -> list[Fault]:
    """Every hard rule the plan breaks; what is pinned is not asked whether it was a good idea."""
    pinned = set(problem.pins)
    found = [*_completeness(problem, plan), *_gaps(problem, plan), *_kecamatan_a_day(problem, plan)]
    for placement in plan:
        if placement not in pinned:
            found += _alone(problem, placement)
    found += _twice(problem, plan, pinned)
    found += _trainers_load(problem, plan, pinned)
    return found


def _completeness(problem: Problem, plan: Plan) -> Iterator[Fault]:
    wanted = {
        (area.code, group, activity)
        for area in problem.kecamatan
        for group in range(1, area.groups + 1)
        for activity in problem.activities
    }
    counted = Counter(p.key for p in plan)
    for key in sorted(wanted - counted.keys()):
        yield Fault(Broken.MISSING, key)
    for key, count in sorted(counted.items()):
        if key not in wanted:
            yield Fault(Broken.UNKNOWN, key)
        if count > 1:
            yield Fault(Broken.TWICE, key)
    for pin in problem.pins:
        if pin not in plan:
            yield Fault(Broken.PIN_MOVED, pin.key)


def _alone(problem: Problem, p: Placement) -> Iterator[Fault]:
    """What can be said of a session without looking at the others."""
    day = next((d for d in problem.days if d.date == p.day), None)
    if day is None:
        yield Fault(Broken.DAY, p.key)
    elif p.slot not in day.slots:
        yield Fault(Broken.SLOT, p.key)
    start, end = problem.slots[p.slot]
    venue = next((v for v in problem.venues if v.id == p.venue), None)
    area = next((k for k in problem.kecamatan if k.code == p.kecamatan), None)
    if venue is None or venue.kecamatan != p.kecamatan:
        yield Fault(Broken.VENUE_ELSEWHERE, p.key)
    else:
        if area and venue.capacity < area.seats:
            yield Fault(Broken.VENUE_SMALL, p.key)
        hours = venue.hours[p.day.weekday()]
        if hours is None or start < hours[0] or end > hours[1] or p.day in venue.closed:
            yield Fault(Broken.VENUE_CLOSED, p.key)
        if _is_busy(venue.busy, p.day, start, end):
            yield Fault(Broken.VENUE_TWICE, p.key)
    if not problem.trainers:
        return
    trainer = next((t for t in problem.trainers if t.id == p.trainer), None)
    if trainer is None:
        yield Fault(Broken.NO_TRAINER, p.key)
        return
    if p.activity not in trainer.subjects:
        yield Fault(Broken.TRAINER_SUBJECT, p.key)
    if trainer.cities and area and area.city not in trainer.cities:
        yield Fault(Broken.TRAINER_CITY, p.key)
    if p.day.weekday() not in trainer.weekdays or p.day in trainer.closed:
        yield Fault(Broken.TRAINER_AWAY, p.key)
    if _is_busy(trainer.busy, p.day, start, end):
        yield Fault(Broken.TRAINER_TWICE, p.key)


def _is_busy(busy: tuple[Busy, ...], day: date, start: object, end: object) -> bool:
    return any(b.day == day and b.start < end and start < b.end for b in busy)  # type: ignore[operator]


def _twice(problem: Problem, plan: Plan, pinned: set[Placement]) -> Iterator[Fault]:
    """Two sessions at one time in one room or with one trainer, unless both are pinned."""
    for rule, who in ((Broken.VENUE_TWICE, "venue"), (Broken.TRAINER_TWICE, "trainer")):
        by_owner: dict[tuple[object, date], list[Placement]] = defaultdict(list)
        for p in plan:
            owner = getattr(p, who)
            if owner is not None:
                by_owner[owner, p.day].append(p)
        for together in by_owner.values():
            for i, one in enumerate(together):
                for other in together[i + 1 :]:
                    a, b = problem.slots[one.slot], problem.slots[other.slot]
                    if a.start < b.end and b.start < a.end and not {one, other} <= pinned:
                        yield Fault(rule, (one.key, other.key))


def _trainers_load(problem: Problem, plan: Plan, pinned: set[Placement]) -> Iterator[Fault]:
    for trainer in problem.trainers:
        own = [p for p in plan if p.trainer == trainer.id]
        days, weeks = Counter(b.day for b in trainer.busy), Counter(_week(b.day) for b in trainer.busy)
        days.update(p.day for p in own)
        weeks.update(_week(p.day) for p in own)
        for p in own:
            if p in pinned:
                continue
            if days[p.day] > trainer.per_day:
                yield Fault(Broken.TRAINER_DAY, (trainer.id, p.day))
            if weeks[_week(p.day)] > trainer.per_week:
                yield Fault(Broken.TRAINER_WEEK, (trainer.id, p.day))


def _week(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _gaps(problem: Problem, plan: Plan) -> Iterator[Fault]:
    days = {p.key: p.day for p in plan}
    pinned = {p.key for p in problem.pins}
    for area in problem.kecamatan:
        for group in range(1, area.groups + 1):
            for earlier, later in pairwise(problem.activities):
                one, other = (area.code, group, earlier), (area.code, group, later)
                if one not in days or other not in days or {one, other} <= pinned:
                    continue
                if (days[other] - days[one]).days < problem.gap_days:
                    yield Fault(Broken.GAP, other)


def _kecamatan_a_day(problem: Problem, plan: Plan) -> Iterator[Fault]:
    """More than the limit are only there where they are pinned, and then nobody else is."""
    if not problem.per_day:
        return
    city_of = {area.code: area.city for area in problem.kecamatan}
    meeting: dict[tuple[str, date], set[str]] = defaultdict(set)
    fixed: dict[tuple[str, date], set[str]] = defaultdict(set)
    for p in plan:
        meeting[city_of.get(p.kecamatan, ""), p.day].add(p.kecamatan)
    for p in problem.pins:
        fixed[city_of.get(p.kecamatan, ""), p.day].add(p.kecamatan)
    for at, areas in meeting.items():
        if len(areas) > max(problem.per_day, len(fixed[at])):
            yield Fault(Broken.TOO_MANY_KECAMATAN, at)
