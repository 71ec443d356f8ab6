"""The counted form of the problem for HiGHS: how many sessions of which bunch in which period.

Groups of a kecamatan are alike, so counts say everything: running totals compared ``gap_days`` apart give
every group its gap when the groups are served first in, first out; trainers who are alike are a flow; rooms
and slots follow by colouring (``dealing``). So a last day proved impossible here is impossible.
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from trainings.planning.checks import lower_bound
from trainings.planning.dealing import Counts, deal
from trainings.planning.problem import Plan, week_of
from trainings.planning.table import Market, Table

Progress = Callable[[dict[str, Any]], None]


class Answer(Enum):
    FOUND = "found"
    IMPOSSIBLE = "impossible"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Proof:
    """``bound``: no plan ends before this day. Proved when the plan ends on it."""

    plan: Plan | None
    last_day: date | None
    bound: date | None
    seconds: float

    @property
    def is_proved(self) -> bool:
        return self.last_day is not None and self.last_day == self.bound


class Rows:
    """Sparse rows under construction."""

    def __init__(self) -> None:
        self.width = 0
        self.low: list[float] = []
        self.high: list[float] = []
        self.cells: tuple[list[int], list[int], list[float]] = ([], [], [])
        self.integral: list[int] = []
        self.most: list[float] = []

    def column(self, most: float, *, integral: bool) -> int:
        self.width += 1
        self.integral.append(int(integral))
        self.most.append(most)
        return self.width - 1

    def row(self, cells: list[tuple[int, float]], low: float, high: float) -> None:
        number = len(self.low)
        self.low.append(low)
        self.high.append(high)
        for column, value in cells:
            self.cells[0].append(number)
            self.cells[1].append(column)
            self.cells[2].append(value)

    def matrix(self) -> csr_array:
        rows, columns, values = self.cells
        return csr_array((values, (rows, columns)), shape=(len(self.low), self.width))


class Model:
    """Can everything be held until ``last``? ``fewest_openings`` asks for few (kecamatan, day) too."""

    def __init__(self, table: Table, cities: frozenset[str], last: date) -> None:
        self.table, self.last = table, last
        self.rows = Rows()
        self.columns: dict[tuple[int, str, int], int] = {}
        self.opening: dict[tuple[str, date], int] = {}
        self.cities = cities
        self.periods = [p for p in table.periods if p.day <= last]
        self.days = [day for day in table.days if day <= last]
        self._sessions()
        self._gaps()
        self._rooms()
        self._trainers()

    def _sessions(self) -> None:
        for bunch in self.table.bunches:
            if self.table.city_of[bunch.kecamatan] not in self.cities:
                continue
            count = len(bunch.groups)
            for activity in self.table.wanted(bunch):
                first, last = self.table.window(bunch, activity)
                own = []
                for period in self.periods:
                    room = self.table.room.get((bunch.kecamatan, period.number), 0)
                    if room and first <= period.day <= last:
                        column = self.rows.column(min(count, room), integral=True)
                        self.columns[bunch.number, activity, period.number] = column
                        own.append((column, 1.0))
                self.rows.row(own, count, count)

    def _gaps(self) -> None:
        """By every day, at least as many have had the earlier activity as have the later a gap afterwards."""
        order = self.table.problem.activities
        for bunch in self.table.bunches:
            if self.table.city_of[bunch.kecamatan] not in self.cities:
                continue
            for earlier, later in pairwise(order):
                if not {earlier, later} <= set(self.table.wanted(bunch)):
                    continue  # the pin's window says it
                for day, next_day in pairwise([*self.days, date.max]):
                    # what comes less than a gap after the next day, comes after what was had by this one
                    until = date.max if next_day == date.max else next_day + self.table.gap
                    after = [
                        (column, -1.0)
                        for p in self.periods
                        if p.day < until
                        and (column := self.columns.get((bunch.number, later, p.number))) is not None
                    ]
                    before = [
                        (column, 1.0)
                        for p in self.periods
                        if p.day <= day
                        and (column := self.columns.get((bunch.number, earlier, p.number))) is not None
                    ]
                    if after:
                        self.rows.row(before + after, 0, np.inf)
                too_early = [
                    (column, 1.0)
                    for p in self.periods
                    if self.days
                    and p.day < self.days[0] + self.table.gap
                    and (column := self.columns.get((bunch.number, later, p.number))) is not None
                ]
                if too_early:
                    self.rows.row(too_early, 0, 0)

    def _rooms(self) -> None:
        limit = self.table.problem.per_day
        for city in sorted(self.cities):
            areas = [a.code for a in self.table.problem.kecamatan if a.city == city]
            for day in self.days:
                self._rooms_on(areas, day, limit if 0 < limit < len(areas) else 0)

    def _rooms_on(self, areas: list[str], day: date, limit: int) -> None:
        opened = []
        fixed = sum((area, day) in self.table.opened for area in areas)
        for area in areas:
            whole: list[tuple[int, float]] = []
            most = 0
            for period in self.table.on_day[day]:
                cells = [
                    (column, 1.0)
                    for bunch in self.table.bunches
                    if bunch.kecamatan == area
                    for activity in self.table.wanted(bunch)
                    if (column := self.columns.get((bunch.number, activity, period.number))) is not None
                ]
                if not cells:
                    continue
                room = self.table.room[area, period.number]
                self.rows.row(cells, 0, room)
                whole += cells
                most += room
            if not whole or not limit or (area, day) in self.table.opened:
                continue
            if most == 1:
                opened += [(column, 1.0) for column, _one in whole]
                continue
            opening = self.rows.column(1, integral=True)
            self.opening[area, day] = opening
            self.rows.row([*whole, (opening, -float(most))], -np.inf, 0)
            opened.append((opening, 1.0))
        if opened:
            self.rows.row(opened, 0, max(0, limit - fixed))

    def _trainers(self) -> None:
        """Trainers with the same subjects and the same free days are one class: dealing goes round in it."""
        if not self.table.problem.trainers:
            return
        demand: dict[tuple[int, Market], list[tuple[int, float]]] = {}
        for (bunch, activity, period), column in self.columns.items():
            market = (activity, self.table.city_of[self.table.bunches[bunch].kecamatan])
            demand.setdefault((period, market), []).append((column, 1.0))
        classes = self._classes(sorted({market for _period, market in demand}))
        supply: dict[tuple[int, Market], list[tuple[int, float]]] = {at: [] for at in demand}
        for trainers, markets in classes:
            by_day: dict[date, list[tuple[int, float]]] = {}
            for period in self.periods:
                room = len(trainers) * self.table.trainer_room.get((trainers[0], period.number), 0)
                cells = []
                for market in markets:
                    if room and (period.number, market) in demand:
                        column = self.rows.column(room, integral=False)
                        supply[period.number, market].append((column, -1.0))
                        cells.append((column, 1.0))
                if cells:
                    self.rows.row(cells, 0, room)
                    by_day.setdefault(period.day, []).extend(cells)
            by_week: dict[tuple[int, int], list[tuple[int, float]]] = {}
            for day, cells in by_day.items():
                if len(self.table.on_day[day]) > 1:
                    self.rows.row(cells, 0, len(trainers) * self.table.day_left[trainers[0], day])
                by_week.setdefault(week_of(day), []).extend(cells)
            for week, cells in by_week.items():
                self.rows.row(cells, 0, len(trainers) * self.table.week_left[trainers[0], week])
        for at, cells in demand.items():
            self.rows.row(cells + supply[at], 0, 0)

    def _classes(self, markets: list[Market]) -> list[tuple[list[int], list[Market]]]:
        found: dict[tuple, list[int]] = {}
        takes: dict[tuple, list[Market]] = {}
        for t in self.table.problem.trainers:
            own = [m for m in markets if self.table.takes(t, m)]
            sign = (
                tuple(own),
                tuple(self.table.trainer_room.get((t.id, p.number), 0) for p in self.periods),
                tuple(self.table.day_left[t.id, day] for day in self.days),
                tuple(sorted({(w, self.table.week_left[t.id, w]) for w in map(week_of, self.days)})),
            )
            found.setdefault(sign, []).append(t.id)
            takes[sign] = own
        return [(trainers, takes[sign]) for sign, trainers in found.items() if takes[sign]]

    def solve(
        self, seconds: float, *, relaxed: bool = False, fewest_openings: bool = False
    ) -> tuple[Answer, Counts | None]:
        cost = np.zeros(self.rows.width)
        if fewest_openings:
            cost[list(self.opening.values())] = 1.0
        if not self.rows.width:
            is_empty = all(low <= 0 for low in self.rows.low)
            return (Answer.FOUND, {}) if is_empty else (Answer.IMPOSSIBLE, None)
        result = milp(
            cost,
            constraints=LinearConstraint(self.rows.matrix(), self.rows.low, self.rows.high),
            integrality=np.zeros(self.rows.width) if relaxed else np.array(self.rows.integral),
            bounds=Bounds(0, np.array(self.rows.most)),
            options={"time_limit": max(0.1, seconds)},
        )
        if result.x is not None:
            if relaxed:
                return Answer.FOUND, None
            counts = {
                at: round(result.x[column]) for at, column in self.columns.items() if round(result.x[column])
            }
            return Answer.FOUND, counts
        # 2: infeasible. 4 may be "unbounded or infeasible", which cannot be unbounded here; 1 is the clock.
        return (Answer.IMPOSSIBLE if result.status == 2 else Answer.UNDECIDED), None


def components(table: Table) -> list[frozenset[str]]:
    """Cities that share trainers are planned together, the others apart."""
    groups: list[set[str]] = [{city} for city in table.cities]
    for trainer in table.problem.trainers:
        linked = set(trainer.cities) & set(table.cities) if trainer.cities else set(table.cities)
        joined = [g for g in groups if g & linked]
        if len(joined) > 1:
            groups = [g for g in groups if not g & linked] + [set().union(*joined)]
    return sorted((frozenset(g) for g in groups), key=min)


class Search:
    """Narrows the last day of one component between a bound and a plan."""

    def __init__(self, table: Table, cities: frozenset[str], have: Counts | None, last: date | None) -> None:
        self.table, self.cities = table, cities
        self.counts = have
        self.days = table.days
        first = lower_bound(table, cities)
        self.high = self.days.index(last) if last is not None else len(self.days)
        """The last day of the plan at hand; beyond the end when there is none."""
        self.low = min(self.days.index(first), self.high) if first is not None else len(self.days)
        self.undecided: dict[int, float] = {}

    @property
    def is_open(self) -> bool:
        return self.low < self.high

    def tighten(self, deadline: float) -> None:
        """Raises the bound by the relaxation, which takes a moment where the whole question takes long."""
        low, high = self.low, min(self.high, len(self.days) - 1)
        while low < high and clock.monotonic() < deadline:
            middle = (low + high) // 2
            answer, _none = self._model(middle).solve(deadline - clock.monotonic(), relaxed=True)
            if answer is Answer.IMPOSSIBLE:
                low = middle + 1
            elif answer is Answer.FOUND:
                high = middle
            else:
                break
        self.low = max(self.low, low)

    def step(self, seconds: float) -> None:
        """Asks one day. The bound first; where that took too long, between."""
        if self.high == len(self.days):
            at = self.high - 1  # any plan at all
        else:
            at = min(
                range(self.low, self.high),
                key=lambda day: (
                    self.undecided.get(day, 0.0),
                    day != self.low,
                    abs(2 * day - self.low - self.high),
                ),
            )
        answer, counts = self._model(at).solve(seconds)
        if answer is Answer.IMPOSSIBLE:
            self.low = at + 1
        elif answer is Answer.FOUND and counts is not None:
            self.counts = counts
            ends = [self.table.periods[period].day for (_b, _a, period), n in counts.items() if n]
            self.high = max(self.low, self.days.index(max(ends)))
        else:
            self.undecided[at] = self.undecided.get(at, 0.0) + seconds
        self.undecided = {day: spent for day, spent in self.undecided.items() if self.low <= day < self.high}

    def _model(self, at: int) -> Model:
        return Model(self.table, self.cities, self.days[at])


def prove(table: Table, have: Plan | None, *, seconds: float, progress: Progress | None = None) -> Proof:
    """Works ``have`` (a complete plan, or None) towards the earliest last day, proved or out of time."""
    began = clock.monotonic()
    deadline = began + seconds
    tell = progress or (lambda _told: None)
    searches = [_search(table, cities, have) for cities in components(table)]
    if any(s.low >= len(s.days) for s in searches):
        return Proof(have, None, None, clock.monotonic() - began)
    for search in searches:
        search.tighten(min(deadline, clock.monotonic() + seconds / 4))
    best = _last_of(table, have) if have is not None else None
    while clock.monotonic() < deadline:
        bound = max(s.low for s in searches)
        waiting = [s for s in searches if s.high > bound]
        if not waiting:
            break
        tell({"bound": table.days[bound]})
        search = max(waiting, key=lambda s: (s.high, -sum(s.undecided.values())))
        usual = max([4.0, *(2 * spent for spent in search.undecided.values())])
        search.step(min(usual, deadline - clock.monotonic()))
        if search.low >= len(search.days):
            return Proof(have, None, None, clock.monotonic() - began)
        now = _result(table, have, searches, clock.monotonic() - began)
        if now.plan is not None and (best is None or now.last_day is None or now.last_day < best):
            best = now.last_day
            tell({"bound": now.bound, "plan": now.plan})
    return _result(table, have, searches, clock.monotonic() - began)


def _last_of(table: Table, plan: Plan) -> date:
    """The last day that is the planner's own: pins stay where they are."""
    pinned = {p.key for p in table.problem.pins}
    return max((p.day for p in plan if p.key not in pinned), default=table.days[0])


