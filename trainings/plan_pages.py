"""A run of the planner as its page shows it: a table of days and kecamatan, a list, and figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from trainings import calendar_grid
from trainings.enums import RunKind, RunState
from trainings.models import PlanRun
from trainings.plan_words import Names, why_unplaced
from trainings.planning.codec import key_text, plan_from_data, problem_from_data
from trainings.planning.figures import difference
from trainings.planning.problem import Key, Placement, Plan, Problem
from trainings.planning.validity import Broken, faults
from trainings.services.planning import PROOF_SECONDS

TABLE, LIST, FIGURES = "", "daftar", "angka"
MOST_UNPLACED = 60  # rows of what found no place; the counts above say the rest
TONES = {
    RunState.QUEUED: "info",
    RunState.WORKING: "info",
    RunState.DONE: "ok",
    RunState.IMPOSSIBLE: "bad",
    RunState.STOPPED: "warn",
}


@dataclass(frozen=True)
class Item:
    """One session of a plan."""

    key: Key
    day: date
    clock: str
    kecamatan: str
    group: int
    activity: str
    venue: str
    trainer: str
    is_pinned: bool = False


@dataclass
class DayRow:
    day: date
    cells: list[list[Item]] = field(default_factory=list)


@dataclass(frozen=True)
class Load:
    name: str
    count: int
    percent: int


@dataclass(frozen=True)
class Move:
    """``before`` → ``after`` of one session; ``why`` says whether it had to, or makes room."""

    name: str
    before: str
    after: str
    trainers: tuple[str, str] | None
    why: str


class Shown:
    """The parts of a run, worked out once."""

    def __init__(self, run: PlanRun, names: Names) -> None:
        self.run, self.names = run, names
        self.problem = problem_from_data(run.problem)
        self.plan: Plan = plan_from_data(run.plan)
        self.kecamatan = [(area.code, area.name) for area in self.problem.kecamatan]

    # ------------------------------------------------------------ the calendar

    def items(self, plan: Iterable[Placement]) -> list[Item]:
        pinned = {pin.key for pin in self.problem.pins}
        return [_item(self.problem, self.names, p, is_pinned=p.key in pinned) for p in plan]

    @property
    def months(self) -> list[date]:
        return sorted({p.day.replace(day=1) for p in self.plan})

    def of_month(self, first: date, kecamatan: str = "") -> list[Item]:
        return self.items(
            p
            for p in self.plan
            if p.day.replace(day=1) == first and (not kecamatan or p.kecamatan == kecamatan)
        )

    def days(self, first: date) -> list[DayRow]:
        """The month as rows of days, with a cell for every kecamatan."""
        place = {code: n for n, (code, _name) in enumerate(self.kecamatan)}
        rows: dict[date, DayRow] = {}
        for item in self.of_month(first):
            row = rows.setdefault(item.day, DayRow(item.day, [[] for _area in self.kecamatan]))
            row.cells[place[item.key[0]]].append(item)
        return [rows[day] for day in sorted(rows)]

    # ------------------------------------------------------------ figures

    @property
    def loads(self) -> list[Load]:
        counted = {int(trainer): count for trainer, count in self.run.figures.get("loads", ())}
        most = max(counted.values(), default=0)
        named = [(self.problem.trainer_of[pk].name, n) for pk, n in counted.items()]
        return [Load(name, n, n * 100 // most if most else 0) for name, n in sorted(named)]

    @property
    def homes_known(self) -> int:
        return sum(bool(t.home) for t in self.problem.trainers)

    @property
    def reasons_unplaced(self) -> list[tuple[str, int]]:
        counts = Counter(why for *_key, why in self.run.unplaced)
        return [(why_unplaced(why), n) for why, n in counts.most_common()]

    @property
    def unplaced(self) -> list[tuple[str, str]]:
        rows = self.run.unplaced[:MOST_UNPLACED]
        return [(self.names.of((area, group, act)), why_unplaced(why)) for area, group, act, why in rows]

    # ------------------------------------------------------------ what changes

    @property
    def moves(self) -> list[Move]:
        before = plan_from_data(self.run.before)
        told = difference(before, self.plan)
        must = self._must(before)
        makes_room = _("makes room for one that had to move")
        found = [
            Move(
                self.names.of(a.key),
                _when_and_where(self.problem, a),
                _when_and_where(self.problem, b),
                self._trainers(a, b),
                must.get(a.key, makes_room),
            )
            for a, b in told.moved
        ]
        return found + [
            Move(
                self.names.of(a.key),
                _when_and_where(self.problem, a),
                "",
                self._trainers(a, b),
                must.get(a.key, _("another trainer takes over")),
            )
            for a, b in told.taught_by_others
        ]

    @property
    def added(self) -> list[Item]:
        return self.items(difference(plan_from_data(self.run.before), self.plan).added)

    def _trainers(self, a: Placement, b: Placement) -> tuple[str, str] | None:
        return None if a.trainer == b.trainer else (self._trainer(a), self._trainer(b))

    def _trainer(self, p: Placement) -> str:
        trainer = self.problem.trainer_of.get(p.trainer) if p.trainer is not None else None
        return trainer.name if trainer else _("nobody")

    def _must(self, before: Plan) -> dict[Key, str]:
        """Why a session could not stay as it was, by its key."""
        found: dict[Key, str] = {}
        pins = {pin.key for pin in self.problem.pins}
        whole = tuple(sorted([*self.problem.pins, *(p for p in before if p.key not in pins)]))
        for fault in faults(self.problem, whole):
            if fault.rule in _WHY_MOVED and len(fault.about) == 3:
                key: Any = fault.about
                found.setdefault(key, str(_WHY_MOVED[fault.rule]()))
        return found


_WHY_MOVED = {
    Broken.VENUE_CLOSED: lambda: _("the venue is closed on that day"),
    Broken.VENUE_SMALL: lambda: _("the venue is too small for the group"),
    Broken.VENUE_ELSEWHERE: lambda: _("the venue is not one of the phase any more"),
    Broken.VENUE_TWICE: lambda: _("the venue is taken by somebody else"),
    Broken.DAY: lambda: _("the day is a holiday or not a day of the phase any more"),
    Broken.SLOT: lambda: _("the time is not one of the phase, or outside office hours"),
    Broken.TRAINER_AWAY: lambda: _("the trainer cannot come on that day"),
    Broken.TRAINER_TWICE: lambda: _("the trainer teaches elsewhere at that time"),
    Broken.TRAINER_SUBJECT: lambda: _("the trainer does not teach it"),
}


def _item(problem: Problem, names: Names, p: Placement, *, is_pinned: bool) -> Item:
    venue = problem.venue_of.get(p.venue)
    trainer = problem.trainer_of.get(p.trainer) if p.trainer is not None else None
    return Item(
        key=p.key,
        day=p.day,
        clock=_hours(problem, p),
        kecamatan=names.kecamatan.get(p.kecamatan, p.kecamatan),
        group=p.group,
        activity=names.activities.get(p.activity, p.activity),
        venue=venue.name if venue else "",
        trainer=trainer.name if trainer else "",
        is_pinned=is_pinned,
    )


def _hours(problem: Problem, p: Placement) -> str:
    slot = problem.slots[p.slot]
    return f"{time_format(slot.start)}-{time_format(slot.end)}"


def _when_and_where(problem: Problem, p: Placement) -> str:
    venue = problem.venue_of.get(p.venue)
    return _("%(day)s, %(clock)s, %(venue)s") % {
        "day": date_format(p.day, "LONG_DATE_FORMAT"),
        "clock": _hours(problem, p),
        "venue": venue.name if venue else _("another venue"),
    }


def view_of(text: str) -> str:
    return text if text in (LIST, FIGURES) else TABLE


def month_of(shown: Shown, *, view: str, month: str, area: str) -> dict[str, Any]:
    """The days or sessions of a month (2026-08; else the first one), and the addresses of the others."""
    months = shown.months
    asked = calendar_grid.month_of(month, today=months[0])
    current = asked if asked in months else months[0]
    area = area if area in dict(shown.kecamatan) else ""
    path = shown.run.get_absolute_url()

    def address(first: date, to: str = view) -> str:
        words = [f"bulan={first:%Y-%m}"] + ([f"tampilan={to}"] if to else [])
        return f"{path}?{'&'.join(words + ([f'kecamatan={area}'] if area and to == LIST else []))}"

    found: dict[str, Any] = {
        "month": current,
        "month_label": date_format(current, "F Y"),
        "month_links": [
            {"label": date_format(first, "F"), "url": address(first), "is_current": first == current}
            for first in months
        ],
        "table_url": address(current, TABLE),
        "list_url": address(current, LIST),
        "figures_url": address(current, FIGURES),
        "area": area,
    }
    if view == TABLE:
        found["days"] = shown.days(current)
    elif view == LIST:
        found["items"] = shown.of_month(current, area)
    return found


def boxes(shown: Shown, *, ticked: Iterable[str] | None) -> list[dict[str, Any]]:
    """Check boxes of all sessions, those of a kecamatan together."""
    chosen = set(ticked or ())
    found: dict[str, list[dict[str, Any]]] = {code: [] for code, _name in shown.kecamatan}
    for item in shown.items(shown.plan):
        value = key_text(item.key)
        found[item.key[0]].append({"value": value, "item": item, "is_ticked": value in chosen})
    return [
        {"name": name, "rows": found[code], "is_open": any(row["is_ticked"] for row in found[code])}
        for code, name in shown.kecamatan
        if found[code]
    ]


def share_done(run: PlanRun, *, now: datetime) -> int:
    """How much of its time the proof has used; never quite all of it while it works."""
    if run.started_at is None:
        return 2
    return min(97, max(2, round((now - run.started_at).total_seconds() * 100 / PROOF_SECONDS)))


def is_at_work(run: PlanRun) -> bool:
    return run.state in (RunState.QUEUED, RunState.WORKING)


def may_publish(run: PlanRun) -> bool:
    return (
        run.published_at is None
        and run.state in (RunState.DONE, RunState.STOPPED)
        and bool(run.plan)
        and not run.unplaced
        and (run.kind == RunKind.PLAN or run.moved is not None)
    )
