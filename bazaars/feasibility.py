"""Can these rules be met? One question, asked of counts per (pengampu × category) cell.

The applications of one cell are interchangeable for every rule, so sets of applications become a circulation

    start → pengampu → category → end → start

with a lower and an upper bound on each arc. One primitive answers everything: can one more unit be sent over
an arc, by a path that closes the circle and breaks no bound (``Circulation.push``)?
"""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

Cell = tuple[str, str]
"""(pengampu, category)"""

_Node = tuple[str, str]
_Arc = tuple[_Node, _Node]
_START: Final = ("start", "")
_END: Final = ("end", "")
CLOSING: Final = (_END, _START)
"""The arc that closes the circle: its flow is the number of applications in the set."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many of one pengampu or category are chosen: at least ``min``, at most ``max``."""

    min: int
    max: int


@dataclass(frozen=True, slots=True)
class Rules:
    """``places`` counts applicants that can be placed: stalls × share limit, less the partners' stalls."""

    places: int
    pengampu: Mapping[str, Bounds]
    categories: Mapping[str, Bounds]


class ProblemCode(StrEnum):
    """Why rules or a list cannot be drawn. The words stand beside the form fields, not here."""

    NO_PLACES = "NO_PLACES"
    NEGATIVE = "NEGATIVE"
    MINIMUM_ABOVE_MAXIMUM = "MINIMUM_ABOVE_MAXIMUM"
    MINIMUMS_ABOVE_PLACES = "MINIMUMS_ABOVE_PLACES"
    PENGAMPU_MINIMUMS_ABOVE_CATEGORY_MAXIMUMS = "PENGAMPU_MINIMUMS_ABOVE_CATEGORY_MAXIMUMS"
    CATEGORY_MINIMUMS_ABOVE_PENGAMPU_MAXIMUMS = "CATEGORY_MINIMUMS_ABOVE_PENGAMPU_MAXIMUMS"
    UNKNOWN_CODE = "UNKNOWN_CODE"
    TOO_FEW_APPLICANTS = "TOO_FEW_APPLICANTS"
    RULES_COLLIDE = "RULES_COLLIDE"


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason in figures. ``kind`` is "pengampu", "categories" or ""; ``figures`` are the summands."""

    code: ProblemCode
    kind: str = ""
    codes: tuple[str, ...] = ()
    figures: tuple[int, ...] = ()
    limit: int = 0
    against: tuple[str, ...] = ()
    """The other pengampu and categories whose own bounds stand in the way."""

    @property
    def total(self) -> int:
        return sum(self.figures)


class Circulation:
    """Whole units that go round, within bounds on every arc.

    ``flow`` may start below a lower bound (after ``__init__`` it is 0 everywhere); ``repair`` mends that.
    """

    def __init__(self, rules: Rules, cells: Mapping[Cell, int]) -> None:
        self.low: dict[_Arc, int] = {}
        self.high: dict[_Arc, int] = {}
        for code, bounds in sorted(rules.pengampu.items()):
            self._bound((_START, ("pengampu", code)), bounds.min, bounds.max)
        for code, bounds in sorted(rules.categories.items()):
            self._bound((("categories", code), _END), bounds.min, bounds.max)
        for cell, count in sorted(cells.items()):
            self._bound(self.cell_arc(cell), 0, count)
        self._bound(CLOSING, 0, rules.places)
        self.flow = dict.fromkeys(self.low, 0)
        self.out: dict[_Node, list[_Arc]] = {}
        self.into: dict[_Node, list[_Arc]] = {}
        for arc in self.low:
            self.out.setdefault(arc[0], []).append(arc)
            self.into.setdefault(arc[1], []).append(arc)

    def _bound(self, arc: _Arc, low: int, high: int) -> None:
        self.low[arc], self.high[arc] = low, high

    @staticmethod
    def cell_arc(cell: Cell) -> _Arc:
        return (("pengampu", cell[0]), ("categories", cell[1]))

    @property
    def size(self) -> int:
        return self.flow[_END, _START]

    def _reach(self, start: _Node, goal: _Node, *, without: _Arc) -> dict[_Node, tuple[_Arc, int]]:
        """Breadth first over arcs that can take (+1) or give up (-1) a unit; how each node was reached."""
        seen: dict[_Node, tuple[_Arc, int]] = {}
        queue = deque([start])
        while queue:
            node = queue.popleft()
            for arc in self.out.get(node, ()):
                if arc[1] not in seen and arc != without and self.flow[arc] < self.high[arc]:
                    seen[arc[1]] = (arc, 1)
                    queue.append(arc[1])
            for arc in self.into.get(node, ()):
                if arc[0] not in seen and arc != without and self.flow[arc] > self.low[arc]:
                    seen[arc[0]] = (arc, -1)
                    queue.append(arc[0])
            if goal in seen:
                break
        return seen

    def push(self, arc: _Arc, *, apply: bool = True) -> bool:
        """Send one more unit over ``arc`` and close the circle elsewhere. False: no circulation allows it."""
        if self.flow[arc] >= self.high[arc]:
            return False
        start, goal = arc[1], arc[0]
        seen = self._reach(start, goal, without=arc)
        if goal not in seen:
            return False
        if apply:
            self.flow[arc] += 1
            node = goal
            while node != start:
                step, sign = seen[node]
                self.flow[step] += sign
                node = step[0] if sign == 1 else step[1]
        return True

    def hold(self, held: Mapping[Cell, int]) -> None:
        """Put these units in for good; a maximum that they pass is raised to them. Only on an empty one."""
        for cell, count in held.items():
            arc = self.cell_arc(cell)
            self.low[arc] = count
            for step in ((_START, arc[0]), arc, (arc[1], _END), CLOSING):
                self.flow[step] += count
                self.high[step] = max(self.high[step], self.flow[step])

    def repair(self) -> _Arc | None:
        """Bring every arc up to its lower bound. Returns the arc where that is impossible, or None."""
        for arc, low in self.low.items():
            while self.flow[arc] < low:
                if not self.push(arc):
                    return arc
        return None

    def repair_as_far_as_possible(self) -> None:
        """Like ``repair``, but a minimum that nobody can meet any more is lowered to what can be had."""
        while (arc := self.repair()) is not None:
            self.low[arc] = self.flow[arc]

    def blocked_by(self, arc: _Arc) -> tuple[str, ...]:
        """The codes at their bounds around an arc that cannot take one more unit, other than its own."""
        seen = self._reach(arc[1], arc[0], without=arc)
        return tuple(sorted({code for _kind, code in seen if code and code not in (arc[0][1], arc[1][1])}))

    def fill(self) -> None:
        """The largest circulation that meets every bound."""
        while self.push(CLOSING):
            pass


def check_rules(rules: Rules) -> list[Problem]:
    """Reasons why no list of applicants, however long, could meet these rules. Empty: they can be met.

    With as many applicants as one likes in every cell, the number chosen has to be at least both sums of
    minimums and at most the places and both sums of maximums; nothing else can stand in the way.
    """
    problems: list[Problem] = []
    if rules.places < 1:
        problems.append(Problem(ProblemCode.NO_PLACES, limit=rules.places))
    for kind, of in (("pengampu", rules.pengampu), ("categories", rules.categories)):
        for code, bounds in sorted(of.items()):
            if bounds.min < 0 or bounds.max < 0:
                lowest = min(bounds.min, bounds.max)
                problems.append(Problem(ProblemCode.NEGATIVE, kind, (code,), (lowest,)))
            elif bounds.min > bounds.max:
                problems.append(
                    Problem(ProblemCode.MINIMUM_ABOVE_MAXIMUM, kind, (code,), (bounds.min,), bounds.max)
                )
    if problems:
        return problems
    for kind, of, other, code_name in (
        (
            "pengampu",
            rules.pengampu,
            rules.categories,
            ProblemCode.PENGAMPU_MINIMUMS_ABOVE_CATEGORY_MAXIMUMS,
        ),
        (
            "categories",
            rules.categories,
            rules.pengampu,
            ProblemCode.CATEGORY_MINIMUMS_ABOVE_PENGAMPU_MAXIMUMS,
        ),
    ):
        needing = tuple(sorted(code for code, bounds in of.items() if bounds.min))
        figures = tuple(of[code].min for code in needing)
        room = sum(bounds.max for bounds in other.values())
        if sum(figures) > rules.places:
            problems.append(Problem(ProblemCode.MINIMUMS_ABOVE_PLACES, kind, needing, figures, rules.places))
        elif sum(figures) > room:
            problems.append(Problem(code_name, kind, needing, figures, room))
    return problems


def check_cells(rules: Rules, cells: Mapping[Cell, int]) -> list[Problem]:
    """Reasons why applicants counted in ``cells`` cannot meet the rules. Empty: they can."""
    if problems := check_rules(rules):
        return problems
    per_pengampu, per_category = Counter[str](), Counter[str]()
    for (pengampu, category), count in cells.items():
        per_pengampu[pengampu] += count
        per_category[category] += count
    for kind, of, used in (
        ("pengampu", rules.pengampu, per_pengampu),
        ("categories", rules.categories, per_category),
    ):
        unknown = tuple(sorted(set(used) - set(of)))
        if unknown:
            problems.append(Problem(ProblemCode.UNKNOWN_CODE, kind, unknown))
        for code, bounds in sorted(of.items()):
            if used[code] < bounds.min:
                problems.append(
                    Problem(ProblemCode.TOO_FEW_APPLICANTS, kind, (code,), (used[code],), bounds.min)
                )
    if problems:
        return problems
    circulation = Circulation(rules, cells)
    if (arc := circulation.repair()) is not None:
        kind, code = arc[1] if arc[0] == _START else arc[0]
        figures, limit = (circulation.flow[arc],), circulation.low[arc]
        against = circulation.blocked_by(arc)
        problems.append(Problem(ProblemCode.RULES_COLLIDE, kind, (code,), figures, limit, against))
    return problems
