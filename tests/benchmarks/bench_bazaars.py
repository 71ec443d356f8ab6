"""A year of bazaars: 24 rounds in six places of 30 stalls with 1,000 vendors, and three ways to give stalls.

The same people apply in the same rounds under the same quotas each time. Only the order differs: by turns of
the last twelve months and lot (the open draw), by lot alone (random without a ledger), by who comes first.
The Gini coefficient is that of stalls held in the year over all who applied at least once: 0 where everybody
held as many, near 1 where one person held all.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from statistics import median
from time import perf_counter

import pytest

from bazaars.draw import Entry, Frozen, draw, sha256
from bazaars.feasibility import Bounds, Rules
from tests.benchmarks.measure import figure

pytestmark = pytest.mark.bench
ROUNDS, PLACES, STALLS, VENDORS = 24, 6, 30, 1000
LIMIT = 2.0  # seconds for the six draws of a round
AGENCIES = ("PPKUKM", "KPKP", "NAKERTRANSGI", "PAREKRAF", "SOSIAL", "PPAPP")
GOODS = {"KULINER": 0.5, "MINUMAN": 0.15, "FASHION": 0.2, "KRIYA": 0.15}
RULES = Rules(
    STALLS,
    {code: Bounds(2, 9) for code in AGENCIES},
    {"KULINER": Bounds(0, 15), "MINUMAN": Bounds(0, 8), "FASHION": Bounds(0, 10), "KRIYA": Bounds(0, 10)},
)
WAYS = ("open draw", "random without ledger", "first come")


class Vendor:
    """``keen``: how often somebody applies; the keen also come early."""

    def __init__(self, number: int, chance: random.Random) -> None:
        self.id = f"v{number:04}"
        self.place = number % PLACES
        self.agency = chance.choice(AGENCIES)
        self.goods = chance.choices(list(GOODS), list(GOODS.values()))[0]
        self.keen = chance.choices([0.9, 0.45, 0.15], [0.2, 0.5, 0.3])[0]


def gini(values: Sequence[int]) -> float:
    """Twice the area between the line of equality and the Lorenz curve."""
    some, total = sorted(values), sum(values)
    ranked = sum(rank * value for rank, value in enumerate(some, 1))
    return (2 * ranked / total - len(some) - 1) / len(some) if total else 0.0


def test_gini_is_that_of_the_textbook() -> None:
    assert gini([3, 3, 3]) == pytest.approx(0)
    assert gini([0, 0, 0, 8]) == pytest.approx(0.75)
    assert gini([1, 2, 3, 4]) == pytest.approx(0.25)


def a_year(way: str) -> tuple[Counter[str], set[str], list[float]]:
    """Stalls held by vendor, who applied at all, seconds of each round's draws."""
    chance = random.Random(2026)
    vendors = [Vendor(number, chance) for number in range(VENDORS)]
    held: Counter[str] = Counter()
    applied: set[str] = set()
    seconds = []
    for number in range(ROUNDS):
        lists: list[list[Vendor]] = [[] for _ in range(PLACES)]
        for vendor in vendors:
            if chance.random() < vendor.keen:
                lists[vendor.place].append(vendor)
        arrival = {vendor.id: chance.random() * (1.5 - vendor.keen) for vendor in vendors}
        applied.update(vendor.id for some in lists for vendor in some)
        frozen = []
        for some in lists:
            come = {v.id: rank for rank, v in enumerate(sorted(some, key=lambda v: arrival[v.id]))}
            rank_of = {"open draw": held, "random without ledger": Counter(), "first come": come}[way]
            entries = tuple(Entry(v.id, v.agency, v.goods, rank_of[v.id]) for v in some)
            frozen.append(Frozen(RULES, entries))
        began = perf_counter()
        results = [draw(one, sha256(f"{number} {place}")) for place, one in enumerate(frozen)]
        seconds.append(perf_counter() - began)
        for result in results:
            held.update(result.chosen)
    return held, applied, seconds


def test_a_year_of_bazaars() -> None:
    found = {}
    for way in WAYS:
        held, applied, seconds = a_year(way)
        turns = [held[vendor] for vendor in applied]
        tenth = sum(sorted(turns, reverse=True)[: len(turns) // 10]) / sum(turns)
        found[way] = gini(turns)
        name = f"bazaar-year-{way.replace(' ', '-')}"
        figure(f"{name}-gini", round(found[way], 3), "gini", f"{sum(turns)} stalls, {len(turns)} vendors")
        figure(f"{name}-top-tenth", round(tenth * 100, 1), "% of stalls")
        figure(f"{name}-without-a-turn", sum(not count for count in turns), "vendors")
        if way == "open draw":
            note = f"slowest {max(seconds):.3f} s, {max(seconds) / LIMIT:.3f} x the limit of {LIMIT:g} s"
            figure("bazaar-round-draw", median(seconds), "s", note)
            assert max(seconds) <= LIMIT
    assert found["open draw"] < found["random without ledger"] < found["first come"]
