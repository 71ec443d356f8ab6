"""Birth dates as people write them, read as Indonesians mean them: day before month."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from okoce.values.nik import birth_date_of_parts
from participants.importing.cells import Cell, text_of

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari jan january janu",
            "februari feb february pebruari peb",
            "maret mar march mrt",
            "april apr apl",
            "mei may",
            "juni jun june",
            "juli jul july",
            "agustus agt agu ags aug august agus agst",
            "september sep sept",
            "oktober okt oct october",
            "november nov nop nopember nope",
            "desember des dec december",
        ),
        1,
    )
    for name in names.split()
}
_MIDNIGHT = r"(?:[ T]0?0[:.]00(?:[:.]00(?:\.0+)?)?)?"  # some exports write the time of a day
_NUMERIC = re.compile(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{2})" + _MIDNIGHT)
_ISO = re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})" + _MIDNIGHT)
_NAMED = re.compile(r"(\d{1,2})\s*[-/. ]?\s*([A-Za-z]{3,10})\.?\s*[-/., ]?\s*(\d{4}|\d{2})")
_DAY_NUMBER = re.compile(r"\d{5}(?:\.0+)?")

# Text in which a date begins, for cells that hold place and date without a comma.
DATE_IN_TEXT = re.compile(
    r"\d{1,4}\s*[-/. ]\s*(?:\d{1,2}|[A-Za-z]{3,10})\.?\s*[-/., ]?\s*\d{1,4}\s*$|\d{4,5}\s*$"
)

_EPOCH_1900 = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)
_LEAP_BUG = 60  # Excel counts a 29 February 1900 that never was
_YEARS = range(1900, 2101)  # a number in here is a year somebody typed, not the day number of 1905


@dataclass(frozen=True, slots=True)
class Readings:
    """A date cell: read as day/month, and read as month/day where that is another date."""

    day_first: date | None = None
    month_first: date | None = None


UNREADABLE = Readings()


def read(cell: Cell, *, as_of: date, date_1904: bool = False) -> Readings:
    """Both readings of a cell; UNREADABLE for anything that is no date."""
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return _both(cell.year, cell.month, cell.day)
    if isinstance(cell, bool | time | timedelta):
        return UNREADABLE
    if isinstance(cell, int | float):
        return _of_day_number(float(cell), date_1904)
    return read_text(text_of(cell), as_of, date_1904)


@lru_cache(maxsize=20_000)
def read_text(text: str, as_of: date, date_1904: bool = False) -> Readings:
    if match := _NUMERIC.fullmatch(text):
        day, month, year = int(match[1]), int(match[2]), match[3]
        return Readings(
            _date(year, month, day, as_of), _date(year, day, month, as_of) if day != month else None
        )
    if match := _ISO.fullmatch(text):
        return _both(int(match[1]), int(match[2]), int(match[3]))
    if match := _NAMED.fullmatch(text):
        month_number = _MONTHS.get(match[2].casefold())
        return Readings(_date(match[3], month_number, int(match[1]), as_of)) if month_number else UNREADABLE
    if _DAY_NUMBER.fullmatch(text):
        return _of_day_number(float(text), date_1904)
    return UNREADABLE


def _of_day_number(number: float, date_1904: bool) -> Readings:
    days = int(number)
    if days <= 0 or days > 2_000_000 or days in _YEARS:
        return UNREADABLE
    if date_1904:
        found = _EPOCH_1904 + timedelta(days)
    else:
        found = _EPOCH_1900 + timedelta(days if days > _LEAP_BUG else days + 1)
    return _both(found.year, found.month, found.day)


def _both(year: int, month: int, day: int) -> Readings:
    return Readings(_safe(year, month, day), _safe(year, day, month) if day != month else None)


def _date(year: str, month: int, day: int, as_of: date) -> date | None:
    if len(year) == 2:
        return birth_date_of_parts(day, month, int(year), as_of)
    return _safe(int(year), month, day)


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
