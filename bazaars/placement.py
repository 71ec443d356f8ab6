"""Which stall: every wish weighed in a stated order, and the best plan proved.

The wishes, first to last; a later one never costs an earlier one:

1. POWER        whoever needs power has it
2. ZONE         everybody stands in the zone of the own pengampu or in a free stall, not in another's zone
3. WATER        whoever sells food or drinks has water, where there is any
4. NEIGHBOURS   next to each other, and in one tent, different goods
5. OWN_ZONE     in the own zone rather than in a free stall
6. FRONT        no stall near the entrance (first rows, first columns) stays empty for one further back
7. BETTER       whoever had a stall in the back row last time has one near the entrance
8. the lot      what is still equal is decided by the seed of the draw

Vendors that are alike for every wish are counted, not named, so that the solver (HiGHS) has no twins to try.
One wish after the other is solved to its proved best and kept; the last is a different weight for each
(kind of vendor, stall), drawn from the seed, so that one plan alone is best: the same on every machine.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

TIE_WEIGHTS = 1_000_000  # sums of these stay exact in a float
MOST_NODES = 20_000  # a slow machine stops at the same plan as a fast one


@dataclass(frozen=True, slots=True)
class Vendor:
    """Somebody chosen; vendors come in the order of the draw. ``was_poor``: a poor stall last time."""

    id: str
    pengampu: str
    category: str
    needs_power: bool = False
    was_poor: bool = False
    wants_water: bool = False

    @property
    def kind(self) -> tuple[str, str, bool, bool, bool]:
        return (self.pengampu, self.category, self.needs_power, self.was_poor, self.wants_water)


@dataclass(frozen=True, slots=True)
class Spot:
    """One stall of the draw. ``zone``: the pengampu it is kept for, or empty; ``shares`` vendors fit in.

    Two stalls of one ``tent`` (from 1) are neighbours, wherever they are drawn on the plan.
    """

    number: str
    row: int
    column: int
    zone: str = ""
    has_power: bool = False
    shares: int = 1
    has_water: bool = False
    tent: int = 0


class Wish(StrEnum):
    POWER = "power"
    ZONE = "zone"
    WATER = "water"
    NEIGHBOURS = "neighbours"
    OWN_ZONE = "own_zone"
    FRONT = "front"
    BETTER = "better"


class NotEnoughStalls(Exception):
    """There are more vendors than stall shares."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A wish that a plan does not meet: for whom, at which stalls."""

    wish: Wish
    vendors: tuple[str, ...]
    stalls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """``given``: vendor id → (stall, share from 1). ``is_proved``: no other plan meets the wishes better."""

    given: Mapping[str, tuple[str, int]]
    costs: Mapping[Wish, int]
    is_proved: bool


def neighbours(spots: Sequence[Spot]) -> list[tuple[Spot, Spot]]:
    """Stalls side by side: in one row with no column between them, or under one tent."""
    found = []
    for row in _runs(spots):
        found += list(pairwise(row))
    tents: dict[int, list[Spot]] = defaultdict(list)
    for spot in sorted(spots, key=lambda s: (s.row, s.column)):
        if spot.tent:
            tents[spot.tent].append(spot)
    together = [(two[0], two[1]) for _tent, two in sorted(tents.items()) if len(two) == 2]
    return found + [pair for pair in together if pair not in found]


def _rank(spot: Spot) -> tuple[int, int]:
    """How near the entrance: smaller is nearer."""
    return (spot.row, spot.column)


def _runs(spots: Sequence[Spot]) -> list[list[Spot]]:
    """Rows of stalls without a gap."""
    runs: list[list[Spot]] = []
    for spot in sorted(spots, key=lambda s: (s.row, s.column)):
        last = runs[-1][-1] if runs else None
        if last and (last.row, last.column + 1) == (spot.row, spot.column):
            runs[-1].append(spot)
        else:
            runs.append([spot])
    return runs


