"""Rupiah: whole numbers, one way to read them in every language of the portal.

Django's localised integer fields read ``500.000`` as 500 in one language and refuse it in the
other, so money never goes through them. Source: docs/programme.md, "Money, dates, time".
"""

import re
from enum import StrEnum

_PLAIN = re.compile(r"[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
_MAXIMUM = 9_223_372_036_854_775_807  # what a BigInteger column can hold


class RupiahProblem(StrEnum):
    """Why a text is no amount in rupiah."""

    EMPTY = "empty"
    NEGATIVE = "negative"
    FORMAT = "format"
    TOO_LARGE = "too_large"


class RupiahError(ValueError):
    """The text is no amount. ``code`` says why."""

    def __init__(self, code: RupiahProblem) -> None:
        super().__init__(f"not an amount in rupiah: {code.value}")
        self.code = code


def parse_rupiah(text: str) -> int:
    """The amount in whole rupiah; dots part thousands, a comma may only be followed by ``-`` or zeros.

    ``Rp 1.500.000,-`` is 1500000. ``500,000``, ``1.5`` and ``1,5 juta`` are refused: they mean
    different amounts to different people.
    """
    bare = re.sub(r"[\s\u00a0\u202f]+", "", text)
    bare = re.sub(r"^(?:rp\.?|idr)", "", bare, flags=re.IGNORECASE)
    if not bare:
        raise RupiahError(RupiahProblem.EMPTY)
    if bare.startswith(("-", "−", "(")) or re.match(r"\s*[-−]", text):
        raise RupiahError(RupiahProblem.NEGATIVE)
    bare = re.sub(r",(?:-+|–|00)$", "", bare)
    if not bare.isascii() or not (_PLAIN.fullmatch(bare) or _GROUPED.fullmatch(bare)):
        raise RupiahError(RupiahProblem.FORMAT)
    amount = int(bare.replace(".", ""))
    if amount > _MAXIMUM:
        raise RupiahError(RupiahProblem.TOO_LARGE)
    return amount


_SPOKEN = re.compile(r"([0-9]+)(?:[.,]([0-9]{1,2}))?(ribu|rb|k|juta|jt|miliar|m)")
_UNITS = {
    "ribu": 1_000, "rb": 1_000, "k": 1_000,
    "juta": 1_000_000, "jt": 1_000_000,
    "miliar": 1_000_000_000, "m": 1_000_000_000,
}  # fmt: skip


def parse_spoken(text: str) -> int:
    """As ``parse_rupiah``, and amounts as people say them: ``500rb``, ``1,5 juta``, ``2 jt 300 rb``.

    Before such a word a comma or dot with one or two digits is a fraction in both languages; with three it
    means different amounts to different people (``1.500 juta``) and is refused.
    """
    bare = re.sub(r"[\s\u00a0\u202f]+", "", text).lower()
    bare = re.sub(r"^(?:rp\.?|idr)", "", bare)
    found = list(_SPOKEN.finditer(bare))
    if not found or "".join(match.group() for match in found) != bare:
        return parse_rupiah(text)
    units = [_UNITS[match[3]] for match in found]
    if units != sorted(set(units), reverse=True):
        raise RupiahError(RupiahProblem.FORMAT)
    amount = sum(_spoken(match[1], match[2] or "", unit) for match, unit in zip(found, units, strict=True))
    if amount > _MAXIMUM:
        raise RupiahError(RupiahProblem.TOO_LARGE)
    return amount


def _spoken(whole: str, fraction: str, unit: int) -> int:
    """``1``, ``5``, a million: 1.500.000. Every unit is a multiple of a hundred, so it comes out whole."""
    return int(whole) * unit + (int(fraction) * unit // 10 ** len(fraction) if fraction else 0)


def format_rupiah(amount: int) -> str:
    """``Rp1.234.567``: no space, no decimals, the same in both languages."""
    sign = "−" if amount < 0 else ""
    return f"{sign}Rp{abs(amount):,}".replace(",", ".")


def short_rupiah(amount: int) -> str:
    """For tiles and charts: ``Rp8,4 juta``, ``Rp1,2 miliar``; below a million in full."""
    for unit, word in ((1_000_000_000_000, "triliun"), (1_000_000_000, "miliar"), (1_000_000, "juta")):
        if abs(amount) >= unit:
            tenths = abs(amount) * 10 // unit
            whole, tenth = divmod(tenths, 10)
            number = f"{whole:,}".replace(",", ".") + (f",{tenth}" if tenth else "")
            return f"{'−' if amount < 0 else ''}Rp{number} {word}"
    return format_rupiah(amount)