def _search(table: Table, cities: frozenset[str], have: Plan | None) -> Search:
    if have is None:
        return Search(table, cities, None, None)
    pinned = {p.key for p in table.problem.pins}
    own = [p for p in have if table.city_of[p.kecamatan] in cities and p.key not in pinned]
    return Search(table, cities, None, max((p.day for p in own), default=table.days[0]))


def counts_of(table: Table, plan: Plan) -> Counts:
    """A plan as counts again."""
    bunch_of = {(b.kecamatan, group): b.number for b in table.bunches for group in b.groups}
    period_of = {(p.day, slot): p.number for p in table.periods for slot in p.slots}
    pinned = {p.key for p in table.problem.pins}
    counts: Counts = {}
    for p in plan:
        if p.key not in pinned:
            at = (bunch_of[p.kecamatan, p.group], p.activity, period_of[p.day, p.slot])
            counts[at] = counts.get(at, 0) + 1
    return counts


def _result(table: Table, have: Plan | None, searches: list[Search], seconds: float) -> Proof:
    bound = table.days[max(s.low for s in searches)]
    if any(s.high == len(s.days) for s in searches):
        return Proof(None, None, bound, seconds)
    if any(s.counts is not None for s in searches):
        old = counts_of(table, have or ())
        counts: Counts = {}
        for s in searches:
            counts |= (
                s.counts
                if s.counts is not None
                else {
                    at: n
                    for at, n in old.items()
                    if table.city_of[table.bunches[at[0]].kecamatan] in s.cities
                }
            )
        have = deal(table, counts)
    last = _last_of(table, have or ())
    return Proof(have, last, min(bound, last), seconds)
