"""A plan at once: day by day, under several rules of precedence, the best of them.

The number of attempts is fixed, not the time, so that the same problem always gives the same plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import product

from trainings.planning.dealing import CannotDeal, Counts, _Flow, deal
from trainings.planning.problem import Key, Plan, Problem
from trainings.planning.table import Bunch, Market, Period, Table


class Why(StrEnum):
    """What stood in the way of a session on most of its days."""

    NO_DAY = "no_day"
    NO_ROOM = "no_room"
    NO_TRAINER = "no_trainer"
    DAY_LIMIT = "day_limit"
    EARLIER_ACTIVITY = "earlier_activity"


@dataclass(frozen=True)
class Unplaced:
    key: Key
    why: Why


@dataclass(frozen=True)
class Attempt:
    plan: Plan
    unplaced: tuple[Unplaced, ...]
    openings: int
    """(kecamatan, day) pairs with a session"""

    @property
    def last_day(self) -> date | None:
        return max((p.day for p in self.plan), default=None)


AREA_FIRST = ("most_left", "most_today", "longest_ago")
ACTIVITY_FIRST = ("latest", "earliest", "scarcest")


def best(problem: Problem, table: Table | None = None) -> Attempt:
    """The best of all attempts: most placed, then the earliest last day, then the fewest openings."""
    table = table or Table(problem)
    runs = [_Run(table, *rules) for rules in product(AREA_FIRST, ACTIVITY_FIRST)]
    for run in runs:
        run.go()
    return min(runs, key=lambda run: run.rank).attempt()


@dataclass
class _Line:
    """One activity of a bunch: how many are had, and from which day on the next one can have it."""

    bunch: Bunch
    activity: str
    place: int
    window: tuple[date, date]
    left: int
    days: list[date] = field(default_factory=list)


class _Run:
    def __init__(self, table: Table, area_first: str, activity_first: str) -> None:
        self.table, self.area_first, self.activity_first = table, area_first, activity_first
        self.problem = table.problem
        self.counts: Counts = {}
        self.lines: dict[str, list[_Line]] = {}
        self.before: dict[int, _Line] = {}
        for bunch in table.bunches:
            previous: _Line | None = None
            for activity in table.wanted(bunch):
                place = self.problem.activities.index(activity)
                line = _Line(bunch, activity, place, table.window(bunch, activity), len(bunch.groups))
                if previous is not None and previous.place == place - 1:
                    self.before[id(line)] = previous
                previous = line
                self.lines.setdefault(bunch.kecamatan, []).append(line)
        markets = {(line.activity, table.city_of[area]) for area, own in self.lines.items() for line in own}
        self.flow = _Flow(table, {(p.number, m): 0 for p in table.periods for m in sorted(markets)})
        self.uses = {t.id: len(t.subjects) for t in self.problem.trainers}
        self.left = Counter({area: sum(line.left for line in own) for area, own in self.lines.items()})
        self.market_left: Counter[Market] = Counter()
        for area, own in self.lines.items():
            for line in own:
                self.market_left[line.activity, table.city_of[area]] += line.left
        self.teachers = {
            m: sum(t.per_week for t in self.problem.trainers if table.takes(t, m)) for m in markets
        }
        self.seen: dict[str, date] = {}
        self.met: Counter[tuple[str, date]] = Counter(
            (table.city_of[area], day) for area, day in table.opened
        )

    def go(self) -> None:
        for day in self.table.days:
            if not any(self.left.values()):
                break
            self._plan_day(day)

    @property
    def rank(self) -> tuple[int, date, int]:
        """Fewest left over, then the earliest last day, then the fewest openings."""
        lines = [line for own in self.lines.values() for line in own]
        last = max((max(line.days) for line in lines if line.days), default=date.min)
        openings = {(area, day) for area, own in self.lines.items() for line in own for day in line.days}
        return sum(self.left.values()), last, len(openings | self.table.opened)

    def attempt(self) -> Attempt:
        plan = deal(self.table, self.counts)
        openings = len({(p.kecamatan, p.day) for p in plan})
        return Attempt(plan, tuple(self._unplaced()), openings)

    # ------------------------------------------------------------ one day

    def _plan_day(self, day: date) -> None:
        areas = [area for area in self.lines if self.left[area]]
        fixed = [area for area in areas if (area, day) in self.table.opened]
        for area in fixed:
            self._fill(area, day)
        waiting = [area for area in areas if area not in fixed]
        while waiting:
            waiting = [area for area in waiting if self._may_open(area, day)]
            scored = [(self._score(area, day), area) for area in waiting]
            scored = [(score, area) for score, area in scored if score is not None]
            if not scored:
                return
            _score, area = min(scored)
            waiting.remove(area)
            if self._fill(area, day):
                self.met[self.table.city_of[area], day] += 1
                self.seen[area] = day

    def _may_open(self, area: str, day: date) -> bool:
        return not self.problem.per_day or self.met[self.table.city_of[area], day] < self.problem.per_day

    def _score(self, area: str, day: date) -> tuple | None:
        ready = sum(self._ready(line, day) for line in self.lines[area])
        room = sum(self.table.room.get((area, p.number), 0) for p in self.table.on_day[day])
        today = min(ready, room)
        if not today:
            return None
        urgent = -sum(1 for line in self.lines[area] if line.left and self._is_urgent(line, day))
        ago = self.seen.get(area, date.min)
        if self.area_first == "most_left":
            return urgent, -self.left[area], ago, area
        if self.area_first == "most_today":
            return urgent, -today, -self.left[area], area
        return urgent, ago, -self.left[area], area

    def _is_urgent(self, line: _Line, day: date) -> bool:
        """A pin behind it leaves little time."""
        return line.window[1] != date.max and (line.window[1] - day).days <= 7

    def _ready(self, line: _Line, day: date) -> int:
        """How many groups can have it today."""
        if not line.left or not line.window[0] <= day <= line.window[1]:
            return 0
        previous = self.before.get(id(line))
        if previous is None:
            return line.left
        done = sum(1 for earlier in previous.days if earlier + self.table.gap <= day)
        return min(line.left, done - len(line.days))

    def _fill(self, area: str, day: date) -> int:
        """Sessions placed."""
        placed = 0
        for period in self.table.on_day[day]:
            room = self.table.room.get((area, period.number), 0)
            blocked: set[int] = set()
            while room:
                line = self._next(area, day, blocked)
                if line is None:
                    break
                market = (line.activity, self.table.city_of[area])
                if not self._teach(period, market):
                    blocked.add(id(line))
                    continue
                at = (line.bunch.number, line.activity, period.number)
                self.counts[at] = self.counts.get(at, 0) + 1
                line.days.append(day)
                line.left -= 1
                self.left[area] -= 1
                self.market_left[market] -= 1
                room -= 1
                placed += 1
        return placed

    def _next(self, area: str, day: date, blocked: set[int]) -> _Line | None:
        city = self.table.city_of[area]
        ready = [line for line in self.lines[area] if id(line) not in blocked and self._ready(line, day) > 0]
        key: dict[str, Callable[[_Line], tuple]] = {
            "latest": lambda line: (-line.place,),
            "earliest": lambda line: (line.place,),
            "scarcest": lambda line: (
                -self.market_left[line.activity, city] / max(1, self.teachers[line.activity, city]),
                line.place,
            ),
        }
        return min(
            ready,
            key=lambda line: (
                not self._is_urgent(line, day),
                *key[self.activity_first](line),
                line.bunch.number,
            ),
            default=None,
        )

    # ------------------------------------------------------------ trainers

    def _teach(self, period: Period, market: Market) -> bool:
        if not self.problem.trainers:
            return True
        flow, number = self.flow, period.number
        able = flow.able[number, market]
        free = [t for t in able if flow.has_room(t, number)]
        if free:
            flow.give(min(free, key=lambda t: (flow.load[t], self.uses[t], t)), number, market)
            return True
        # Somebody able teaches another activity now that a free colleague could take over.
        for trainer in able:
            for other in flow.markets_of[number]:
                if other == market or not flow.given[trainer, number, other]:
                    continue
                helper = next((t for t in flow.able[number, other] if flow.has_room(t, number)), None)
                if helper is not None:
                    flow.give(trainer, number, other, -1)
                    flow.give(helper, number, other)
                    flow.give(trainer, number, market)
                    return True
        return False

    # ------------------------------------------------------------ what is left over

    def _unplaced(self) -> Iterator[Unplaced]:
        for area in sorted(self.lines):
            for line in self.lines[area]:
                for group in line.bunch.groups[len(line.days) :]:
                    yield Unplaced((area, group, line.activity), self._why(area, line, len(line.days)))

    def _why(self, area: str, line: _Line, number: int) -> Why:
        previous = self.before.get(id(line))
        first, last = line.window
        if previous is not None:
            if len(previous.days) <= number:
                return Why.EARLIER_ACTIVITY
            first = max(first, sorted(previous.days)[number] + self.table.gap)
        reasons: Counter[Why] = Counter()
        market = (line.activity, self.table.city_of[area])
        for day in self.table.days:
            if not first <= day <= last:
                continue
            if (
                (area, day) not in self.table.opened
                and not self._may_open(area, day)
                and self.seen.get(area) != day
            ):
                reasons[Why.DAY_LIMIT] += 1
                continue
            for period in self.table.on_day[day]:
                used = sum(
                    self.counts.get((other.bunch.number, other.activity, period.number), 0)
                    for other in self.lines[area]
                )
                if used >= self.table.room.get((area, period.number), 0):
                    reasons[Why.NO_ROOM] += 1
                elif self.problem.trainers and not any(
                    self.flow.has_room(t, period.number) for t in self.flow.able[period.number, market]
                ):
                    reasons[Why.NO_TRAINER] += 1
        return max(reasons, key=lambda why: (reasons[why], why), default=Why.NO_DAY)


__all__ = ["Attempt", "CannotDeal", "Unplaced", "Why", "best"]
