"""From counts to names: which group, which trainer, which room and which slot.

Three small exact methods, each for one question:

- groups of a bunch are served first in, first out: whoever had activity 1 first has activity 2 first;
- trainers are a flow (trainer → week → day → period → sessions) that is evened out along paths, until no
  exchange makes two loads more alike: then the loads are as even as subjects and free days allow;
- in a period of several slots, sessions are edges between a room and a trainer, and slots are colours: a
  bipartite graph can be coloured with as many colours as its largest degree (König).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from trainings.planning.problem import Key, Placement, Plan, in_order, week_of
from trainings.planning.table import Market, Table

Counts = dict[tuple[int, str, int], int]
"""(bunch, activity, period) → sessions"""
Wanted = tuple[str, int, str, int]
"""(kecamatan, group, activity, period): a session that has a period and no names yet"""


class CannotDeal(Exception):
    """The counts promise more than there is. A planner never makes such counts; it would be its error."""


def deal(table: Table, counts: Counts, keep: Mapping[Key, int] | None = None) -> Plan:
    """The whole plan. ``keep``: the trainer a session had before, who stays where possible."""
    sessions = deal_groups(table, counts)
    trainers = deal_trainers(table, sessions, keep or {})
    return in_order([*table.problem.pins, *_rooms(table, sessions, trainers)])


def deal_groups(table: Table, counts: Counts) -> list[Wanted]:
    sessions: list[Wanted] = []
    for bunch in table.bunches:
        for activity in table.wanted(bunch):
            line = [
                period.number
                for period in table.periods
                for _ in range(counts.get((bunch.number, activity, period.number), 0))
            ]
            sessions += [
                (bunch.kecamatan, group, activity, period)
                for group, period in zip(bunch.groups, line, strict=False)
            ]
    return sessions


# ---------------------------------------------------------------- trainers


class _Flow:
    """Who teaches where, by (trainer, period) and market; residual paths change it."""

    def __init__(self, table: Table, demand: Mapping[tuple[int, Market], int]) -> None:
        self.table = table
        self.trainers = [t.id for t in table.problem.trainers]
        self.load = Counter({t: table.pinned_load[t] for t in self.trainers})
        self.missing = dict(demand)
        self.given: Counter[tuple[int, int, Market]] = Counter()
        self.in_period: Counter[tuple[int, int]] = Counter()
        self.on_day: Counter[tuple[int, date]] = Counter()
        self.in_week: Counter[tuple[int, tuple[int, int]]] = Counter()
        self.markets_of: dict[int, list[Market]] = {}
        for period, market in sorted(demand):
            self.markets_of.setdefault(period, []).append(market)
        takes = {
            (t.id, market): table.takes(t, market)
            for t in table.problem.trainers
            for market in {market for _period, market in demand}
        }
        self.able = {
            (period, market): [
                t for t in self.trainers if (t, period) in table.trainer_room and takes[t, market]
            ]
            for period, market in demand
        }
        self._is_able = {at: set(able) for at, able in self.able.items()}

    def has_room(self, trainer: int, period: int) -> bool:
        day = self.table.periods[period].day
        return (
            self.in_period[trainer, period] < self.table.trainer_room.get((trainer, period), 0)
            and self.on_day[trainer, day] < self.table.day_left[trainer, day]
            and self.in_week[trainer, week_of(day)] < self.table.week_left[trainer, week_of(day)]
        )

    def give(self, trainer: int, period: int, market: Market, count: int = 1) -> None:
        day = self.table.periods[period].day
        self.given[trainer, period, market] += count
        self.in_period[trainer, period] += count
        self.on_day[trainer, day] += count
        self.in_week[trainer, week_of(day)] += count
        self.load[trainer] += count
        self.missing[period, market] -= count

    # A node is ("t", trainer), ("w", trainer, week), ("d", trainer, day), ("p", trainer, period) or
    # ("m", period, market). An arc towards "m" adds a session to the trainer, one back takes it away.

    def neighbours(self, node: tuple) -> Iterable[tuple]:
        kind = node[0]
        if kind == "t":
            for week in self._weeks(node[1]):
                if self.in_week[node[1], week] < self.table.week_left[node[1], week]:
                    yield ("w", node[1], week)
        elif kind == "w":
            _w, trainer, week = node
            for day in self._days(trainer, week):
                if self.on_day[trainer, day] < self.table.day_left[trainer, day]:
                    yield ("d", trainer, day)
            if self.in_week[trainer, week]:
                yield ("t", trainer)
        elif kind == "d":
            _d, trainer, day = node
            for period in self.table.on_day[day]:
                if self.in_period[trainer, period.number] < self.table.trainer_room.get(
                    (trainer, period.number), 0
                ):
                    yield ("p", trainer, period.number)
            if self.on_day[trainer, day]:
                yield ("w", trainer, week_of(day))
        elif kind == "p":
            _p, trainer, period = node
            for market in self.markets_of.get(period, ()):
                if trainer in self._is_able[period, market]:
                    yield ("m", period, market)
            if self.in_period[trainer, period]:
                yield ("d", trainer, self.table.periods[period].day)
        else:
            _m, period, market = node
            for trainer in self.able[period, market]:
                if self.given[trainer, period, market]:
                    yield ("p", trainer, period)

    def _weeks(self, trainer: int) -> list[tuple[int, int]]:
        return self._calendar()[0]

    def _days(self, trainer: int, week: tuple[int, int]) -> list[date]:
        return self._calendar()[1][week]

    def _calendar(self) -> tuple[list[tuple[int, int]], dict[tuple[int, int], list[date]]]:
        if not hasattr(self, "_known"):
            days: dict[tuple[int, int], list[date]] = {}
            for period in sorted(self.markets_of):
                day = self.table.periods[period].day
                own = days.setdefault(week_of(day), [])
                if day not in own:
                    own.append(day)
            self._known = (sorted(days), days)
        return self._known

    def search(self, starts: Sequence[tuple], goal: object) -> list[tuple] | None:
        """The shortest residual path from one of ``starts`` to a node that ``goal`` accepts."""
        came: dict[tuple, tuple | None] = dict.fromkeys(starts)
        line = deque(starts)
        while line:
            node = line.popleft()
            if goal(node):  # type: ignore[operator]
                path = [node]
                while (before := came[path[-1]]) is not None:
                    path.append(before)
                return path[::-1]
            for other in self.neighbours(node):
                if other not in came:
                    came[other] = node
                    line.append(other)
        return None

    def push(self, path: list[tuple]) -> None:
        for node, after in pairwise(path):
            if node[0] == "p" and after[0] == "m":
                self._change(node[1], after[1], after[2], 1)
            elif node[0] == "m" and after[0] == "p":
                self._change(after[1], node[1], node[2], -1)

    def _change(self, trainer: int, period: int, market: Market, by: int) -> None:
        missing = self.missing[period, market]
        self.give(trainer, period, market, by)
        self.missing[period, market] = missing  # the caller knows what the path as a whole gives


def deal_trainers(
    table: Table, sessions: Sequence[Wanted], keep: Mapping[Key, int]
) -> dict[Wanted, int | None]:
    """A trainer for every session, loads as even as can be. Raises CannotDeal."""
    if not table.problem.trainers:
        return dict.fromkeys(sessions, None)
    asking: dict[tuple[int, Market], list[Wanted]] = {}
    for session in sessions:
        area, _group, activity, period = session
        asking.setdefault((period, (activity, table.city_of[area])), []).append(session)
    flow = _Flow(table, {at: len(line) for at, line in asking.items()})
    kept = _keep(flow, asking, keep)
    _fill(flow)
    _complete(flow)
    if not keep:
        even_out(flow)
    return _names(table, flow, asking, kept)


def _keep(
    flow: _Flow, asking: Mapping[tuple[int, Market], list[Wanted]], keep: Mapping[Key, int]
) -> dict[Wanted, int]:
    kept: dict[Wanted, int] = {}
    for (period, market), line in sorted(asking.items()):
        for session in line:
            trainer = keep.get(session[:3])
            if trainer in flow._is_able[period, market] and flow.has_room(trainer, period):  # type: ignore[arg-type]
                flow.give(trainer, period, market)  # type: ignore[arg-type]
                kept[session] = trainer  # type: ignore[assignment]
    return kept


def _fill(flow: _Flow) -> None:
    """In time order, the scarcest market first: the least loaded trainer, the one with fewest other uses."""
    uses = {t.id: len(t.subjects) for t in flow.table.problem.trainers}
    order = sorted(flow.missing, key=lambda at: (at[0], len(flow.able[at]), at[1]))
    for period, market in order:
        while flow.missing[period, market] > 0:
            free = [t for t in flow.able[period, market] if flow.has_room(t, period)]
            if not free:
                break
            flow.give(min(free, key=lambda t: (flow.load[t], uses[t], t)), period, market)


def _complete(flow: _Flow) -> None:
    for at in sorted(flow.missing):
        while flow.missing[at] > 0:
            starts = [("t", t) for t in sorted(flow.trainers, key=lambda t: (flow.load[t], t))]
            target = ("m", *at)
            path = flow.search(starts, lambda node, target=target: node == target)
            if path is None:
                raise CannotDeal(at)
            flow.push(path)
            flow.missing[at] -= 1


def even_out(flow: _Flow) -> None:
    """Moves sessions along paths from trainers with two or more above, until none is left."""
    is_settled: set[int] = set()
    while True:
        waiting = [t for t in flow.trainers if t not in is_settled]
        if not waiting:
            return
        low = min(waiting, key=lambda t: (flow.load[t], t))
        if flow.load[low] + 2 > max(flow.load.values()):
            return
        bound = flow.load[low] + 2
        path = flow.search(
            [("t", low)], lambda node, bound=bound: node[0] == "t" and flow.load[node[1]] >= bound
        )
        if path is None:
            is_settled.add(low)
        else:
            flow.push(path)
            is_settled.clear()


def _names(
    table: Table,
    flow: _Flow,
    asking: Mapping[tuple[int, Market], list[Wanted]],
    kept: Mapping[Wanted, int],
) -> dict[Wanted, int | None]:
    """Inside a period and a market sessions differ only by place: kept trainers stay, others go near home."""
    homes = {t.id: t.home for t in table.problem.trainers}
    chosen: dict[Wanted, int | None] = {}
    for (period, market), line in asking.items():
        left = Counter({t: flow.given[t, period, market] for t in flow.able[period, market]})
        open_ones = []
        for session in line:
            trainer = kept.get(session)
            if trainer is not None and left[trainer] > 0:
                left[trainer] -= 1
                chosen[session] = trainer
            else:
                open_ones.append(session)
        hands = sorted(left.elements())
        for session in list(open_ones):
            near = next((t for t in hands if homes[t] == session[0]), None)
            if near is not None:
                hands.remove(near)
                open_ones.remove(session)
                chosen[session] = near
        chosen |= dict(zip(open_ones, hands, strict=True))
    return chosen


# ---------------------------------------------------------------- rooms and slots


def _rooms(
    table: Table, sessions: Sequence[Wanted], trainers: Mapping[Wanted, int | None]
) -> Iterable[Placement]:
    by_period: dict[int, list[Wanted]] = {}
    for session in sessions:
        by_period.setdefault(session[3], []).append(session)
    used: Counter[int] = Counter()
    for number in sorted(by_period):
        period, line = table.periods[number], by_period[number]
        edges = []
        for session in line:
            venues = {venue for venue, _slot in table.venue_slots.get((session[0], number), ())}
            load = Counter(venue for venue, _t in edges)
            open_venues = [v for v in sorted(venues) if load[v] < len(period.slots)]
            if not open_venues:
                raise CannotDeal(session)
            # The same room all day spares an opening; which one is by turns.
            venue = min(open_venues, key=lambda v: (-load[v], used[v], v))
            edges.append((venue, trainers[session]))
        for venue, _trainer in edges:
            used[venue] += 1
        colours = colour(edges, len(period.slots))
        for session, (venue, trainer), slot in zip(line, edges, colours, strict=True):
            area, group, activity, _period = session
            yield Placement(area, group, activity, period.day, period.slots[slot], venue, trainer)


def colour(edges: Sequence[tuple[int, int | None]], colours: int) -> list[int]:
    """A colour for each edge (room, trainer), none twice at a room or a trainer.

    There always is one when nobody has more than ``colours`` edges: an edge that finds no common free colour
    swaps two colours along a path first. Raises CannotDeal otherwise.
    """
    chosen: list[int] = []
    at: dict[tuple[str, int, int], int] = {}  # (side, who, colour) → edge

    def free_of(side: str, who: int | None) -> list[int]:
        return [c for c in range(colours) if who is None or (side, who, c) not in at]

    def put(edge: int, c: int) -> None:
        room, trainer = edges[edge]
        at["room", room, c] = edge
        if trainer is not None:
            at["trainer", trainer, c] = edge
        chosen[edge] = c

    def lift(edge: int) -> None:
        room, trainer = edges[edge]
        del at["room", room, chosen[edge]]
        if trainer is not None:
            del at["trainer", trainer, chosen[edge]]

    for number, (room, trainer) in enumerate(edges):
        chosen.append(-1)
        ours, theirs = free_of("room", room), free_of("trainer", trainer)
        if not ours or not theirs:
            raise CannotDeal(number)
        if common := [c for c in ours if c in theirs]:
            put(number, common[0])
            continue
        # From the trainer along colours ours, theirs, ours, …: the path never reaches the room.
        one, other = ours[0], theirs[0]
        path, side, who, wanted = [], "trainer", trainer, one
        while (edge := at.get((side, who, wanted))) is not None:  # type: ignore[arg-type]
            path.append(edge)
            side = "room" if side == "trainer" else "trainer"
            who = edges[edge][0] if side == "room" else edges[edge][1]
            wanted = other if wanted == one else one
            if who is None:
                break
        for edge in path:
            lift(edge)
        for edge in path:
            put(edge, other if chosen[edge] == one else one)
        put(number, one)
    return chosen
