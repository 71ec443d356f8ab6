"""What may never stand in a message: NIK and KK, phone numbers, amounts, full addresses (docs/programme.md,
rule 59).

A message passes through other people's machines and, with WhatsApp, leaves the country.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# Keys that a context may not have, whatever their value.
FORBIDDEN_KEYS = frozenset(
    {
        "nik", "kk", "npwp", "phone", "telephone", "hp", "email",
        "address", "alamat", "rt", "rw", "birth_date", "birth_place",
        "amount", "rupiah", "turnover", "omzet", "capital", "loan",
    }
)  # fmt: skip

# Names of rows: their digits may look like anything.
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_NIK = re.compile(r"(?<!\d)(?:\d[ .\-]?){15}\d(?!\d)")
# Groups of three and more: "08.00-12.00" is a time, no number.
_PHONE = re.compile(r"(?<!\d)(?:\+?62|0)[ \-.]?8[1-9]\d[ \-.]?\d{3,4}[ \-.]?\d{3,5}(?!\d)")
# What both have, and hardly any text: nine digits, so that the others are seldom asked.
_DIGITS = re.compile(r"\d(?:[ .\-]?\d){8}")
_AMOUNT = re.compile(r"\b(?:Rp|IDR)\.?\s?\d", re.IGNORECASE)
_ADDRESS = re.compile(r"\bRT\W{0,2}\d{1,3}\W{1,3}RW\W{0,2}\d{1,3}\b", re.IGNORECASE)


def problem_in(text: str) -> str:
    """Which forbidden thing ``text`` holds (``nik``, ``phone``, ``amount``, ``address``), or an empty
    string.
    """
    if _DIGITS.search(text):
        bare = _UUID.sub("", text)
        if _NIK.search(bare):
            return "nik"
        if _PHONE.search(bare):
            return "phone"
    plain = text.upper()
    if ("RP" in plain or "IDR" in plain) and _AMOUNT.search(text):
        return "amount"
    return "address" if "RT" in plain and "RW" in plain and _ADDRESS.search(text) else ""


def refuse_personal(context: Mapping[str, Any]) -> None:
    """Raise ValueError when a context holds what may not leave the house. The value is never repeated."""
    for key, value in context.items():
        if key.lower() in FORBIDDEN_KEYS:
            raise ValueError(f"a message may not carry {key!r}")
        if isinstance(value, Mapping):
            refuse_personal(value)
        elif isinstance(value, str) and (problem := problem_in(value)):
            raise ValueError(f"the message's {key!r} looks like a personal number or address ({problem})")
