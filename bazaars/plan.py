"""Stall numbers as people write them, and the plan as a drawing: boxes in a picture 904 wide."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

MOST_STALLS_AT_ONCE: Final = 200
MOST_ROWS: Final = 60
MOST_COLUMNS: Final = 40
STALL_W, STALL_H, STEP_X, STEP_Y = 62, 50, 71, 58
WIDTH: Final = 904
EDGE, GAP_X, GAP_Y = 4, 6, 10
_NUMBER = re.compile(r"([A-Z]{1,3})(\d{1,3})")


class PlanProblem(StrEnum):
    FORMAT = "format"
    TWO_ZONES = "two_zones"
    BACKWARDS = "backwards"
    TOO_MANY = "too_many"


class PlanError(ValueError):
    def __init__(self, code: PlanProblem) -> None:
        super().__init__(code)
        self.code = code


def stall_numbers(text: str) -> list[str]:
    """ "A01-A16" gives A01 … A16, "B3" gives B03: a letter (zone) and at least two digits."""
    ends = [_NUMBER.fullmatch(part.strip()) for part in re.split(r"[-–]|\sS\.?D\.?\s", text.upper().strip())]
    if len(ends) not in (1, 2) or not all(ends):
        raise PlanError(PlanProblem.FORMAT)
    first, last = ends[0], ends[-1]
    assert first is not None and last is not None  # noqa: PT018  said by all() above
    if first[1] != last[1]:
        raise PlanError(PlanProblem.TWO_ZONES)
    low, high = int(first[2]), int(last[2])
    if high < low or low == 0:
        raise PlanError(PlanProblem.BACKWARDS)
    if high - low >= MOST_STALLS_AT_ONCE:
        raise PlanError(PlanProblem.TOO_MANY)
    digits = max(2, len(str(high)))
    return [f"{first[1]}{number:0{digits}}" for number in range(low, high + 1)]


def zone_letter(number: str) -> str:
    return number.rstrip("0123456789")


@dataclass(frozen=True, slots=True)
class PlacedStall:
    """One stall on the grid of its zone; ``kind`` is the CSS class of its goods ("k", "m", … or "free")."""

    number: str
    row: int
    column: int
    kind: str
    words: str
    title: str
    url: str = ""
    is_picked: bool = False


@dataclass(frozen=True, slots=True)
class Zone:
    """``note`` is added to the label where there is room for it."""

    label: str
    note: str
    stalls: tuple[PlacedStall, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle and the middle of its two lines of text."""

    stall: PlacedStall
    x: int
    y: int

    @property
    def middle(self) -> int:
        return self.x + STALL_W // 2

    @property
    def first_line(self) -> int:
        return self.y + 22

    @property
    def second_line(self) -> int:
        return self.y + 39


@dataclass(frozen=True, slots=True)
class DrawnZone:
    label: str
    x: int
    y: int
    width: int
    height: int
    boxes: tuple[Box, ...]

    @property
    def text_x(self) -> int:
        return self.x + 8

    @property
    def text_y(self) -> int:
        return self.y + 19


@dataclass(frozen=True, slots=True)
class DrawnPlan:
    width: int
    height: int
    zones: tuple[DrawnZone, ...]


def drawn_plan(zones: Sequence[Zone]) -> DrawnPlan:
    """Each zone as far up and then as far left as it fits; inside a zone the rows and columns of the grid."""
    placed: list[DrawnZone] = []
    for zone in zones:
        rows = _ranks(stall.row for stall in zone.stalls)
        columns = _ranks(stall.column for stall in zone.stalls)
        label, width = zone.label, len(columns) * STEP_X + 11
        if zone.note and _text_width(f"{label}, {zone.note}") <= width:
            label = f"{label}, {zone.note}"
        width = max(width, _text_width(label))
        height = len(rows) * STEP_Y + 32
        x, y = _free_corner(placed, width, height)
        boxes = tuple(
            Box(stall, x + 10 + columns[stall.column] * STEP_X, y + 30 + rows[stall.row] * STEP_Y)
            for stall in zone.stalls
        )
        placed.append(DrawnZone(label, x, y, width, height, boxes))
    return DrawnPlan(
        max((zone.x + zone.width + EDGE for zone in placed), default=WIDTH),
        max((zone.y + zone.height + EDGE for zone in placed), default=STEP_Y),
        tuple(placed),
    )


def _text_width(label: str) -> int:
    return 20 + 8 * len(label)


def _free_corner(placed: Sequence[DrawnZone], width: int, height: int) -> tuple[int, int]:
    """The highest, then leftmost place beside or below other zones where nothing overlaps."""
    lefts = sorted({EDGE, *(zone.x + zone.width + GAP_X for zone in placed)})
    tops = sorted({EDGE, *(zone.y + zone.height + GAP_Y for zone in placed)})
    for y in tops:
        for x in lefts:
            if x > EDGE and x + width > WIDTH - EDGE:
                continue
            if not any(
                x < zone.x + zone.width + GAP_X
                and zone.x < x + width + GAP_X
                and y < zone.y + zone.height + GAP_Y
                and zone.y < y + height + GAP_Y
                for zone in placed
            ):
                return x, y
    return EDGE, tops[-1]


def _ranks(values: Iterable[int]) -> dict[int, int]:
    return {value: rank for rank, value in enumerate(sorted(set(values)))}


def next_places(count: int, *, first_row: int, per_row: int) -> list[tuple[int, int]]:
    """(row, column) of ``count`` new stalls, ``per_row`` in a row, below what stands already."""
    return [(first_row + n // per_row, 1 + n % per_row) for n in range(count)]


def number_ranges(numbers: Iterable[str]) -> list[str]:
    """["A01", "A02", "A03", "C07"] reads as ["A01-A03", "C07"]."""
    keyed = enumerate(sorted(numbers))
    runs = [
        [number for _, number in run]
        for _, run in groupby(
            keyed, lambda pair: (zone_letter(pair[1]), int(pair[1][len(zone_letter(pair[1])) :]) - pair[0])
        )
    ]
    return [run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
