"""Months, quarters and calendar years as days in Jakarta.

Everything here counts in dates. What day it is in Jakarta is the caller's knowledge: half past
midnight on 1 January there is still 31 December in UTC.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class PeriodKind(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A month, a quarter or a calendar year; ``first`` and ``last`` are both inside."""

    first: date
    last: date
    kind: PeriodKind

    @property
    def code(self) -> str:
        """``2026``, ``2026-Q1`` or ``2026-03``: sortable within its kind, read back by ``parse``."""
        if self.kind is PeriodKind.YEAR:
            return f"{self.first.year:04d}"
        if self.kind is PeriodKind.QUARTER:
            return f"{self.first.year:04d}-Q{(self.first.month + 2) // 3}"
        return f"{self.first.year:04d}-{self.first.month:02d}"

    @property
    def year(self) -> int:
        return self.first.year

    @property
    def quarter(self) -> int:
        return (self.first.month + 2) // 3

    @property
    def end(self) -> date:
        """The day after the last one, for half-open comparisons."""
        return self.last + timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def next(self) -> "Period":
        return period_of(self.last + timedelta(days=1), self.kind)

    def previous(self) -> "Period":
        return period_of(self.first - timedelta(days=1), self.kind)

    def months(self) -> Iterator["Period"]:
        """The months inside, in order: a quarter is the sum of its three."""
        day = self.first
        while day <= self.last:
            month = month_of(day)
            yield month
            day = month.end


def period_of(day: date, kind: PeriodKind) -> Period:
    """The period of ``kind`` that holds ``day``."""
    length = _MONTHS[kind]
    first_month = (day.month - 1) // length * length + 1
    last_month = first_month + length - 1
    return Period(
        date(day.year, first_month, 1),
        date(day.year, last_month, calendar.monthrange(day.year, last_month)[1]),
        kind,
    )


def month_of(day: date) -> Period:
    return period_of(day, PeriodKind.MONTH)


def quarter_of(day: date) -> Period:
    return period_of(day, PeriodKind.QUARTER)


def year_of(day: date) -> Period:
    return period_of(day, PeriodKind.YEAR)


def parse(code: str) -> Period:
    """The period written as ``2026``, ``2026-Q1`` or ``2026-03``. Raises ValueError."""
    match = re.fullmatch(r"([12][0-9]{3})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", code)
    if match is None:
        raise ValueError("not a period")
    year = int(match[1])
    if match[2]:
        return quarter_of(date(year, int(match[2]) * 3, 1))
    if match[3]:
        return month_of(date(year, int(match[3]), 1))
    return year_of(date(year, 1, 1))


def add_months(day: date, months: int) -> date:
    """``day`` that many months later (or earlier), on the last day where the month is shorter.

    30 November and three months is 28 or 29 February.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def age_on(born: date, day: date) -> int:
    """Completed years of life on ``day``; someone born on 29 February ages on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