def wishes_broken(
    vendors: Sequence[Vendor], spots: Sequence[Spot], given: Mapping[str, tuple[str, int]]
) -> list[Broken]:
    """What a plan does not meet, wish by wish; also of one that was changed by hand. OWN_ZONE is no fault."""
    by_number = {spot.number: spot for spot in spots}
    holders: dict[str, list[Vendor]] = defaultdict(list)
    any_water = any(spot.has_water for spot in spots)
    last_row = max((spot.row for spot in spots), default=0)
    found = []
    for vendor in vendors:
        if vendor.id not in given:
            continue
        spot = by_number[given[vendor.id][0]]
        holders[spot.number].append(vendor)
        if vendor.needs_power and not spot.has_power:
            found.append(Broken(Wish.POWER, (vendor.id,), (spot.number,)))
        if spot.zone not in ("", vendor.pengampu):
            found.append(Broken(Wish.ZONE, (vendor.id,), (spot.number,)))
        if vendor.wants_water and not spot.has_water and any_water:
            found.append(Broken(Wish.WATER, (vendor.id,), (spot.number,)))
        if vendor.was_poor and 1 < spot.row == last_row:
            found.append(Broken(Wish.BETTER, (vendor.id,), (spot.number,)))
    for number, some in sorted(holders.items()):
        if len(some) == 2 and some[0].category == some[1].category:
            found.append(Broken(Wish.NEIGHBOURS, (some[0].id, some[1].id), (number,)))
    for left, right in neighbours(spots):
        for mine in holders[left.number]:
            for theirs in holders[right.number]:
                if mine.category == theirs.category:
                    found.append(Broken(Wish.NEIGHBOURS, (mine.id, theirs.id), (left.number, right.number)))
    behind = max((_rank(by_number[number]) for number, some in holders.items() if some), default=(0, 0))
    for spot in spots:
        if not holders[spot.number] and _rank(spot) < behind:
            found.append(Broken(Wish.FRONT, (), (spot.number,)))
    order = list(Wish)
    return sorted(found, key=lambda b: (order.index(b.wish), b.stalls, b.vendors))


class _Model:
    """How many of each kind of vendor stand in each stall, and what is sold where."""

    def __init__(self, vendors: Sequence[Vendor], spots: Sequence[Spot], seed: str) -> None:
        self.spots = sorted(spots, key=lambda s: (s.row, s.column, s.number))
        self.kinds = sorted(Counter(v.kind for v in vendors).items())
        self.goods = sorted({kind[1] for kind, _ in self.kinds})
        self.pairs = neighbours(self.spots)
        self.any_water = any(spot.has_water for spot in self.spots)
        self.seed = seed
        self.columns: dict[Any, int] = {}
        self.high: list[float] = []
        self.rows: list[tuple[dict[int, float], float, float]] = []
        self._variables()
        self._constraints()

    def _column(self, key: Any, high: float) -> None:
        self.columns[key] = len(self.high)
        self.high.append(high)

    def _variables(self) -> None:
        for kind, count in self.kinds:
            for spot in self.spots:
                self._column(("n", kind, spot.number), min(count, spot.shares))
        for spot in self.spots:
            for good in self.goods:
                self._column(("z", spot.number, good), 1)
                if spot.shares > 1:
                    self._column(("t", spot.number, good), 1)
        for left, right in self.pairs:
            for good in self.goods:
                self._column(("y", left.number, right.number, good), 1)

    def _row(self, terms: Mapping[Any, float], low: float, high: float) -> None:
        self.rows.append(({self.columns[key]: factor for key, factor in terms.items()}, low, high))

    def _constraints(self) -> None:
        for kind, count in self.kinds:
            self._row({("n", kind, s.number): 1 for s in self.spots}, count, count)
        for spot in self.spots:
            self._row({("n", kind, spot.number): 1 for kind, _ in self.kinds}, 0, spot.shares)
            for good in self.goods:
                sold = {("n", kind, spot.number): 1.0 for kind, _ in self.kinds if kind[1] == good}
                # sold at all: z; two of them in one tent: t
                self._row({**sold, ("z", spot.number, good): -spot.shares}, -np.inf, 0)
                if spot.shares > 1:
                    terms = {**sold, ("z", spot.number, good): -1.0, ("t", spot.number, good): -1.0}
                    self._row(terms, -np.inf, 0)
        for left, right in self.pairs:
            for good in self.goods:
                terms = {("z", left.number, good): 1.0, ("z", right.number, good): 1.0}
                self._row({**terms, ("y", left.number, right.number, good): -1.0}, -np.inf, 1)
        for run in _runs(self.spots):
            for length in range(3, len(run) + 1):
                for start in range(len(run) - length + 1):
                    self._tighten(run[start : start + length])

    def _tighten(self, part: Sequence[Spot]) -> None:
        """Of m alike among k stalls in a row at least 2m - k - 1 stand side by side."""
        for good in self.goods:
            terms: dict[Any, float] = {("z", spot.number, good): 2.0 for spot in part}
            for left, right in pairwise(part):
                terms["y", left.number, right.number, good] = -1.0
            self._row(terms, -np.inf, len(part) + 1)

    def cost(self, wish: Wish) -> dict[Any, float]:
        found: dict[Any, float] = {}
        if wish is Wish.NEIGHBOURS:
            return {key: 1.0 for key in self.columns if key[0] in ("y", "t")}
        for kind, _ in self.kinds:
            pengampu, _category, needs_power, was_poor, wants_water = kind
            for rank, spot in enumerate(self.spots):
                amount = {
                    Wish.POWER: needs_power and not spot.has_power,
                    Wish.ZONE: spot.zone not in ("", pengampu),
                    Wish.WATER: wants_water and self.any_water and not spot.has_water,
                    Wish.OWN_ZONE: spot.zone != pengampu,
                    Wish.FRONT: rank,
                    Wish.BETTER: rank if was_poor else 0,
                }[wish]
                if amount:
                    found["n", kind, spot.number] = float(amount)
        return found

    def lots(self) -> dict[Any, float]:
        """A weight for every (kind of vendor, stall) that nobody can choose."""
        return {key: float(self._lot(key)) for key in self.columns if key[0] == "n"}

    def _lot(self, key: Any) -> int:
        text = ":".join([self.seed, *map(str, key[1]), key[2]])
        return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) % TIE_WEIGHTS

    def solve(self, cost: Mapping[Any, float], seconds: float) -> tuple[Any, int, bool] | None:
        """(values, cost, proved); None where nothing was found in time."""
        vector = np.zeros(len(self.high))
        for key, factor in cost.items():
            vector[self.columns[key]] = factor
        row_of, column_of, factors = [], [], []
        for number, (terms, _low, _high) in enumerate(self.rows):
            for column, factor in terms.items():
                row_of.append(number)
                column_of.append(column)
                factors.append(factor)
        matrix = csr_array((factors, (row_of, column_of)), shape=(len(self.rows), len(self.high)))
        result = milp(
            vector,
            integrality=np.ones(len(self.high)),
            bounds=Bounds(0, np.array(self.high)),
            constraints=LinearConstraint(matrix, [r[1] for r in self.rows], [r[2] for r in self.rows]),
            options={"time_limit": seconds, "node_limit": MOST_NODES, "mip_rel_gap": 0},
        )
        if result.x is None:
            return None
        values = np.rint(result.x).astype(int)
        return values, round(float(vector @ values)), result.status == 0

    def keep(self, cost: Mapping[Any, float], best: int) -> None:
        if cost:
            self._row(cost, -np.inf, best)

    def counts(self, values: Any) -> dict[tuple[Any, str], int]:
        return {(k[1], k[2]): int(values[c]) for k, c in self.columns.items() if k[0] == "n" and values[c]}


