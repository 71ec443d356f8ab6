"""A phase as plain values for the planner: its days, rooms, trainers, and the sessions that stand already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from trainings import scheduling
from trainings.models import Phase, Trainer, TrainingSession, Venue
from trainings.planning.problem import (
    ALL_DAY,
    Busy,
    Day,
    Hours,
    Kecamatan,
    Key,
    Placement,
    Plan,
    Problem,
    Slot,
    in_order,
)
from trainings.planning.problem import Trainer as PlanTrainer
from trainings.planning.problem import Venue as PlanVenue
from trainings.planning.validity import Broken, faults
from trainings.services.calendar import facts_between


def problem_of(phase: Phase, *, today: date, with_notice: bool = True) -> Problem:
    """The phase as plain values: its days without holidays and Friday prayer, rooms, trainers, pins.

    Sessions of the phase that stand already are pins; sessions of others keep their rooms and trainers busy.
    Days with less than the usual notice are not planned on, unless ``with_notice`` is False.
    """
    notice = timedelta(days=scheduling.NOTICE_DAYS if with_notice else 0)
    first = max(phase.starts_on, today + notice)
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


def keys_of(problem: Problem) -> set[Key]:
    return {
        (area.code, group, activity)
        for area in problem.kecamatan
        for group in range(1, area.groups + 1)
        for activity in problem.activities
    }


def changeable(
    phase: Phase, *, today: date, keep: frozenset[Key] = frozenset()
) -> tuple[Problem, Plan, Plan]:
    """(the phase as it is today, the sessions as they stand, those of them that stay)."""
    problem = replace(problem_of(phase, today=today), pins=())
    rows = standing(phase, problem)
    offered = offered_slots(phase)
    problem = with_pins(problem, rows)  # for the slots of all of them
    before = problem.pins
    problem = replace(problem, pins=())
    first = today + timedelta(days=scheduling.NOTICE_DAYS)
    shut = {f.about for f in faults(problem, before) if f.rule in UNUSABLE}
    own = {row[0].key for row in rows if not is_usual(phase, row, offered)} - shut
    stays = own | keep | {p.key for p in before if p.day < first}
    return problem, before, in_order([p for p in before if p.key in stays])


UNUSABLE = (Broken.VENUE_CLOSED, Broken.VENUE_TWICE, Broken.VENUE_ELSEWHERE)


def offered_slots(phase: Phase) -> set[Slot]:
    """The times of the phase itself; sessions that an office has moved may have others."""
    return {_slot(start, phase.minutes) for start in phase.starts}


def is_usual(phase: Phase, row: tuple[Placement, Slot], offered: set[Slot]) -> bool:
    """Whether the phase itself could have put a session there, holidays aside."""
    placement, slot = row
    return (
        slot in offered
        and placement.day.weekday() in phase.weekdays
        and phase.starts_on <= placement.day <= phase.ends_on
    )
