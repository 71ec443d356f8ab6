"""What a person types into the search box: a name, a participant number, a NIK or a phone number.

Whatever holds many digits is taken for a personal number: it is answered by POST and never put into an
address.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from okoce.values import nik as nik_values
from okoce.values import phone as phone_values
from okoce.values import text as text_values
from participants import numbering

MAX_LENGTH = 100
PERSONAL_DIGITS = (
    6  # a serial of a participant number has five; more digits may be a part of somebody's number
)


class Kind(StrEnum):
    EMPTY = "empty"
    NAME = "name"
    NUMBER = "number"
    SERIAL = "serial"
    NIK = "nik"
    PHONE = "phone"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Query:
    """``value`` is normalised: sixteen digits, E.164, an upper-case number, a serial, or the tidied name."""

    kind: Kind
    value: str = ""


def tidy(text: str) -> str:
    """A name or number as it may stand in an address.

    Short, clean, and empty when it holds a personal number.
    """
    text = text_values.clean(str(text))[:MAX_LENGTH]
    if numbering.looks_like_number(text):
        return text.upper()
    return "" if has_personal_digits(text) else text


def has_personal_digits(text: str) -> bool:
    return sum(char.isdigit() for char in text) >= PERSONAL_DIGITS


def read(text: str) -> Query:
    """What somebody looks for."""
    text = text_values.clean(text)[:MAX_LENGTH]
    if not text:
        return Query(Kind.EMPTY)
    if numbering.looks_like_number(text):
        return Query(Kind.NUMBER, text.upper())
    bare = text.replace(" ", "")
    if bare.isdigit() and len(bare) < PERSONAL_DIGITS:
        return Query(Kind.SERIAL, bare)
    if not has_personal_digits(text):
        return Query(Kind.NAME, text)
    try:
        return Query(Kind.NIK, nik_values.parse(text).digits)
    except nik_values.NikError:
        pass
    try:
        return Query(Kind.PHONE, phone_values.parse(text))
    except phone_values.PhoneError:
        return Query(Kind.UNREADABLE)


def numbers_with_serial(serial: str) -> list[str]:
    """Every participant number that ends in ``serial``: one for each kecamatan."""
    return [numbering.format_number(prefix, int(serial)) for prefix in numbering.PREFIXES.values()]