def place(vendors: Sequence[Vendor], spots: Sequence[Spot], *, seed: str, seconds: float = 5.0) -> Plan:
    """The best plan there is, or the best found in time. Raises NotEnoughStalls."""
    if sum(spot.shares for spot in spots) < len(vendors):
        raise NotEnoughStalls
    if not vendors:
        return Plan({}, dict.fromkeys(Wish, 0), True)
    model = _Model(vendors, spots, seed)
    costs: dict[Wish, int] = {}
    is_proved = True
    values: Any = None
    for wish in Wish:
        cost = model.cost(wish)
        if not cost:  # nobody has this wish, or every plan meets it alike
            costs[wish] = 0
            continue
        solved = model.solve(cost, seconds)
        if solved is None:
            is_proved = False
            continue
        values, costs[wish], proved = solved
        is_proved &= proved
        model.keep(cost, costs[wish])
    final = model.solve(model.lots(), seconds)
    if final is not None:
        values, is_proved = final[0], is_proved and final[2]
    return Plan(_named(vendors, model, values), costs, is_proved)


def _named(vendors: Sequence[Vendor], model: _Model, values: Any) -> dict[str, tuple[str, int]]:
    """Among the alike, whoever came earlier in the draw has the stall that comes first on the plan."""
    left = model.counts(values)
    taken: Counter[str] = Counter()
    given = {}
    for vendor in vendors:
        spot = next(s for s in model.spots if left.get((vendor.kind, s.number)))
        left[vendor.kind, spot.number] -= 1
        taken[spot.number] += 1
        given[vendor.id] = (spot.number, taken[spot.number])
    return given
