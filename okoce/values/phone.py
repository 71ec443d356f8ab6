"""Telephone numbers, kept as E.164 text (``+6281234567890``). Source: docs/programme.md, "Phone".

Not checked by operator: number portability and mergers made prefix tables unreliable. A number
is not a person either: families share one handset.
"""

import re
import unicodedata
from enum import StrEnum

_FILLERS = re.compile(r"[\s.\-‐‑‒–—―−()\[\]]+")
_MOBILE = re.compile(r"\+628[1-9][0-9]{7,10}")
# Area codes begin with 2-7 or 9; 5 to 8 digits of the line follow 2 or 3 of the area.
_LANDLINE = re.compile(r"\+62[2-79][0-9]{6,10}")
_FOREIGN = re.compile(r"\+(?!62)[1-9][0-9]{6,14}")
_SEVERAL = re.compile(r"[0-9]{7,}\s*(?:[/,;|&]|\bdan\b|\batau\b)\s*\+?[0-9]{7,}", re.IGNORECASE)


class PhoneProblem(StrEnum):
    """Why a text is no telephone number we can use."""

    EMPTY = "empty"
    LETTERS = "letters"
    SEVERAL = "several"
    FOREIGN = "foreign"
    LENGTH = "length"


class PhoneError(ValueError):
    """The text is no usable number. ``code`` says why; the number is never part of the message."""

    def __init__(self, code: PhoneProblem) -> None:
        super().__init__(f"not a telephone number: {code.value}")
        self.code = code


def canonical(digits: str) -> str:
    """``digits`` (an optional ``+``, then digits) in international form, unchecked.

    Every way of writing an Indonesian number is brought to ``+62…`` before any check: common
    libraries read ``62811812345`` as ``+6262811812345`` and call that valid.
    """
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    international = digits.startswith("+")
    digits = digits.lstrip("+")
    if digits.startswith("62"):
        return "+62" + digits[2:].lstrip("0") if digits.startswith("620") else "+" + digits
    if international:
        return "+" + digits
    if digits.startswith("0"):
        return "+62" + digits[1:]
    return "+62" + digits if digits.startswith("8") else digits


def parse(text: str, *, allow_foreign: bool = False) -> str:
    """``text`` as E.164. Raises PhoneError.

    A landline is a number too (see ``is_mobile``); a foreign one is accepted only with
    ``allow_foreign``, which a person confirms.
    """
    text = unicodedata.normalize("NFKC", text)
    text = "".join(char for char in text if unicodedata.category(char) != "Cf").strip().lstrip("'")
    bare = _FILLERS.sub("", text)
    if not bare:
        raise PhoneError(PhoneProblem.EMPTY)
    if _SEVERAL.search(_FILLERS.sub("", text.replace("/", " / "))) or len(_numbers(text)) > 1:
        raise PhoneError(PhoneProblem.SEVERAL)
    if not re.fullmatch(r"\+?[0-9]+", bare):
        raise PhoneError(PhoneProblem.LETTERS)
    number = canonical(bare)
    if _MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number):
        return number
    if _FOREIGN.fullmatch(number):
        if allow_foreign:
            return number
        raise PhoneError(PhoneProblem.FOREIGN)
    raise PhoneError(PhoneProblem.LENGTH)


def is_mobile(number: str) -> bool:
    """Whether the E.164 ``number`` is an Indonesian mobile one, so that messages can reach it."""
    return _MOBILE.fullmatch(number) is not None


def mobile_in(text: str) -> tuple[str | None, int]:
    """The first mobile number in a spreadsheet cell, and how many numbers the cell holds.

    ``text`` is cleaned text; words ("WA:") are dropped. ``(None, n)`` when none of them is mobile.
    """
    whole = canonical(_only_number(text))
    if _MOBILE.fullmatch(whole):
        return whole, 1
    numbers = _numbers(text)
    for number in numbers:
        if _MOBILE.fullmatch(number):
            return number, len(numbers)
    return None, len(numbers)


def mask(number: str) -> str:
    """The beginning and the last three digits, as people read it: ``0812-****-*890``."""
    shown = display(number)
    digits = [index for index, char in enumerate(shown) if char.isdigit()]
    hidden = set(digits[4:-3]) if len(digits) > 7 else set(digits[:-2])
    return "".join("*" if index in hidden else char for index, char in enumerate(shown))


def display(number: str) -> str:
    """``0812-3456-7890`` for Indonesian numbers; others stay international."""
    if not number.startswith("+62"):
        return number
    national = "0" + number[3:]
    if not is_mobile(number):
        return national
    return "-".join(part for part in (national[:4], national[4:8], national[8:]) if part)


def _only_number(text: str) -> str:
    digits = re.sub(r"[^0-9+]", "", text)
    return digits[:1] + digits[1:].replace("+", "")


def _numbers(text: str) -> list[str]:
    """The numbers a text seems to hold, canonical. A space parts two numbers only where both are whole."""
    found: list[str] = []
    for piece in re.split(r"[/\\,;|&]|\b(?:dan|atau)\b", text, flags=re.IGNORECASE):
        current = ""
        for token in piece.split():
            digits = _only_number(token)
            begins_anew = digits.startswith(("0", "+", "62", "8"))
            if current and begins_anew and _MOBILE.fullmatch(canonical(current)):
                found.append(canonical(current))
                current = ""
            current += digits if not current else digits.replace("+", "")
        if len(current) >= 6:
            found.append(canonical(current))
    return found
