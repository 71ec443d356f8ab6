"""NIK, the sixteen-digit number of every resident: ``PPRRSSDDMMYYNNNN``.

The parts are hints, never truth: a NIK keeps the region where it was first issued and is not
changed when its date part proves wrong. So nothing here rejects a NIK for its region, and a
birth date read from it serves only to compare. Source: docs/programme.md, "NIK".
"""

# ruff: noqa: SIM905 (word lists read better as text)

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

LENGTH = 16

# The 38 provinces of the Kemendagri list; an old NIK may carry a retired code.
PROVINCES = frozenset(
    "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 "
    "81 82 91 92 93 94 95 96".split()
)

_DIGITS = re.compile(r"[0-9]{16}")
_DASHES = {ord(char): None for char in " .-‐‑‒–—―−'\u00a0\t\r\n"}
_FEMALE_DAY_OFFSET = 40


class NikProblem(StrEnum):
    """Why a text is no NIK."""

    EMPTY = "empty"
    NOT_DIGITS = "not_digits"
    LENGTH = "length"
    DAY = "day"
    DATE = "date"
    SERIAL = "serial"


class NikError(ValueError):
    """The text is no NIK. ``code`` says why; the number itself is never part of the message."""

    def __init__(self, code: NikProblem, *, length: int = 0) -> None:
        super().__init__(f"not a NIK: {code.value}")
        self.code = code
        self.length = length


@dataclass(frozen=True, slots=True)
class Nik:
    """A valid NIK. Text forms are masked; ask for ``digits`` where the number itself is meant."""

    digits: str

    @property
    def province(self) -> str:
        return self.digits[:2]

    @property
    def region4(self) -> str:
        """Kabupaten or kota of first registration, four digits without a dot."""
        return self.digits[:4]

    @property
    def region6(self) -> str:
        """Kecamatan of first registration, six digits without dots."""
        return self.digits[:6]

    @property
    def has_known_province(self) -> bool:
        return self.province in PROVINCES

    @property
    def is_female(self) -> bool:
        return int(self.digits[6:8]) > _FEMALE_DAY_OFFSET

    @property
    def sex(self) -> str:
        """``"L"`` (laki-laki) or ``"P"`` (perempuan)."""
        return "P" if self.is_female else "L"

    @property
    def has_possible_date(self) -> bool:
        """Whether the date part is a date at all; false only where somebody has seen the card."""
        day = int(self.digits[6:8]) - (_FEMALE_DAY_OFFSET if self.is_female else 0)
        return 1 <= day <= 31 and _exists(day, int(self.digits[8:10]), int(self.digits[10:12]))

    def birth_date(self, as_of: date) -> date:
        """The date in the number: 20YY when that is not after ``as_of``, else 19YY."""
        day = int(self.digits[6:8]) % _FEMALE_DAY_OFFSET if self.is_female else int(self.digits[6:8])
        found = birth_date_of_parts(day, int(self.digits[8:10]), int(self.digits[10:12]), as_of)
        assert found is not None  # parse() has refused dates of no century
        return found

    def __str__(self) -> str:
        return mask(self.digits)

    def __repr__(self) -> str:
        return f"Nik({mask(self.digits)!r})"


def birth_date_of_parts(day: int, month: int, year2: int, as_of: date) -> date | None:
    """A date with a two-digit year: 20YY unless that is after ``as_of`` or no date, else 19YY."""
    try:
        recent = date(2000 + year2, month, day)
    except ValueError:
        recent = None
    if recent is not None and recent <= as_of:
        return recent
    try:
        return date(1900 + year2, month, day)
    except ValueError:
        return recent  # 29 February 2000 seen from before it: 1900 had no such day


def normalise(text: str) -> str:
    """``text`` after NFKC without blanks, dots, dashes and invisible characters."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Cc", "Zs"))
    return text.translate(_DASHES)


def parse(text: str, *, is_card_seen: bool = False) -> Nik:
    """The NIK that ``text`` writes. Raises NikError with the first problem found.

    With ``is_card_seen`` a date part that is no date is let through: a NIK keeps even such a one for life,
    and somebody has compared it with the card.
    """
    digits = normalise(text)
    if not digits:
        raise NikError(NikProblem.EMPTY)
    if not _DIGITS.fullmatch(digits):
        if digits.isascii() and digits.isdigit():
            raise NikError(NikProblem.LENGTH, length=len(digits))
        raise NikError(NikProblem.NOT_DIGITS)
    day = int(digits[6:8])
    day -= _FEMALE_DAY_OFFSET if day > _FEMALE_DAY_OFFSET else 0
    if not 1 <= day <= 31 and not is_card_seen:
        raise NikError(NikProblem.DAY)
    if not is_card_seen and not _exists(day, int(digits[8:10]), int(digits[10:12])):
        raise NikError(NikProblem.DATE)
    if digits[12:] == "0000":
        raise NikError(NikProblem.SERIAL)
    return Nik(digits)


def mask(text: str) -> str:
    """First six and last four digits: ``317302******0001``. Anything else is hidden whole."""
    if len(text) == LENGTH:
        return f"{text[:6]}******{text[12:]}"
    return "*" * len(text)


def _exists(day: int, month: int, year2: int) -> bool:
    """Whether the date exists in 19YY or 20YY. Days are counted in 2000, a leap year like 19(04)."""
    for century in (1900, 2000):
        try:
            date(century + year2, month, day)
        except ValueError:
            continue
        return True
    return False
