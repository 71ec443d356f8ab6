"""The open stall draw: who gets a stall, by published rules that anybody can repeat.

Plain values in, plain values out; the definition is docs/draw.md, and ``verify_draw.py`` repeats the result
with other code. What a set of applications may be is decided in ``feasibility``.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from bazaars.feasibility import CLOSING, Bounds, Cell, Circulation, Problem, Rules, check_cells

VERSION: Final = "okoce-draw-v1"


# --- values --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One eligible application as it is frozen. ``id`` is random and says nothing about the person."""

    id: str
    pengampu: str
    category: str
    turns: int

    @property
    def cell(self) -> Cell:
        return (self.pengampu, self.category)


@dataclass(frozen=True, slots=True)
class Frozen:
    """What the draw is about: the rules and the list, as they stood when applications closed."""

    rules: Rules
    entries: tuple[Entry, ...]

    def as_dict(self) -> dict[str, Any]:
        """The ``frozen`` object of the record, applications sorted by id."""

        def bounds(of: Mapping[str, Bounds]) -> dict[str, dict[str, int]]:
            return {code: {"min": of[code].min, "max": of[code].max} for code in sorted(of)}

        return {
            "places": self.rules.places,
            "pengampu": bounds(self.rules.pengampu),
            "categories": bounds(self.rules.categories),
            "applications": [
                {"id": e.id, "pengampu": e.pengampu, "category": e.category, "turns": e.turns}
                for e in sorted(self.entries, key=lambda e: e.id)
            ],
        }

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON; published before the seed exists."""
        return sha256(canonical_json(self.as_dict()))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Frozen":
        """The inverse of ``as_dict``; for records that this portal wrote."""

        def bounds(of: Mapping[str, Any]) -> dict[str, Bounds]:
            return {code: Bounds(value["min"], value["max"]) for code, value in of.items()}

        return cls(
            Rules(data["places"], bounds(data["pengampu"]), bounds(data["categories"])),
            tuple(Entry(a["id"], a["pengampu"], a["category"], a["turns"]) for a in data["applications"]),
        )


@dataclass(frozen=True, slots=True)
class SeedPart:
    """One secret of one party: ``commitment`` is published first, ``secret`` after the frozen hash."""

    source: str
    commitment: str
    secret: str


class Reason(StrEnum):
    """Why an application is reserve: the first that holds, in this order."""

    PLACES_FULL = "PLACES_FULL"
    PENGAMPU_FULL = "PENGAMPU_FULL"
    CATEGORY_FULL = "CATEGORY_FULL"
    KEPT_FOR_MINIMUM = "KEPT_FOR_MINIMUM"
    WOULD_EMPTY_A_PLACE = "WOULD_EMPTY_A_PLACE"


@dataclass(frozen=True, slots=True)
class Reserve:
    id: str
    reason: Reason
    detail: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """``chosen`` and ``reserve`` keep the order; ``size`` is M, the largest set that meets every rule."""

    seed: str
    size: int
    order: tuple[str, ...]
    chosen: tuple[str, ...]
    reserve: tuple[Reserve, ...]


class CannotBeDrawn(Exception):
    """No allocation meets the rules; ``problems`` say why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = tuple(problems)


class SeedMismatch(Exception):
    """A revealed secret is not the one that was committed to; ``source`` names the party."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.source = source


# --- hashes, seed, order -------------------------------------------------------------------------------


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def canonical_json(value: object) -> str:
    """UTF-8 text, keys sorted, no spaces. Lists keep their order: ``Frozen.as_dict`` has sorted its own."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def seed_from(frozen_hash: str, parts: Sequence[SeedPart]) -> str:
    """The seed of the draw. Raises SeedMismatch when a secret does not fit its commitment."""
    if not parts:
        raise ValueError("a draw needs one seed part or more")
    for part in parts:
        if sha256(part.secret) != part.commitment:
            raise SeedMismatch(part.source)
    return sha256("\n".join([VERSION, frozen_hash, *(part.secret for part in parts)]))


def lot(seed: str, entry_id: str) -> str:
    return sha256(f"{seed}:{entry_id}")


def in_order(entries: Iterable[Entry], seed: str) -> list[Entry]:
    """Fewest turns first, then by lot."""
    return sorted(entries, key=lambda e: (e.turns, lot(seed, e.id)))


def check_list(frozen: Frozen) -> list[Problem]:
    """Reasons why this list cannot meet its rules. Empty: it can be drawn."""
    return check_cells(frozen.rules, _cells(frozen.entries))


def _cells(entries: Iterable[Entry]) -> Counter[Cell]:
    return Counter(entry.cell for entry in entries)


# --- the draw ------------------------------------------------------------------------------------------


