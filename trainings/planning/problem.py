"""What is to be planned: days, rooms, trainers and groups, as plain values.

A group of a kecamatan takes the activities in their order, with ``gap_days`` between two of them. All
groups of a kecamatan are of one size, so they are alike until something is pinned.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property
from typing import NamedTuple

Hours = tuple[time, time]
ALL_DAY: Hours = (time(0), time(23, 59))
EVERY_DAY: tuple[Hours | None, ...] = (ALL_DAY,) * 7
ALL_WEEK = frozenset(range(7))


class Slot(NamedTuple):
    """A time of day at which a session can be held."""

    start: time
    end: time

    def overlaps(self, other: Slot | Hours) -> bool:
        return self.start < other[1] and other[0] < self.end


class Busy(NamedTuple):
    """Something else that takes a venue or a trainer."""

    day: date
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Day:
    """A day on which sessions may be held; its ``slots`` (positions in ``Problem.slots``) never overlap."""

    date: date
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Kecamatan:
    code: str
    name: str
    city: str
    groups: int
    seats: int = 100
    """People a group has at most: a venue must hold them."""


@dataclass(frozen=True, slots=True)
class Venue:
    """``kecamatan`` is the one it serves in this plan, ``hours`` its opening hours from Monday on."""

    id: int
    name: str
    kecamatan: str
    capacity: int
    hours: tuple[Hours | None, ...] = EVERY_DAY
    closed: frozenset[date] = frozenset()
    busy: tuple[Busy, ...] = ()


@dataclass(frozen=True, slots=True)
class Trainer:
    """``cities`` empty: goes everywhere. What keeps them ``busy`` counts for the day and the week too."""

    id: int
    name: str
    subjects: frozenset[str]
    cities: frozenset[str] = frozenset()
    weekdays: frozenset[int] = ALL_WEEK
    closed: frozenset[date] = frozenset()
    busy: tuple[Busy, ...] = ()
    per_day: int = 2
    per_week: int = 6
    home: str = ""


class Placement(NamedTuple):
    """One session of a plan. ``group`` counts from 1."""

    kecamatan: str
    group: int
    activity: str
    day: date
    slot: int
    venue: int
    trainer: int | None

    @property
    def key(self) -> Key:
        return self.kecamatan, self.group, self.activity


Key = tuple[str, int, str]
Plan = tuple[Placement, ...]


@dataclass(frozen=True)
class Problem:
    """``per_day``: at most so many kecamatan of a city on one day; 0: no limit.

    ``pins`` stay where they are, whatever speaks against it. Everything else is placed on ``days``.
    Without any trainer in the list, sessions are planned without.
    """

    days: tuple[Day, ...]
    slots: tuple[Slot, ...]
    activities: tuple[str, ...]
    kecamatan: tuple[Kecamatan, ...]
    venues: tuple[Venue, ...]
    trainers: tuple[Trainer, ...] = ()
    gap_days: int = 7
    per_day: int = 4
    pins: Plan = field(default=())

    def __post_init__(self) -> None:
        if self.gap_days < 1:
            raise ValueError("a group has one session a day at most: gap_days is at least 1")
        if list(self.days) != sorted(self.days, key=lambda day: day.date):
            raise ValueError("days are given in their order")

    @property
    def session_count(self) -> int:
        return sum(area.groups for area in self.kecamatan) * len(self.activities)

    @cached_property
    def venue_of(self) -> dict[int, Venue]:
        return {venue.id: venue for venue in self.venues}

    @cached_property
    def trainer_of(self) -> dict[int, Trainer]:
        return {trainer.id: trainer for trainer in self.trainers}

    @cached_property
    def area_of(self) -> dict[str, Kecamatan]:
        return {area.code: area for area in self.kecamatan}


def in_order(placements: list[Placement]) -> Plan:
    """A plan has one order, so that equal plans are equal."""
    return tuple(sorted(placements, key=lambda p: (p.day, p.slot, p.kecamatan, p.group, p.activity)))


def week_of(day: date) -> tuple[int, int]:
    year, week, _weekday = day.isocalendar()
    return year, week
