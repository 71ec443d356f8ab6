"""Counting, before anything is planned: is there room for it at all? Every "no" is a reason in figures.

Each check is a necessary condition, so the first day at which all of them hold is a lower bound of the last
day of any plan. The words are in ``trainings/plan_words.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import Any

from trainings.planning.problem import week_of
from trainings.planning.table import Table


class Reason(StrEnum):
    NO_DAYS = "no_days"
    NO_VENUE = "no_venue"
    NO_TRAINER = "no_trainer"
    KECAMATAN_DAYS = "kecamatan_days"
    CITY_DAYS = "city_days"
    TRAINERS = "trainers"
    GAP = "gap"
    PINS = "pins"


@dataclass(frozen=True)
class Finding:
    reason: Reason
    params: tuple[tuple[str, Any], ...]

    @property
    def figures(self) -> dict[str, Any]:
        return dict(self.params)


def _finding(reason: Reason, **params: Any) -> Finding:
    return Finding(reason, tuple(sorted(params.items())))


def check(table: Table) -> list[Finding]:
    """Why the phase cannot be held as given; empty when counting finds nothing against it."""
    if not table.days:
        return [_finding(Reason.NO_DAYS)]
    return [*_basics(table), *_counted(table, frozenset(table.cities), len(table.days) - 1)]


def lower_bound(table: Table, cities: frozenset[str]) -> date | None:
    """The first day on which counting allows the last session; None when no day does."""
    if not table.days or _counted(table, cities, len(table.days) - 1, first_only=True):
        return None
    low, high = 0, len(table.days) - 1
    while low < high:
        middle = (low + high) // 2
        if _counted(table, cities, middle, first_only=True):
            low = middle + 1
        else:
            high = middle
    return table.days[low]


def _basics(table: Table) -> list[Finding]:
    problem = table.problem
    found = []
    for area in problem.kecamatan:
        if area.groups and not any(
            v.kecamatan == area.code and v.capacity >= area.seats for v in problem.venues
        ):
            largest = max((v.capacity for v in problem.venues if v.kecamatan == area.code), default=0)
            found.append(_finding(Reason.NO_VENUE, kecamatan=area.name, seats=area.seats, largest=largest))
    if problem.trainers:
        for activity in problem.activities:
            for city in table.cities:
                if not any(table.takes(t, (activity, city)) for t in problem.trainers):
                    found.append(_finding(Reason.NO_TRAINER, activity=activity, city=city))
    return found


def _counted(table: Table, cities: frozenset[str], last: int, *, first_only: bool = False) -> list[Finding]:
    """All findings when the last day is ``table.days[last]``.

    Activities i to j of groups without pins lie between the first day + i gaps and the last day - the gaps
    that follow: so for every such range the room in that window must hold all its sessions.
    """
    problem, found = table.problem, []
    size = len(problem.activities)
    blamed: set[tuple] = set()
    for length in range(size, 0, -1):
        for first in range(size - length + 1):
            activities = problem.activities[first : first + length]
            opens = table.days[0] + first * table.gap
            closes = table.days[last] - (size - first - length) * table.gap
            window = [day for day in table.days[: last + 1] if opens <= day <= closes]
            for finding in _in_window(table, cities, activities, window):
                mark = (finding.reason, finding.figures.get("kecamatan"), finding.figures.get("city"))
                if mark not in blamed:
                    found.append(finding)
                    if first_only:
                        return found
                blamed.add(mark)
    return found


def _needs(table: Table, activities: tuple[str, ...]) -> dict[str, int]:
    """Sessions of these activities to be placed, by kecamatan; pinned groups are left to the planner."""
    whole = len(activities) == len(table.problem.activities)
    needs: dict[str, int] = {}
    for bunch in table.bunches:
        if bunch.pinned and not whole:
            continue
        wanted = [a for a in table.wanted(bunch) if a in activities]
        needs[bunch.kecamatan] = needs.get(bunch.kecamatan, 0) + len(bunch.groups) * len(wanted)
    return needs


def _in_window(
    table: Table, cities: frozenset[str], activities: tuple[str, ...], window: list[date]
) -> list[Finding]:
    problem, found = table.problem, []
    needs = _needs(table, activities)
    part = {"from": window[0], "to": window[-1]} if window else {"from": None, "to": None}
    is_whole = len(activities) == len(problem.activities)
    room = {
        (area.code, day): sum(table.room.get((area.code, p.number), 0) for p in table.on_day[day])
        for area in problem.kecamatan
        if area.city in cities
        for day in window
    }
    for area in problem.kecamatan:
        if area.city not in cities or not needs.get(area.code):
            continue
        own = [room[area.code, day] for day in window if room[area.code, day]]
        if sum(own) < needs[area.code]:
            found.append(
                _finding(
                    Reason.KECAMATAN_DAYS if is_whole else Reason.GAP,
                    kecamatan=area.name,
                    days=len(own),
                    room=sum(own),
                    needs=needs[area.code],
                    activities=activities,
                    **part,
                )
            )
    for city in sorted(cities):
        areas = [a for a in problem.kecamatan if a.city == city]
        total = sum(needs.get(a.code, 0) for a in areas)
        limit = problem.per_day or len(areas)
        places = 0
        for day in window:
            fixed = [room[a.code, day] for a in areas if (a.code, day) in table.opened]
            others = sorted(
                (room[a.code, day] for a in areas if (a.code, day) not in table.opened), reverse=True
            )
            places += sum(fixed) + sum(others[: max(0, limit - len(fixed))])
        if places < total:
            found.append(
                _finding(
                    Reason.CITY_DAYS if is_whole else Reason.GAP,
                    city=city,
                    days=len(window),
                    per_day=limit,
                    room=places,
                    needs=total,
                    activities=activities,
                    **part,
                )
            )
    return found + _trainers_in_window(table, cities, activities, window, needs, part)


def _trainers_in_window(
    table: Table,
    cities: frozenset[str],
    activities: tuple[str, ...],
    window: list[date],
    needs: dict[str, int],
    part: dict[str, Any],
) -> list[Finding]:
    """For every set of the activities, those who teach any of it must have enough free sessions."""
    problem, found = table.problem, []
    if not problem.trainers:
        return found
    free = {t.id: _free_sessions(table, t.id, window) for t in problem.trainers}
    for size in range(1, len(activities) + 1):
        for chosen in combinations(activities, size):
            # in one city, or in all of them together
            for area in [{city} for city in sorted(cities)] + ([set(cities)] if len(cities) > 1 else []):
                codes = [a.code for a in problem.kecamatan if a.city in area]
                wanted = _needs(table, chosen) if size < len(activities) else needs
                total = sum(wanted.get(code, 0) for code in codes)
                able = [
                    t for t in problem.trainers if any(table.takes(t, (a, c)) for a in chosen for c in area)
                ]
                room = sum(free[t.id] for t in able)
                if room < total:
                    found.append(
                        _finding(
                            Reason.TRAINERS,
                            city=min(area) if len(area) == 1 else "",
                            trainers=len(able),
                            room=room,
                            needs=total,
                            activities=chosen,
                            **part,
                        )
                    )
    return found


def _free_sessions(table: Table, trainer: int, window: list[date]) -> int:
    weeks: dict[tuple[int, int], int] = {}
    for day in window:
        room = sum(table.trainer_room.get((trainer, p.number), 0) for p in table.on_day[day])
        week = week_of(day)
        weeks[week] = weeks.get(week, 0) + min(room, table.day_left[trainer, day])
    return sum(min(sessions, table.week_left[trainer, week]) for week, sessions in weeks.items())
