"""Which field a column without a header may hold, from what stands in its cells. Only ever a proposal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from okoce.values import names, phone
from okoce.values.nik import normalise
from participants.importing import dates
from participants.importing.areas import Areas
from participants.importing.cells import FORMULA, Cell, is_filled, text_of
from participants.importing.checks import SEX, read_rt_rw

LOOKED_AT = 300  # filled cells of a column that are looked at
ENOUGH = 0.6  # of them must look alike

_ADDRESS = re.compile(
    r"\b(?:jl|jln|jalan|gg|gang|rusun|rusunawa|komp|komplek|blok|kav|perum|kampung|kp)\b", re.IGNORECASE
)
_STATUS = re.compile(r"(?:sudah|sdh|belum|blm)\b", re.IGNORECASE)
_EMAIL = re.compile(r"\S+@\S+\.\S+")
_WORDS = re.compile(r"[^\W\d_][^\d@]*")
_TTL = re.compile(r"[^\W\d_][^\d]*,\s*\d{1,2}\s*[-/. ]\s*\w+\s*[-/. ]\s*\d{2,4}")
_SERIAL = re.compile(r"\d{1,4}\.?")
_TODAY = date(2100, 1, 1)
_NIK_DIGITS = range(15, 18)
_FEMALE_DAY = 40


@dataclass(slots=True)
class Evidence:
    """What the cells of one column look like."""

    filled: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    different: set[str] = field(default_factory=set)
    of_women: int = 0  # sixteen digits with a day above 40: a NIK, never the number of a family card


def propose(rows: Sequence[Sequence[Cell]], areas: Areas) -> dict[int, str]:
    """Field by column for rows of data; each field once, and only where most of the cells agree."""
    columns: dict[int, Evidence] = {}
    for row in rows:
        for index, cell in enumerate(row):
            if is_filled(cell) and cell is not FORMULA:
                _look(columns.setdefault(index, Evidence()), cell, areas)
    return _shared_out(columns)


def _look(evidence: Evidence, cell: Cell, areas: Areas) -> None:
    if evidence.filled >= LOOKED_AT:
        return
    evidence.filled += 1
    text = text_of(cell)
    evidence.different.add(text)
    for name, fits in _TESTS.items():
        if fits(cell, text, areas):
            evidence.counts[name] = evidence.counts.get(name, 0) + 1
    digits = normalise(text)
    if len(digits) == 16 and digits.isdigit() and int(digits[6:8]) > _FEMALE_DAY:
        evidence.of_women += 1


def _shared_out(columns: Mapping[int, Evidence]) -> dict[int, str]:
    offers: list[tuple[float, int, int, str]] = []
    for index, evidence in columns.items():
        for rank, name in enumerate(_TESTS):
            share = evidence.counts.get(name, 0) / evidence.filled
            if name in ("nama", "nik"):
                share *= 0.6 + 0.4 * len(evidence.different) / evidence.filled
            if name == "nik":
                share += evidence.of_women / evidence.filled
            if share >= ENOUGH:
                offers.append((share, rank, index, name))
    found: dict[int, str] = {}
    for _share, _rank, index, name in sorted(offers, key=lambda offer: (offer[1], -offer[0], offer[2])):
        if index not in found and name not in found.values():
            found[index] = name
    return {index: name for index, name in found.items() if name != "no"}


def _is_nik(cell: Cell, text: str, _areas: Areas) -> bool:
    digits = normalise(text)
    return digits.isdigit() and len(digits) in _NIK_DIGITS


def _is_phone(cell: Cell, text: str, _areas: Areas) -> bool:
    return not isinstance(cell, date) and phone.mobile_in(text)[0] is not None


def _is_date(cell: Cell, text: str, _areas: Areas) -> bool:
    if isinstance(cell, int | float):
        return False
    return dates.read(cell, as_of=_TODAY) != dates.UNREADABLE


def _is_kelurahan(_cell: Cell, text: str, areas: Areas) -> bool:
    return areas.kelurahan_named(text) is not None


# In this order a column that could be two things is given away.
_TESTS: dict[str, Callable[[Cell, str, Areas], bool]] = {
    "nik": _is_nik,
    "hp": _is_phone,
    "email": lambda cell, text, areas: _EMAIL.fullmatch(text) is not None,
    "tempat_tgl_lahir": lambda cell, text, areas: _TTL.match(text) is not None,
    "tgl_lahir": _is_date,
    "rtrw": lambda cell, text, areas: isinstance(cell, str) and read_rt_rw(text) is not None,
    "jenis_kelamin": lambda cell, text, areas: names.letters(text) in SEX,
    "kecamatan": lambda cell, text, areas: areas.kecamatan(text) is not None,
    "kelurahan": _is_kelurahan,
    "status_usaha": lambda cell, text, areas: _STATUS.match(text) is not None,
    "alamat": lambda cell, text, areas: _ADDRESS.search(text) is not None,
    "no": lambda cell, text, areas: _SERIAL.fullmatch(text) is not None,
    "nama": lambda cell, text, areas: _WORDS.fullmatch(text) is not None and len(text) > 2,
}
