"""Stall numbers as people write them, and the plan as a drawing: boxes in a picture 904 wide."""

from __future__ import annotations

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
EDGE: Final = 4
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
    """One stall on the grid; ``kind`` is the CSS class of its goods ("k", "m", … or "free").

    ``marks`` are letters for power, water, shade and corner. Both halves of a tent have its number.
    """

    number: str
    row: int
    column: int
    kind: str
    words: str
    title: str
    url: str = ""
    is_picked: bool = False
    width: int = 1
    depth: int = 1
    marks: str = ""
    tent: int | None = None
    pk: int = 0
    was: str = ""  # "row,column" as saved, of a stall that was moved on the screen

    @property
    def last_row(self) -> int:
        return self.row + self.depth - 1

    @property
    def last_column(self) -> int:
        return self.column + self.width - 1


@dataclass(frozen=True, slots=True)
class Zone:
    """``note`` is added to the label where there is room for it; ``short`` stands where there is none.

    Without a label there is no frame: a stage says by itself what it is.
    """

    label: str
    note: str
    stalls: tuple[PlacedStall, ...]
    short: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle and the middle of its lines of text."""

    stall: PlacedStall
    x: int
    y: int
    width: int = STALL_W
    height: int = STALL_H

    @property
    def middle(self) -> int:
        return self.x + self.width // 2

    @property
    def _top(self) -> int:
        return self.y + (self.height - STALL_H) // 2

    @property
    def first_line(self) -> int:
        return self._top + (17 if self.stall.marks else 22)

    @property
    def second_line(self) -> int:
        return self._top + (31 if self.stall.marks else 39)

    @property
    def third_line(self) -> int:
        return self._top + 45


@dataclass(frozen=True, slots=True)
class Frame:
    x: int
    y: int
    width: int
    height: int

    def touches(self, other: Frame) -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True, slots=True)
class DrawnZone:
    """``has_frame`` is false for a zone whose stalls stand between those of others."""

    label: str
    x: int
    y: int
    width: int
    height: int
    boxes: tuple[Box, ...]
    has_frame: bool = True

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
    tents: tuple[Frame, ...] = ()


def drawn_plan(zones: Sequence[Zone]) -> DrawnPlan:
    """Every stall at its row and column, with room around the zones for their frames and names."""
    stalls = [stall for zone in zones for stall in zone.stalls]
    if not stalls:
        return DrawnPlan(WIDTH, STEP_Y, ())
    framed = [zone for zone in zones if zone.label and zone.stalls and _stands_alone(zone, stalls)]
    ends = [_extent(zone.stalls) for zone in framed]
    xs = _offsets(
        [(s.column, s.last_column) for s in stalls], [(e[1], e[3]) for e in ends], STEP_X, before=11, after=7
    )
    ys = _offsets(
        [(s.row, s.last_row) for s in stalls], [(e[0], e[2]) for e in ends], STEP_Y, before=30, after=12
    )
    drawn = [(zone, tuple(_box(stall, xs, ys) for stall in zone.stalls)) for zone in zones]
    frames = {id(zone): _around(boxes, side=9, top=28, bottom=8) for zone, boxes in drawn}
    everything = [Frame(box.x, box.y, box.width, box.height) for _, boxes in drawn for box in boxes]
    right = max(frame.x + frame.width for frame in frames.values())
    width = max(WIDTH, right + EDGE)
    found = []
    for zone, boxes in drawn:
        frame = frames[id(zone)]
        if zone not in framed:
            found.append(DrawnZone("", frame.x, frame.y, frame.width, frame.height, boxes, has_frame=False))
            continue
        others = [frames[id(other)] for other in framed if other is not zone]
        label, frame = _named_frame(zone, frame, [*others, *everything], width)
        found.append(DrawnZone(label, frame.x, frame.y, frame.width, frame.height, boxes))
    bottom = max(frame.y + frame.height for frame in frames.values())
    return DrawnPlan(width, bottom + EDGE, tuple(found), _tents([box for _, boxes in drawn for box in boxes]))


def even_plan(stalls: Sequence[PlacedStall], *, rows: int, columns: int) -> DrawnPlan:
    """Every cell of the same size, empty ones too: for moving stalls about, and over a picture."""
    boxes = tuple(
        Box(
            stall,
            EDGE + (stall.column - 1) * STEP_X + (STEP_X - STALL_W) // 2,
            EDGE + (stall.row - 1) * STEP_Y + (STEP_Y - STALL_H) // 2,
            STALL_W + (stall.width - 1) * STEP_X,
            STALL_H + (stall.depth - 1) * STEP_Y,
        )
        for stall in stalls
    )
    wide, high = columns * STEP_X + 2 * EDGE, rows * STEP_Y + 2 * EDGE
    return DrawnPlan(wide, high, (DrawnZone("", 0, 0, wide, high, boxes, has_frame=False),), _tents(boxes))


def _extent(stalls: Sequence[PlacedStall]) -> tuple[int, int, int, int]:
    """First row, first column, last row, last column."""
    return (
        min(stall.row for stall in stalls),
        min(stall.column for stall in stalls),
        max(stall.last_row for stall in stalls),
        max(stall.last_column for stall in stalls),
    )


def _stands_alone(zone: Zone, stalls: Sequence[PlacedStall]) -> bool:
    """No stall of another zone stands within its corners."""
    top, left, bottom, right = _extent(zone.stalls)
    own = set(zone.stalls)
    return not any(
        stall.row <= bottom and top <= stall.last_row and stall.column <= right and left <= stall.last_column
        for stall in stalls
        if stall not in own
    )


def _offsets(
    spans: Sequence[tuple[int, int]],
    frames: Sequence[tuple[int, int]],
    step: int,
    *,
    before: int,
    after: int,
) -> dict[int, int]:
    """Where each row (or column) begins, with room before the first and after the last of each frame."""
    starts, stops = {first for first, _ in frames}, {last for _, last in frames}
    found, at = {}, EDGE
    for cell in range(min(first for first, _ in spans), max(last for _, last in spans) + 1):
        at += before if cell in starts else 0
        found[cell] = at
        at += step + (after if cell in stops else 0)
    return found


def _box(stall: PlacedStall, xs: dict[int, int], ys: dict[int, int]) -> Box:
    x, y = xs[stall.column], ys[stall.row]
    return Box(stall, x, y, xs[stall.last_column] + STALL_W - x, ys[stall.last_row] + STALL_H - y)


def _around(boxes: Sequence[Box], *, side: int, top: int, bottom: int) -> Frame:
    x, y = min(box.x for box in boxes) - side, min(box.y for box in boxes) - top
    right, low = max(box.x + box.width for box in boxes), max(box.y + box.height for box in boxes)
    return Frame(x, y, right + side - x, low + bottom - y)


def _named_frame(zone: Zone, frame: Frame, others: Sequence[Frame], width: int) -> tuple[str, Frame]:
    """The name and the frame, made wider for it where nothing stands in the way."""
    full = f"{zone.label}, {zone.note}" if zone.note else zone.label
    if _text_width(full) <= frame.width:
        return full, frame
    wider = Frame(frame.x, frame.y, max(frame.width, _text_width(zone.label)), frame.height)
    beside = Frame(frame.x + frame.width, frame.y, wider.width - frame.width, frame.height)
    if wider.x + wider.width <= width - EDGE and not any(beside.touches(other) for other in others):
        return zone.label, wider
    return zone.short, frame


def _tents(boxes: Sequence[Box]) -> tuple[Frame, ...]:
    """One outline around the two stalls of each tent."""
    pairs: dict[int, list[Box]] = {}
    for box in boxes:
        if box.stall.tent is not None:
            pairs.setdefault(box.stall.tent, []).append(box)
    return tuple(_around(pair, side=4, top=4, bottom=4) for pair in pairs.values() if len(pair) == 2)


def _text_width(label: str) -> int:
    return 20 + 8 * len(label)


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
