"""Where stalls stand on the grid of a plan: what cannot be, who stands side by side, what changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from bazaars.plan import PlanError, PlanProblem, stall_numbers, zone_letter


@dataclass(frozen=True, slots=True)
class Standing:
    """The cells of one stall: ``width`` columns and ``depth`` rows from ``row`` and ``column`` on."""

    number: str
    row: int
    column: int
    width: int = 1
    depth: int = 1

    @property
    def last_row(self) -> int:
        return self.row + self.depth - 1

    @property
    def last_column(self) -> int:
        return self.column + self.width - 1


def without_size(stalls: Iterable[Standing]) -> list[str]:
    return [stall.number for stall in stalls if stall.width < 1 or stall.depth < 1]


def off_plan(stalls: Iterable[Standing], *, rows: int, columns: int) -> list[str]:
    return [
        stall.number
        for stall in stalls
        if stall.row < 1 or stall.column < 1 or stall.last_row > rows or stall.last_column > columns
    ]


def twice(stalls: Iterable[Standing]) -> list[str]:
    counts = Counter(stall.number for stall in stalls)
    return sorted(number for number, count in counts.items() if count > 1)


def over_each_other(stalls: Sequence[Standing]) -> list[tuple[str, str]]:
    return [
        (one.number, two.number)
        for one, two in combinations(stalls, 2)
        if one.row <= two.last_row
        and two.row <= one.last_row
        and one.column <= two.last_column
        and two.column <= one.last_column
    ]


def side_by_side(one: Standing, two: Standing) -> bool:
    """They touch along a side: what one tent can cover."""
    rows = min(one.last_row, two.last_row) - max(one.row, two.row) + 1
    columns = min(one.last_column, two.last_column) - max(one.column, two.column) + 1
    return (rows > 0 and columns == 0) or (columns > 0 and rows == 0)


def in_pairs(stalls: Sequence[Standing]) -> list[tuple[Standing, Standing]] | None:
    """Two by two in the order of their numbers, each pair side by side; None where that cannot be."""
    ordered = sorted(stalls, key=lambda stall: stall.number)
    pairs = list(zip(ordered[::2], ordered[1::2], strict=False))
    if len(ordered) % 2 or not all(side_by_side(one, two) for one, two in pairs):
        return None
    return pairs


def numbers_from(first: str, count: int) -> list[str]:
    """``count`` numbers from ``first`` on: "B3" and two more give B03, B04, B05. Raises PlanError."""
    (start,) = stall_numbers(first) if "-" not in first and "–" not in first else ("",)
    if not start:
        raise PlanError(PlanProblem.FORMAT)
    letter = zone_letter(start)
    low = int(start[len(letter) :])
    return stall_numbers(f"{start}-{letter}{low + count - 1}")


_CELL = re.compile(r"([0-9]{1,9})@([0-9]{1,3}),([0-9]{1,3})")


def read_cells(text: str) -> dict[int, tuple[int, int]] | None:
    """ "12@3,4 13@3,5": the key of a stall with its row and column. None when it cannot be read."""
    parts = text.split()
    found = [_CELL.fullmatch(part) for part in parts]
    if not parts or not all(found):
        return None
    return {int(match[1]): (int(match[2]), int(match[3])) for match in found if match is not None}


# --- what changed between two versions -----------------------------------------------------------------

Kept = Mapping[str, Any]
"""One stall as a version keeps it: every fact by its name."""

PLACE = ("row", "column")


def difference(before: Sequence[Kept], after: Sequence[Kept]) -> dict[str, list[str]]:
    """Numbers by what happened to them: added, removed, moved, changed. Empty when nothing did."""
    old, new = {kept["number"]: kept for kept in before}, {kept["number"]: kept for kept in after}
    both = sorted(old.keys() & new.keys())
    found = {
        "added": sorted(new.keys() - old.keys()),
        "removed": sorted(old.keys() - new.keys()),
        "moved": [n for n in both if any(old[n][name] != new[n][name] for name in PLACE)],
        "changed": [
            n
            for n in both
            if any(value != new[n].get(name) for name, value in old[n].items() if name not in PLACE)
        ],
    }
    return {deed: numbers for deed, numbers in found.items() if numbers}
