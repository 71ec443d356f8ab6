"""What is better avoided when a session is planned.

Hard rules are constraints; these are warnings that staff may pass with a reason, which is kept.
Source: docs/programme.md, "Sessions and seats". Days and hours are Jakarta's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

JAKARTA = ZoneInfo("Asia/Jakarta")
NOTICE_DAYS = 3  # between the invitation and the session
OFFICE_OPENS, OFFICE_CLOSES = time(7, 30), time(16, 0)
PRAYER_BEGINS, PRAYER_ENDS = time(11, 30), time(13, 0)  # Friday
FRIDAY, SUNDAY = 4, 6
USUAL_START, USUAL_END = time(9, 0), time(12, 0)
USUAL_SEATS = 100


EVENING = time(17, 0)
WEEKDAYS, EVENINGS, WEEKENDS = "weekdays", "evenings", "weekends"


def slot_of(starts_at: datetime) -> str:
    """The part of the week a session is in: the name of the field of ``Availability``."""
    local = starts_at.astimezone(JAKARTA)
    if local.weekday() >= 5:
        return WEEKENDS
    return EVENINGS if local.time() >= EVENING else WEEKDAYS


NOON = time(12, 0)
MORNINGS, AFTERNOONS = "mornings", "afternoons"


def half_of(starts_at: datetime) -> str:
    """Morning or afternoon: the name of the field of ``Availability``. A session is where it begins."""
    return MORNINGS if starts_at.astimezone(JAKARTA).time() < NOON else AFTERNOONS


class Concern(StrEnum):
    HOLIDAY = "holiday"
    SUNDAY = "sunday"
    FRIDAY_PRAYER = "friday_prayer"
    OUTSIDE_HOURS = "outside_hours"
    RAMADAN_HOURS = "ramadan_hours"
    SHORT_NOTICE = "short_notice"
    FAR_FROM_HOME = "far_from_home"
    TRAINER_LOAD = "trainer_load"


@dataclass(frozen=True)
class RamadanHours:
    """Office hours in one Ramadan; both days included."""

    first: date
    last: date
    opens: time
    closes: time
    friday_closes: time

    def on(self, day: date) -> tuple[time, time]:
        return self.opens, self.friday_closes if day.weekday() == FRIDAY else self.closes


@dataclass(frozen=True)
class Facts:
    """What the calendar says: the names of days off, and the Ramadans."""

    holidays: Mapping[date, str] = field(default_factory=dict)
    ramadans: tuple[RamadanHours, ...] = ()

    def office_hours(self, day: date) -> tuple[time, time]:
        ramadan = self.ramadan_on(day)
        return ramadan.on(day) if ramadan else (OFFICE_OPENS, OFFICE_CLOSES)

    def ramadan_on(self, day: date) -> RamadanHours | None:
        return next((r for r in self.ramadans if r.first <= day <= r.last), None)


NO_FACTS = Facts()


def concerns(
    starts_at: datetime, ends_at: datetime, *, today: date, facts: Facts = NO_FACTS
) -> tuple[Concern, ...]:
    """What speaks against a session at this time when people hear of it ``today``."""
    start, end = starts_at.astimezone(JAKARTA), ends_at.astimezone(JAKARTA)
    found = []
    if start.date() in facts.holidays:
        found.append(Concern.HOLIDAY)
    if start.weekday() == SUNDAY:
        found.append(Concern.SUNDAY)
    if start.weekday() == FRIDAY and start.time() < PRAYER_ENDS and end.time() > PRAYER_BEGINS:
        found.append(Concern.FRIDAY_PRAYER)
    opens, closes = facts.office_hours(start.date())
    if start.time() < opens or end.time() > closes:
        is_ramadan = facts.ramadan_on(start.date()) is not None
        found.append(Concern.RAMADAN_HOURS if is_ramadan else Concern.OUTSIDE_HOURS)
    if (start.date() - today).days < NOTICE_DAYS:
        found.append(Concern.SHORT_NOTICE)
    return tuple(found)


def next_working_day(today: date, notice_days: int = NOTICE_DAYS) -> date:
    """The first weekday that leaves people the notice they need."""
    day = today + timedelta(days=notice_days)
    while day.weekday() > FRIDAY:
        day += timedelta(days=1)
    return day


def day_of(moment: datetime) -> date:
    """The calendar day in Jakarta."""
    return moment.astimezone(JAKARTA).date()


def at(day: date, clock: time) -> datetime:
    """That clock time of that day in Jakarta."""
    return datetime.combine(day, clock, tzinfo=JAKARTA)
