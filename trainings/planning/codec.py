"""Problems and plans as JSON data: for the child process that solves, and to be kept with a run."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from trainings.planning.checks import Finding, Reason
from trainings.planning.problem import (
    Busy,
    Day,
    Kecamatan,
    Key,
    Placement,
    Plan,
    Problem,
    Slot,
    Trainer,
    Venue,
)


def problem_as_data(problem: Problem) -> dict[str, Any]:
    return {
        "days": [[day.date.isoformat(), list(day.slots)] for day in problem.days],
        "slots": [[_clock(s.start), _clock(s.end)] for s in problem.slots],
        "activities": list(problem.activities),
        "kecamatan": [[k.code, k.name, k.city, k.groups, k.seats] for k in problem.kecamatan],
        "venues": [
            {
                "id": v.id,
                "name": v.name,
                "kecamatan": v.kecamatan,
                "capacity": v.capacity,
                "hours": [h and [_clock(h[0]), _clock(h[1])] for h in v.hours],
                "closed": sorted(day.isoformat() for day in v.closed),
                "busy": [[b.day.isoformat(), _clock(b.start), _clock(b.end)] for b in v.busy],
            }
            for v in problem.venues
        ],
        "trainers": [
            {
                "id": t.id,
                "name": t.name,
                "subjects": sorted(t.subjects),
                "cities": sorted(t.cities),
                "weekdays": sorted(t.weekdays),
                "closed": sorted(day.isoformat() for day in t.closed),
                "busy": [[b.day.isoformat(), _clock(b.start), _clock(b.end)] for b in t.busy],
                "per_day": t.per_day,
                "per_week": t.per_week,
                "home": t.home,
            }
            for t in problem.trainers
        ],
        "gap_days": problem.gap_days,
        "per_day": problem.per_day,
        "pins": plan_as_data(problem.pins),
    }


def problem_from_data(data: dict[str, Any]) -> Problem:
    return Problem(
        days=tuple(Day(date.fromisoformat(day), tuple(slots)) for day, slots in data["days"]),
        slots=tuple(Slot(_time(start), _time(end)) for start, end in data["slots"]),
        activities=tuple(data["activities"]),
        kecamatan=tuple(Kecamatan(*row) for row in data["kecamatan"]),
        venues=tuple(
            Venue(
                v["id"],
                v["name"],
                v["kecamatan"],
                v["capacity"],
                tuple(h and (_time(h[0]), _time(h[1])) for h in v["hours"]),
                frozenset(map(date.fromisoformat, v["closed"])),
                _busy(v["busy"]),
            )
            for v in data["venues"]
        ),
        trainers=tuple(
            Trainer(
                t["id"],
                t["name"],
                frozenset(t["subjects"]),
                frozenset(t["cities"]),
                frozenset(t["weekdays"]),
                frozenset(map(date.fromisoformat, t["closed"])),
                _busy(t["busy"]),
                t["per_day"],
                t["per_week"],
                t["home"],
            )
            for t in data["trainers"]
        ),
        gap_days=data["gap_days"],
        per_day=data["per_day"],
        pins=plan_from_data(data["pins"]),
    )


def plan_as_data(plan: Plan) -> list[list[Any]]:
    return [[*p[:3], p.day.isoformat(), *p[4:]] for p in plan]


def plan_from_data(rows: list[list[Any]]) -> Plan:
    return tuple(Placement(*row[:3], date.fromisoformat(row[3]), *row[4:]) for row in rows)


def finding_as_data(finding: Finding) -> dict[str, Any]:
    params = {name: value.isoformat() if isinstance(value, date) else value for name, value in finding.params}
    return {"reason": finding.reason.value, "params": params}


def finding_from_data(data: dict[str, Any]) -> Finding:
    params = {
        name: date.fromisoformat(value) if name in ("from", "to") and value else value
        for name, value in data["params"].items()
    }
    params = {name: tuple(value) if isinstance(value, list) else value for name, value in params.items()}
    return Finding(Reason(data["reason"]), tuple(sorted(params.items())))


def _busy(rows: list[list[str]]) -> tuple[Busy, ...]:
    return tuple(Busy(date.fromisoformat(day), _time(start), _time(end)) for day, start, end in rows)


def _clock(moment: time) -> str:
    return moment.strftime("%H:%M")


def _time(text: str) -> time:
    return time.fromisoformat(text)


def key_text(key: Key) -> str:
    """A session of a plan, as a check box names it: 31.73.05|3|izin-keuangan."""
    return "|".join(map(str, key))
