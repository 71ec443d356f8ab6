"""A month as weeks of days, from Monday."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from trainings.scheduling import FRIDAY, JAKARTA, at, day_of

SHOWN_A_DAY = 8  # more than that is for the list


@dataclass
class Day:
    """One cell. ``on`` is None where the week reaches into another month."""

    on: date | None
    is_today: bool = False
    events: list[Any] = field(default_factory=list)
    part: str = ""
    holiday: str = ""
    is_open: bool = False

    @property
    def is_off(self) -> bool:
        return self.on is None or self.on.weekday() > FRIDAY or bool(self.holiday)

    @property
    def shown(self) -> list[Any]:
        return self.events[:SHOWN_A_DAY]

    @property
    def hidden_count(self) -> int:
        return max(0, len(self.events) - SHOWN_A_DAY)


def month_of(text: str, *, today: date) -> date:
    """The first day of the month written 2026-08; this month when it cannot be read."""
    try:
        year, month = (int(part) for part in text.split("-"))
        found = date(year, month, 1)
    except ValueError:
        return today.replace(day=1)
    return found if 2000 <= found.year <= 2100 else today.replace(day=1)


def last_day(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def previous_month(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def next_month(first: date) -> date:
    return last_day(first) + timedelta(days=1)


def weeks(first: date, sessions: Iterable[Any], *, today: date) -> list[list[Day]]:
    """The month that begins on ``first`` with its sessions, in the order they come."""
    by_day: dict[date, list[Any]] = defaultdict(list)
    for session in sessions:
        by_day[day_of(session.starts_at)].append(session)
    return [
        [
            Day(
                date(first.year, first.month, n),
                date(first.year, first.month, n) == today,
                by_day.get(date(first.year, first.month, n), []),
            )
            if n
            else Day(None)
            for n in week
        ]
        for week in calendar.Calendar().monthdayscalendar(first.year, first.month)
    ]


NOON = time(12)


def monday_of(text: str, *, today: date) -> date:
    """The Monday of the week that holds the day written 2026-08-12; this week when it cannot be read."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today
    day = day if 2000 <= day.year <= 2100 else today
    return day - timedelta(days=day.weekday())


def halves(monday: date, sessions: Iterable[Any], *, today: date, parts: tuple[str, str]) -> list[list[Day]]:
    """A week as two rows, morning and afternoon, by the start of the sessions. ``parts`` names them."""
    rows = [
        [Day(monday + timedelta(days=n), monday + timedelta(days=n) == today, [], part) for n in range(7)]
        for part in parts
    ]
    for session in sessions:
        start = session.starts_at.astimezone(JAKARTA)
        rows[start.time() >= NOON][start.weekday()].events.append(session)
    return rows


def at_midnight(day: date) -> datetime:
    return at(day, time())


def mark(rows: Iterable[Iterable[Day]], holidays: Mapping[date, str], *, today: date) -> None:
    """Names the days off, and opens the days on which a session can still be planned."""
    for row in rows:
        for day in row:
            if day.on is not None:
                day.holiday, day.is_open = holidays.get(day.on, ""), day.on >= today
