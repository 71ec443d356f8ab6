"""A plan after a flood or a strike: as few sessions as possible move, then the last day is the earliest.

A session *moves* when its day, slot or venue changes: people must be told. Another trainer is no move.

First only what cannot stay is placed anew. If that works, nothing can be better: those had to move. Otherwise
every session may move, and HiGHS looks for the fewest.
"""

from __future__ import annotations

import time as clock
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from math import floor

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from trainings.planning.checks import lower_bound
from trainings.planning.counted import Rows
from trainings.planning.dealing import deal_trainers
from trainings.planning.figures import difference
from trainings.planning.problem import Key, Placement, Plan, Problem, in_order, week_of
from trainings.planning.table import Market, Table
from trainings.planning.validity import Broken, faults


@dataclass(frozen=True)
class Repair:
    """``must_move``: what could not stay. ``proved``: no plan moves fewer, and none of those ends earlier."""

    plan: Plan | None
    moved: int
    must_move: tuple[Key, ...]
    is_proved: bool
    seconds: float


ALONE = {
    Broken.DAY,
    Broken.SLOT,
    Broken.VENUE_ELSEWHERE,
    Broken.VENUE_SMALL,
    Broken.VENUE_CLOSED,
    Broken.VENUE_TWICE,
}


def repair(problem: Problem, before: Plan, *, seconds: float = 60.0) -> Repair:
    """The plan ``before`` under ``problem``, which has changed since. ``plan`` None: none was found in time.

    Pins of the problem stay. Sessions that the plan lacks are placed too; they are not counted as moved.
    """
    began = clock.monotonic()
    deadline = began + seconds
    pinned = {p.key for p in problem.pins}
    before = in_order([p for p in before if p.key in _keys(problem) and p.key not in pinned])
    must = _must_move(problem, before)
    for movable in (must, None):
        at = _Placing(problem, before, movable, must)
        least, is_least = (len(must), True) if movable is not None else at.fewest(deadline)
        if least is None:
            continue
        plan, is_earliest = at.earliest(least, deadline)
        if plan is not None and not faults(problem, plan):
            moved = len(difference(before, plan).moved)
            took = clock.monotonic() - began
            return Repair(plan, moved, tuple(sorted(must)), is_least and is_earliest, took)
    return Repair(None, 0, tuple(sorted(must)), False, clock.monotonic() - began)


def _keys(problem: Problem) -> set[Key]:
    return {
        (area.code, group, activity)
        for area in problem.kecamatan
        for group in range(1, area.groups + 1)
        for activity in problem.activities
    }


def _must_move(problem: Problem, before: Plan) -> frozenset[Key]:
    """Sessions that the day, the slot or the venue does not take any more, whatever else moves."""
    whole = in_order([*problem.pins, *before])
    pinned = {p.key for p in problem.pins}
    found: set[Key] = set()
    for fault in faults(problem, whole):
        if fault.rule not in ALONE:
            continue
        keys = fault.about if isinstance(fault.about[0], tuple) else (fault.about,)
        if fault.rule is Broken.VENUE_TWICE and len(keys) == 2 and not set(keys) & pinned:
            continue  # either of the two may stay
        found |= {key for key in keys if key not in pinned}  # type: ignore[misc]
    return frozenset(found)


