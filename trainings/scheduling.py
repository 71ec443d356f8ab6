"""What is better avoided when a session is planned.

Hard rules are constraints; these are warnings that staff may pass with a reason, which is kept.
Source: docs/programme.md, "Sessions and seats". Days and hours are Jakarta's.
"""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

JAKARTA = ZoneInfo("Asia/Jakarta")
NOTICE_DAYS = 3  # between the invitation and the session
OFFICE_OPENS, OFFICE_CLOSES = time(7, 30), time(16, 0)
PRAYER_BEGINS, PRAYER_ENDS = time(11, 30), time(13, 0)  # Friday
FRIDAY, SUNDAY = 4, 6
USUAL_START, USUAL_END = time(9, 0), time(12, 0)
USUAL_SEATS = 100


class Concern(StrEnum):
    SUNDAY = "sunday"
    FRIDAY_PRAYER = "friday_prayer"
    OUTSIDE_HOURS = "outside_hours"
    SHORT_NOTICE = "short_notice"


def concerns(starts_at: datetime, ends_at: datetime, *, today: date) -> tuple[Concern, ...]:
    """What speaks against a session at this time when people hear of it ``today``."""
    start, end = starts_at.astimezone(JAKARTA), ends_at.astimezone(JAKARTA)
    found = []
    if start.weekday() == SUNDAY:
        found.append(Concern.SUNDAY)
    if start.weekday() == FRIDAY and start.time() < PRAYER_ENDS and end.time() > PRAYER_BEGINS:
        found.append(Concern.FRIDAY_PRAYER)
    if start.time() < OFFICE_OPENS or end.time() > OFFICE_CLOSES:
        found.append(Concern.OUTSIDE_HOURS)
    if (start.date() - today).days < NOTICE_DAYS:
        found.append(Concern.SHORT_NOTICE)
    return tuple(found)


def day_of(moment: datetime) -> date:
    """The calendar day in Jakarta."""
    return moment.astimezone(JAKARTA).date()


def at(day: date, clock: time) -> datetime:
    """That clock time of that day in Jakarta."""
    return datetime.combine(day, clock, tzinfo=JAKARTA)