class _Walk:
    """One pass over the order. ``circulation`` is always a largest allowed set with all chosen so far."""

    def __init__(self, frozen: Frozen) -> None:
        if problems := check_list(frozen):
            raise CannotBeDrawn(problems)
        self.rules = frozen.rules
        self.circulation = Circulation(frozen.rules, _cells(frozen.entries))
        self.circulation.repair()
        self.circulation.fill()
        self.size = self.circulation.size
        self.chosen: list[str] = []
        self.per_pengampu: Counter[str] = Counter()
        self.per_category: Counter[str] = Counter()

    def consider(self, entry: Entry) -> Reserve | None:
        """Choose the entry (None) or say why it is reserve."""
        if len(self.chosen) == self.size:
            return Reserve(entry.id, Reason.PLACES_FULL, ())
        if self.per_pengampu[entry.pengampu] == self.rules.pengampu[entry.pengampu].max:
            return Reserve(entry.id, Reason.PENGAMPU_FULL, (entry.pengampu,))
        if self.per_category[entry.category] == self.rules.categories[entry.category].max:
            return Reserve(entry.id, Reason.CATEGORY_FULL, (entry.category,))
        if self._take(entry):
            return None
        arc = Circulation.cell_arc(entry.cell)
        if self.circulation.push(arc, apply=False):
            return Reserve(entry.id, Reason.WOULD_EMPTY_A_PLACE, ())
        return Reserve(entry.id, Reason.KEPT_FOR_MINIMUM, self._below_minimum())

    def _take(self, entry: Entry) -> bool:
        """Keep one more of the entry's cell for good, if a set of the full size still exists then."""
        circulation, arc = self.circulation, Circulation.cell_arc(entry.cell)
        if circulation.flow[arc] == circulation.low[arc]:
            # none of this cell is free in the set at hand: exchange somebody not yet chosen, at the same size
            closing = CLOSING
            low = circulation.low[closing]
            circulation.low[closing] = circulation.size
            high, circulation.high[closing] = circulation.high[closing], circulation.size
            moved = circulation.push(arc)
            circulation.low[closing], circulation.high[closing] = low, high
            if not moved:
                return False
        circulation.low[arc] += 1
        self.chosen.append(entry.id)
        self.per_pengampu[entry.pengampu] += 1
        self.per_category[entry.category] += 1
        return True

    def _below_minimum(self) -> tuple[str, ...]:
        below = [c for c, bounds in self.rules.pengampu.items() if self.per_pengampu[c] < bounds.min]
        below += [c for c, bounds in self.rules.categories.items() if self.per_category[c] < bounds.min]
        return tuple(sorted(below))


def draw(frozen: Frozen, seed: str) -> Result:
    """Walk the order once and choose. Raises CannotBeDrawn when no allocation meets the rules."""
    walk = _Walk(frozen)
    order = in_order(frozen.entries, seed)
    reserve = tuple(outcome for entry in order if (outcome := walk.consider(entry)) is not None)
    return Result(seed, walk.size, tuple(entry.id for entry in order), tuple(walk.chosen), reserve)


def next_reserve(
    frozen: Frozen, order: Sequence[str], holding: Collection[str], passed: Collection[str]
) -> str | None:
    """Who is offered a released place: the first in the order that fits the rules, or None.

    ``holding`` have a place or an open offer; ``passed`` gave theirs up or declined and are asked no more.
    Somebody fits when an allowed set contains them and all that hold a place. A minimum that nobody left
    on the list could meet any more keeps nobody out, nor does a maximum of others that an override passed.
    """
    by_id = {entry.id: entry for entry in frozen.entries}
    waiting = [by_id[i] for i in order if i not in holding and i not in passed]
    held = _cells(by_id[i] for i in holding)
    if held.total() >= frozen.rules.places:
        return None
    circulation = Circulation(frozen.rules, held + _cells(waiting))
    circulation.hold(held)
    circulation.repair_as_far_as_possible()
    for entry in waiting:
        arc = Circulation.cell_arc(entry.cell)
        if circulation.flow[arc] > circulation.low[arc] or circulation.push(arc, apply=False):
            return entry.id
    return None


# --- the record ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Override:
    """A change by hand after the draw; published with the result."""

    at: str
    by: str
    id: str
    change: str
    reason: str


def record(
    *,
    bazaar: str,
    site: str,
    frozen: Frozen,
    parts: Sequence[SeedPart],
    result: Result,
    overrides: Sequence[Override] = (),
) -> dict[str, Any]:
    """The published record. ``record_hash`` covers the whole of it, so that names and overrides count too."""
    data: dict[str, Any] = {
        "version": VERSION,
        "bazaar": bazaar,
        "site": site,
        "frozen": frozen.as_dict(),
        "frozen_hash": frozen.hash,
        "seed_parts": [{"from": p.source, "commitment": p.commitment, "secret": p.secret} for p in parts],
        "seed": result.seed,
        "order": list(result.order),
        "chosen": list(result.chosen),
        "reserve": [{"id": r.id, "reason": r.reason.value, "detail": list(r.detail)} for r in result.reserve],
        "overrides": [
            {"at": o.at, "by": o.by, "id": o.id, "change": o.change, "reason": o.reason} for o in overrides
        ],
    }
    data["record_hash"] = sha256(canonical_json(data))
    return data


def with_overrides(record: Mapping[str, Any], overrides: Sequence[Override]) -> dict[str, Any]:
    """The record with changes made by hand after it was drawn; ``record_hash`` covers them."""
    if not overrides:
        return dict(record)
    made = [{"at": o.at, "by": o.by, "id": o.id, "change": o.change, "reason": o.reason} for o in overrides]
    data = {name: value for name, value in record.items() if name != "record_hash"}
    data["overrides"] = [*record["overrides"], *made]
    data["record_hash"] = sha256(canonical_json(data))
    return data