class _Placing:
    """The model with a column for every session and period, and one for staying exactly where it was.

    ``movable`` None: everything; otherwise these sessions (and those the plan lacks) and nothing else.
    """

    def __init__(
        self, problem: Problem, before: Plan, movable: frozenset[Key] | None, must: frozenset[Key]
    ) -> None:
        self.problem, self.before = problem, {p.key: p for p in before}
        self.must = must
        self.known: Plan | None = None
        """a plan that moves the fewest, wherever it ends"""
        self.last = problem.days[-1].date if problem.days else date.min
        fixed = [p for p in before if p.key not in movable] if movable is not None else []
        self.fixed = fixed
        # What stays holds its room, but not its trainer: the trainer may be the one who is away.
        self.table = Table(
            replace(problem, pins=in_order([*problem.pins, *(p._replace(trainer=None) for p in fixed)])),
            slot_by_slot=True,
        )
        self.period_of = {(p.day, p.slots[0]): p.number for p in self.table.periods}
        self.open = sorted(_keys(problem) - {p.key for p in fixed} - {p.key for p in problem.pins})

    # ------------------------------------------------------------ two questions

    def fewest(self, deadline: float) -> tuple[int | None, bool]:
        """(how few sessions can move, as far as was found; whether fewer are proved impossible)

        Looked for not far beyond the old end, where there is always room for what is put off. That nothing is
        won beyond is proved with a model in which every session may also be put off without any condition.
        """
        ends = [
            day
            for day in self.table.days
            if not self.before or day <= max(p.day for p in self.before.values())
        ]
        spare = len([d for d in self.table.days[len(ends) :] if ends and d <= ends[-1] + 3 * self.table.gap])
        reach = min(len(self.table.days), len(ends) + spare + len(self.must))
        for horizon in dict.fromkeys((reach, len(self.table.days))):
            self.last = self.table.days[horizon - 1]
            found, is_exact = self._kept(deadline)
            if found is not None:
                break
        if found is None:
            return None, False
        if not is_exact or horizon == len(self.table.days):
            return found, is_exact
        return found, self._least(deadline) >= found

    def _kept(self, deadline: float) -> tuple[int | None, bool]:
        rows, columns, stays = self._model(self.last)
        result = _solve(rows, self._staying(rows, stays), deadline)
        if result is None or result.x is None:
            return None, False
        self.known = self._plan(result.x, columns, stays)
        return len(self.before) - round(-result.fun), result.status == 0

    def _least(self, deadline: float) -> int:
        """How many move at least, whatever days there are: the relaxation says enough, and at once."""
        rows, _columns, stays = self._model(self.last, is_open_ended=True)
        result = _solve(rows, self._staying(rows, stays), deadline, relaxed=True)
        if result is None or result.status != 0:
            return 0
        return len(self.before) - floor(-result.fun + 1e-6)

    @staticmethod
    def _staying(rows: Rows, stays: dict[Key, int]) -> np.ndarray:
        cost = np.zeros(rows.width)
        cost[list(stays.values())] = -1.0
        return cost

    def earliest(self, most_moved: int, deadline: float) -> tuple[Plan | None, bool]:
        """The plan with the earliest last day among those that move so many."""
        days = self.table.days
        first = lower_bound(self.table, frozenset(self.table.cities))
        if first is None:
            return None, True
        stay = sorted((p.day for p in self.before.values()), reverse=True)[most_moved : most_moved + 1]
        first = max([first, *(p.day for p in self.fixed), *(day for day in stay if day in days)])
        low, high = days.index(first), max(i for i, day in enumerate(days) if day <= self.last)
        best, is_proved = self.known, True
        if best is not None:
            high = min(high, days.index(self._end(best)) - 1)
        while low <= high:
            middle = high if best is None else (low + high) // 2
            found, decided = self._until(days[middle], most_moved, deadline)
            if found is not None:
                best = found
                high = min(middle, days.index(self._end(found))) - 1
            else:
                is_proved = is_proved and decided
                if best is None:
                    return None, decided
                low = middle + 1
        return best, is_proved

    def _end(self, plan: Plan) -> date:
        pinned = {p.key for p in self.problem.pins}
        return max((p.day for p in plan if p.key not in pinned), default=self.table.days[0])

    def _until(self, last: date, most_moved: int, deadline: float) -> tuple[Plan | None, bool]:
        rows, columns, stays = self._model(last)
        if stays:
            rows.row(
                [(c, 1.0) for c in stays.values()], len(self.before) - len(self.fixed) - most_moved, np.inf
            )
        result = _solve(rows, np.zeros(rows.width), deadline)
        if result is None:
            return None, False
        if result.x is None:
            return None, result.status == 2
        return self._plan(result.x, columns, stays), True

    # ------------------------------------------------------------ the model

    def _model(
        self, last: date, *, is_open_ended: bool = False
    ) -> tuple[Rows, dict[tuple[Key, int], int], dict[Key, int]]:
        rows = Rows()
        columns: dict[tuple[Key, int], int] = {}
        stays: dict[Key, int] = {}
        late: dict[Key, int] = {}
        periods = [p for p in self.table.periods if p.day <= last]
        bunch_of = {(b.kecamatan, g): b for b in self.table.bunches for g in b.groups}
        for key in self.open:
            bunch = bunch_of[key[0], key[1]]
            begin, end = self.table.window(bunch, key[2])
            own: list[tuple[int, float]] = []
            old = self.before.get(key)
            if old is not None and key not in self.must and begin <= old.day <= min(end, last):
                stays[key] = rows.column(1, integral=True)
                own.append((stays[key], 1.0))
            for period in periods:
                if begin <= period.day <= end and self.table.room.get((key[0], period.number)):
                    columns[key, period.number] = rows.column(1, integral=True)
                    own.append((columns[key, period.number], 1.0))
            if is_open_ended:
                late[key] = rows.column(1, integral=True)
                own.append((late[key], 1.0))
            rows.row(own, 1, 1)
        self._gap_rows(rows, columns, stays, periods, late)
        self._room_rows(rows, columns, stays, periods)
        self._trainer_rows(rows, columns, stays, periods)
        return rows, columns, stays

    def _on(
        self, key: Key, columns: dict[tuple[Key, int], int], stays: dict[Key, int], numbers: set[int]
    ) -> list[int]:
        """Columns that put the session into one of these periods."""
        own = [c for n in sorted(numbers) if (c := columns.get((key, n))) is not None]
        if key in stays:
            old = self.before[key]
            if self.period_of.get((old.day, old.slot)) in numbers:
                own.append(stays[key])
        return own

    def _gap_rows(self, rows: Rows, columns: dict, stays: dict, periods: list, late: dict[Key, int]) -> None:
        """Running totals as columns of their own, "held by this day": the model stays sparse."""
        days = sorted({p.day for p in periods})
        held: dict[Key, list[int]] = {}
        is_open = set(self.open)
        order = self.problem.activities
        chains = [
            ((area, group, one), (area, group, other))
            for area, group in sorted({key[:2] for key in self.open})
            for one, other in pairwise(order)
            if {(area, group, one), (area, group, other)} <= is_open
        ]
        for key in sorted({key for chain in chains for key in chain}):
            held[key] = [rows.column(1, integral=False) for _day in days]
            for number, day in enumerate(days):
                on_day = self._on(key, columns, stays, {p.number for p in self.table.on_day[day]})
                cells = [(held[key][number], 1.0), *((c, -1.0) for c in on_day)]
                if number:
                    cells.append((held[key][number - 1], -1.0))
                rows.row(cells, 0, 0)
        for one, other in chains:
            number = -1  # the last day a gap before
            for at, day in enumerate(days):
                while number + 1 < len(days) and days[number + 1] + self.table.gap <= day:
                    number += 1
                cells = [(held[other][at], -1.0)]
                if number >= 0:
                    cells.append((held[one][number], 1.0))
                rows.row(cells, 0, np.inf)
            if late:
                rows.row([(late[other], 1.0), (late[one], -1.0)], 0, np.inf)

    def _room_rows(self, rows: Rows, columns: dict, stays: dict, periods: list) -> None:
        by_area: dict[str, list[Key]] = {}
        for key in self.open:
            by_area.setdefault(key[0], []).append(key)
        places: dict[tuple[str, int], list[int]] = {}
        held: dict[tuple[int, int], list[int]] = {}  # (venue, period) → those who stay in it
        for (key, number), column in columns.items():
            places.setdefault((key[0], number), []).append(column)
        for key, column in stays.items():
            old = self.before[key]
            number = self.period_of[old.day, old.slot]
            places.setdefault((key[0], number), []).append(column)
            held.setdefault((old.venue, number), []).append(column)
        for (area, number), own in places.items():
            rows.row([(c, 1.0) for c in own], 0, self.table.room.get((area, number), 0))
        for own in held.values():
            if len(own) > 1:
                rows.row([(c, 1.0) for c in own], 0, 1)
        limit = self.problem.per_day
        for city in self.table.cities:
            areas = [a.code for a in self.problem.kecamatan if a.city == city]
            if not 0 < limit < len(areas):
                continue
            for day in sorted({p.day for p in periods}):
                numbers = [p.number for p in self.table.on_day[day]]
                fixed = sum((area, day) in self.table.opened for area in areas)
                openings = []
                for area in areas:
                    own = {n: places[area, n] for n in numbers if places.get((area, n))}
                    if not own or (area, day) in self.table.opened:
                        continue
                    room = {n: self.table.room.get((area, n), 0) for n in own}
                    if sum(room.values()) <= 1:
                        openings += [(column, 1.0) for columns_of in own.values() for column in columns_of]
                        continue
                    opening = rows.column(1, integral=True)
                    for number, columns_of in own.items():
                        cells = [(column, 1.0) for column in columns_of]
                        rows.row([*cells, (opening, -float(room[number]))], -np.inf, 0)
                    openings.append((opening, 1.0))
                if openings:
                    rows.row(openings, 0, max(0, limit - fixed))

    def _trainer_rows(self, rows: Rows, columns: dict, stays: dict, periods: list) -> None:
        """Every trainer by name: what stays has to be taught as well."""
        if not self.problem.trainers:
            return
        demand: dict[tuple[int, Market], list[tuple[int, float]]] = {}
        count: Counter[tuple[int, Market]] = Counter()
        for (key, number), column in columns.items():
            demand.setdefault((number, (key[2], self.table.city_of[key[0]])), []).append((column, 1.0))
        for key, column in stays.items():
            old = self.before[key]
            at = (self.period_of[old.day, old.slot], (key[2], self.table.city_of[key[0]]))
            demand.setdefault(at, []).append((column, 1.0))
        for p in self.fixed:
            at = (self.period_of[p.day, p.slot], (p.activity, self.table.city_of[p.kecamatan]))
            demand.setdefault(at, [])
            count[at] += 1
        supply: dict[tuple[int, Market], list[tuple[int, float]]] = {at: [] for at in demand}
        by_period: dict[int, list[Market]] = {}
        for number, market in demand:
            by_period.setdefault(number, []).append(market)
        for trainer in self.problem.trainers:
            by_day: dict[date, list[tuple[int, float]]] = {}
            by_week: dict[tuple[int, int], list[tuple[int, float]]] = {}
            for number, markets in sorted(by_period.items()):
                if not self.table.trainer_room.get((trainer.id, number)):
                    continue
                cells = []
                for market in markets:
                    if self.table.takes(trainer, market):
                        column = rows.column(1, integral=False)
                        supply[number, market].append((column, -1.0))
                        cells.append((column, 1.0))
                if cells:
                    rows.row(cells, 0, 1)
                    day = self.table.periods[number].day
                    by_day.setdefault(day, []).extend(cells)
                    by_week.setdefault(week_of(day), []).extend(cells)
            for day, cells in by_day.items():
                rows.row(cells, 0, self.table.day_left[trainer.id, day])
            for week, cells in by_week.items():
                rows.row(cells, 0, self.table.week_left[trainer.id, week])
        for at, cells in demand.items():
            rows.row(cells + supply[at], -count[at], -count[at])

    # ------------------------------------------------------------ the answer with names

    def _plan(self, x: np.ndarray, columns: dict, stays: dict) -> Plan:
        placed: list[Placement] = list(self.fixed)
        placed += [self.before[key] for key, column in sorted(stays.items()) if round(x[column])]
        taken = {(p.venue, p.day, p.slot) for p in placed}
        for (key, number), column in sorted(columns.items()):
            if not round(x[column]):
                continue
            period = self.table.periods[number]
            free = [
                v for v, slot in self.table.venue_slots[key[0], number] if (v, period.day, slot) not in taken
            ]
            old = self.before.get(key)
            venue = old.venue if old is not None and old.venue in free else free[0]
            taken.add((venue, period.day, period.slots[0]))
            placed.append(Placement(*key, period.day, period.slots[0], venue, None))
        keep = {p.key: p.trainer for p in self.before.values() if p.trainer is not None}
        sessions = [(*p.key, self.period_of[p.day, p.slot]) for p in placed]
        trainers = deal_trainers(self.table, sessions, keep)
        return in_order(
            [
                *self.problem.pins,
                *(p._replace(trainer=trainers[s]) for p, s in zip(placed, sessions, strict=True)),
            ]
        )


def _solve(rows: Rows, cost: np.ndarray, deadline: float, *, relaxed: bool = False):  # type: ignore[no-untyped-def] # scipy's result
    seconds = deadline - clock.monotonic()
    if seconds <= 0:
        return None
    if not rows.width:
        rows.column(0, integral=False)
        cost = np.zeros(1)
    return milp(
        cost,
        constraints=LinearConstraint(rows.matrix(), rows.low, rows.high),
        integrality=np.zeros(rows.width) if relaxed else np.array(rows.integral),
        bounds=Bounds(0, np.array(rows.most)),
        options={"time_limit": seconds, "mip_rel_gap": 0},
    )
