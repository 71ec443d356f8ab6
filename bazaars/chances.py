"""What quotas do to the chances of each group, worked out before anything is drawn.

With no quota the chances follow from turns and places alone, exactly. With quotas the draw itself is run many
times over made-up seeds, always the same ones: the same rules and list give the same figures. Members of one
class (pengampu, goods, turns) have equal chances, so that a hundred runs tell a class of ten as much as a
thousand tell one person.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from bazaars.draw import CannotBeDrawn, Entry, Frozen, draw, sha256
from bazaars.feasibility import Problem, Rules

FEWEST_RUNS, MOST_RUNS, ENTRIES_IN_ALL = 100, 400, 30_000
MANY_TURNS: Final = 2  # two turns and more are one group


@dataclass(frozen=True, slots=True)
class Group:
    """``kind`` is "pengampu", "categories" or "turns"; chances are shares of 1."""

    kind: str
    code: str
    applicants: int
    free: float
    """The chance if there were places but no quotas."""
    ruled: float
    """The chance under the quotas."""

    @property
    def given(self) -> float:
        """How many of the group get a stall on average."""
        return self.applicants * self.ruled


@dataclass(frozen=True, slots=True)
class Chances:
    runs: int
    groups: tuple[Group, ...]
    placed: int
    """How many get a stall in every run: the largest number the rules allow."""
    overtaken: float
    """How many, on average, get a stall although somebody with fewer turns gets none."""

    def of(self, kind: str) -> list[Group]:
        return [group for group in self.groups if group.kind == kind]


def chances(frozen: Frozen) -> Chances | tuple[Problem, ...]:
    """The chances of every group on this list, or why nothing could be drawn from it."""
    runs = min(MOST_RUNS, max(FEWEST_RUNS, ENTRIES_IN_ALL // max(len(frozen.entries), 1)))
    by_id = {entry.id: entry for entry in frozen.entries}
    won: Counter[str] = Counter()
    placed = overtaken = 0
    for number in range(runs):
        try:
            result = draw(frozen, sha256(f"peluang {number}"))
        except CannotBeDrawn as refusal:
            return refusal.problems
        won.update(result.chosen)
        placed = len(result.chosen)
        fewest = min((by_id[row.id].turns for row in result.reserve), default=None)
        overtaken += sum(fewest is not None and by_id[i].turns > fewest for i in result.chosen)
    free = _without_quotas(frozen.entries, frozen.rules.places)
    members: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in frozen.entries:
        members["pengampu", entry.pengampu].append(entry)
        members["categories", entry.category].append(entry)
        members["turns", str(min(entry.turns, MANY_TURNS))].append(entry)
    groups = tuple(
        Group(
            kind,
            code,
            len(some),
            sum(free[entry.turns] for entry in some) / len(some),
            sum(won[entry.id] for entry in some) / len(some) / runs,
        )
        for (kind, code), some in sorted(members.items())
    )
    return Chances(runs, groups, placed, overtaken / runs)


def _without_quotas(entries: Iterable[Entry], places: int) -> dict[int, float]:
    """By turns: whoever has fewer comes first, and among equals each has the same chance."""
    counts, left, found = Counter(entry.turns for entry in entries), places, {}
    for turns in sorted(counts):
        found[turns] = min(1.0, left / counts[turns])
        left = max(0, left - counts[turns])
    return found


def supposed(rules: Rules, *, per_place: int = 2, categories: Sequence[str]) -> tuple[Entry, ...]:
    """Made-up first-timers where nobody has applied yet: as many of each pengampu, spread over all goods."""
    cells = list(product(sorted(rules.pengampu), sorted(categories)))
    each = -(-rules.places * per_place // max(len(rules.pengampu), 1))
    found = []
    for pengampu in sorted(rules.pengampu):
        own = [cell for cell in cells if cell[0] == pengampu]
        found += [Entry(f"{pengampu} {n}", *own[n % len(own)], 0) for n in range(each)]
    return tuple(found)


def fitting(entries: Iterable[Entry], rules: Rules) -> tuple[Entry, ...]:
    """Those of a list for whose pengampu and goods there is a rule."""
    return tuple(e for e in entries if e.pengampu in rules.pengampu and e.category in rules.categories)
