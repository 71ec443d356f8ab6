"""The problem counted out: where there is room, and who is free, period by period.

A *period* is a day, or one slot of it. On most days every room and every trainer is free in all slots or in
none: then the slots need not be told apart before the plan is dealt out (``dealing.colour``), and the day is
one period. Other days have a period for every slot.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from trainings.planning.problem import Placement, Problem, Slot, Trainer, Venue, week_of

Market = tuple[str, str]
"""Sessions that ask for the same trainers: (activity, city)."""


@dataclass(frozen=True, slots=True)
class Period:
    number: int
    day: date
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bunch:
    """Groups of a kecamatan that are alike. A group with a pin stands alone."""

    number: int
    kecamatan: str
    groups: tuple[int, ...]
    pinned: tuple[tuple[str, date], ...] = ()


class Table:
    """What the planners count with. Pinned sessions are taken off already."""

    def __init__(self, problem: Problem, *, slot_by_slot: bool = False) -> None:
        self.problem = problem
        self.gap = timedelta(days=problem.gap_days)
        self.cities = sorted({area.city for area in problem.kecamatan})
        self.city_of = {area.code: area.city for area in problem.kecamatan}
        self._pins_on: dict[date, list[Placement]] = {}
        for pin in problem.pins:
            self._pins_on.setdefault(pin.day, []).append(pin)
        self._serving = {
            area.code: [v for v in problem.venues if v.kecamatan == area.code and v.capacity >= area.seats]
            for area in problem.kecamatan
        }
        self.venue_slots: dict[tuple[str, int], tuple[tuple[int, int], ...]] = {}
        """(kecamatan, period) → free (venue, slot)"""
        self.trainer_room: dict[tuple[int, int], int] = {}
        """(trainer, period) → sessions the trainer can take in it"""
        self.periods: list[Period] = []
        for day in problem.days:
            self._count_day(day.date, day.slots, slot_by_slot)
        self.room = {at: len(free) for at, free in self.venue_slots.items()}
        self.on_day: dict[date, list[Period]] = {}
        for period in self.periods:
            self.on_day.setdefault(period.day, []).append(period)
        self.days = sorted(self.on_day)
        self.bunches = self._bunches()
        self._count_loads()
        self.opened = {(pin.kecamatan, pin.day) for pin in problem.pins}

    # ------------------------------------------------------------ rooms and trainers

    def _count_day(self, day: date, slots: tuple[int, ...], slot_by_slot: bool) -> None:
        all_slots = self.problem.slots
        venues = {
            area: {v.id: [s for s in slots if self._venue_is_free(v, day, all_slots[s])] for v in serving}
            for area, serving in self._serving.items()
        }
        trainers = {
            t.id: [s for s in slots if self._trainer_is_free(t, day, all_slots[s])]
            for t in self.problem.trainers
        }
        is_whole = not slot_by_slot and day not in self._pins_on
        is_whole = is_whole and all(
            len(free) in (0, len(slots))
            for free in [*trainers.values(), *(f for own in venues.values() for f in own.values())]
        )
        for group in [slots] if is_whole else [(s,) for s in slots]:
            if not group:
                continue
            period = Period(len(self.periods), day, tuple(group))
            self.periods.append(period)
            for area, own in venues.items():
                free = tuple((v, s) for v in sorted(own) for s in group if s in own[v])
                if free:
                    self.venue_slots[area, period.number] = free
            for t in self.problem.trainers:
                if free_slots := [s for s in group if s in trainers[t.id]]:
                    self.trainer_room[t.id, period.number] = min(len(free_slots), t.per_day)

    def _venue_is_free(self, venue: Venue, day: date, slot: Slot) -> bool:
        hours = venue.hours[day.weekday()]
        if hours is None or day in venue.closed or slot.start < hours[0] or slot.end > hours[1]:
            return False
        taken = [(b.start, b.end) for b in venue.busy if b.day == day]
        taken += [self.problem.slots[p.slot] for p in self._pins_on.get(day, ()) if p.venue == venue.id]
        return not any(slot.overlaps(other) for other in taken)

    def _trainer_is_free(self, trainer: Trainer, day: date, slot: Slot) -> bool:
        if day in trainer.closed or day.weekday() not in trainer.weekdays:
            return False
        taken = [(b.start, b.end) for b in trainer.busy if b.day == day]
        taken += [self.problem.slots[p.slot] for p in self._pins_on.get(day, ()) if p.trainer == trainer.id]
        return not any(slot.overlaps(other) for other in taken)

    def _count_loads(self) -> None:
        """What is left to every trainer a day and a week, and what pins give them already."""
        self.day_left: dict[tuple[int, date], int] = {}
        self.week_left: dict[tuple[int, tuple[int, int]], int] = {}
        self.pinned_load: Counter[int] = Counter()
        for trainer in self.problem.trainers:
            taken = [b.day for b in trainer.busy]
            taken += [p.day for p in self.problem.pins if p.trainer == trainer.id]
            self.pinned_load[trainer.id] = sum(p.trainer == trainer.id for p in self.problem.pins)
            days, weeks = Counter(taken), Counter(map(week_of, taken))
            for day in self.days:
                self.day_left[trainer.id, day] = max(0, trainer.per_day - days[day])
                week = week_of(day)
                self.week_left[trainer.id, week] = max(0, trainer.per_week - weeks[week])

    def takes(self, trainer: Trainer, market: Market) -> bool:
        activity, city = market
        return activity in trainer.subjects and (not trainer.cities or city in trainer.cities)

    # ------------------------------------------------------------ groups

    def _bunches(self) -> list[Bunch]:
        pins: dict[tuple[str, int], list[tuple[str, date]]] = {}
        for pin in self.problem.pins:
            pins.setdefault((pin.kecamatan, pin.group), []).append((pin.activity, pin.day))
        found: list[Bunch] = []
        for area in self.problem.kecamatan:
            free = [g for g in range(1, area.groups + 1) if (area.code, g) not in pins]
            if free:
                found.append(Bunch(len(found), area.code, tuple(free)))
            for group in range(1, area.groups + 1):
                if own := pins.get((area.code, group)):
                    found.append(Bunch(len(found), area.code, (group,), tuple(sorted(own))))
        return found

    def wanted(self, bunch: Bunch) -> tuple[str, ...]:
        """Activities the bunch still needs, in their order."""
        fixed = {activity for activity, _day in bunch.pinned}
        return tuple(a for a in self.problem.activities if a not in fixed)

    def window(self, bunch: Bunch, activity: str) -> tuple[date, date]:
        """Between which days the bunch can have the activity, as far as its pins say."""
        place = self.problem.activities.index(activity)
        first, last = date.min, date.max
        for other, day in bunch.pinned:
            steps = place - self.problem.activities.index(other)
            if steps > 0:
                first = max(first, day + steps * self.gap)
            else:
                last = min(last, day + steps * self.gap)
        return first, last
