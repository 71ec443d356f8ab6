"""Sales of a stall day from plain values: which days are due, what a band counts, what is asked again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from bazaars.enums import SalesBand

LATE_AFTER_DAYS = 7  # docs/programme.md, rule 51
TIMES_THE_BEST_DAY = 10
MUCH_FOR_A_DAY = 25_000_000  # rupiah; reported stall days ran from 230.000 to 1.200.000 (docs/programme.md)
LITTLE_FOR_A_DAY = 1_000  # rupiah; "500" was meant as 500.000

# What a band counts in totals: its middle, the highest its lower bound.
COUNTS = {
    SalesBand.UP_TO_250: 125_000,
    SalesBand.UP_TO_500: 375_000,
    SalesBand.UP_TO_1000: 750_000,
    SalesBand.UP_TO_2000: 1_500_000,
    SalesBand.UP_TO_5000: 3_500_000,
    SalesBand.ABOVE_5000: 5_000_000,
}


class Doubt(StrEnum):
    """Why an amount is asked again."""

    A_YEAR = "a_year"
    TEN_BEST_DAYS = "ten_best_days"
    MUCH = "much"
    LITTLE = "little"


def doubt_about(amount: int, *, best_day: int | None, year: int | None) -> Doubt | None:
    """``best_day``: the most of other days; ``year``: the turnover of a year on record. None when unknown."""
    if 0 < amount < LITTLE_FOR_A_DAY:
        return Doubt.LITTLE
    if year and amount >= year:
        return Doubt.A_YEAR
    if best_day and amount > TIMES_THE_BEST_DAY * best_day:
        return Doubt.TEN_BEST_DAYS
    if amount >= MUCH_FOR_A_DAY:
        return Doubt.MUCH
    return None


NINE = time(9)


def empty_from(opens_at: time) -> time:
    """When a stall without its vendor counts as empty: at 09.00, or at the opening if that is later."""
    return max(NINE, opens_at)


def days_between(first: date, last: date) -> list[date]:
    """Both included; empty when ``last`` comes before ``first``."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def last_late_day(today: date) -> date:
    """A day without a report is late when more than seven days have passed."""
    return today - timedelta(days=LATE_AFTER_DAYS + 1)


@dataclass(frozen=True, slots=True)
class StallDay:
    """One day of one stall: ``state`` is reported, due, late or coming."""

    day: date
    state: str

    @classmethod
    def of(cls, day: date, *, is_reported: bool, today: date) -> StallDay:
        if is_reported:
            return cls(day, "reported")
        if day > today:
            return cls(day, "coming")
        return cls(day, "late" if day <= last_late_day(today) else "due")


def day_to_report(days: list[StallDay]) -> date | None:
    """The earliest day without a report that has begun, else the last one that has."""
    open_days = [one.day for one in days if one.state in ("due", "late")]
    begun = [one.day for one in days if one.state != "coming"]
    return open_days[0] if open_days else (begun[-1] if begun else None)
