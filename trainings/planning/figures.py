"""What a plan comes to, in figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from trainings.planning.problem import Placement, Plan, Problem


@dataclass(frozen=True)
class Figures:
    sessions: int
    first_day: date | None
    last_day: date | None
    days_used: int
    openings: int
    """(kecamatan, day) pairs: how often somebody unlocks a hall"""
    least_load: int
    most_load: int
    loads: tuple[tuple[int, int], ...]
    """(trainer, sessions), of every trainer who takes part"""
    away_from_home: int
    """sessions whose trainer lives in another kecamatan; of trainers whose home is known"""

    def as_data(self) -> dict[str, Any]:
        return asdict(self) | {
            "first_day": self.first_day and self.first_day.isoformat(),
            "last_day": self.last_day and self.last_day.isoformat(),
        }


def figures_of(problem: Problem, plan: Plan) -> Figures:
    loads = Counter({t.id: 0 for t in problem.trainers})
    loads.update(p.trainer for p in plan if p.trainer is not None)
    days = {p.day for p in plan}
    return Figures(
        sessions=len(plan),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        days_used=len(days),
        openings=len({(p.kecamatan, p.day) for p in plan}),
        least_load=min(loads.values(), default=0),
        most_load=max(loads.values(), default=0),
        loads=tuple(sorted(loads.items())),
        away_from_home=sum(_is_away(problem, p) for p in plan),
    )


def _is_away(problem: Problem, p: Placement) -> bool:
    trainer = problem.trainer_of.get(p.trainer) if p.trainer is not None else None
    return trainer is not None and bool(trainer.home) and trainer.home != p.kecamatan


@dataclass(frozen=True)
class Difference:
    """``moved``: another day, slot or venue, so that people must be told. ``taught_by_others``: only that."""

    moved: tuple[tuple[Placement, Placement], ...]
    taught_by_others: tuple[tuple[Placement, Placement], ...]
    added: Plan
    gone: Plan


def difference(before: Plan, after: Plan) -> Difference:
    old, new = {p.key: p for p in before}, {p.key: p for p in after}
    both = [(p, new[p.key]) for p in before if p.key in new]
    return Difference(
        moved=tuple((a, b) for a, b in both if (a.day, a.slot, a.venue) != (b.day, b.slot, b.venue)),
        taught_by_others=tuple(
            (a, b)
            for a, b in both
            if (a.day, a.slot, a.venue) == (b.day, b.slot, b.venue) and a.trainer != b.trainer
        ),
        added=tuple(p for p in after if p.key not in old),
        gone=tuple(p for p in before if p.key not in new),
    )
