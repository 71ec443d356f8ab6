"""Which column of which sheet holds what, where somebody has looked at the proposal and corrected it.

The proposal comes from ``runner.describe``; what is sent back has the same names. A sheet that is not
named is read as the engine reads it by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from participants.importing.cells import text_of

# What a column can hold, in the order people are offered them. "ignored" is looked at and left out.
COLUMN_FIELDS = (
    "nama",
    "nik",
    "hp",
    "tempat_lahir",
    "tgl_lahir",
    "tempat_tgl_lahir",
    "jenis_kelamin",
    "alamat",
    "rtrw",
    "rt",
    "rw",
    "kelurahan",
    "kecamatan",
    "jenis_usaha",
    "nama_usaha",
    "email",
    "status_usaha",
    "ignored",
)
NEEDED = ("nama", "nik")
MOST_COLUMNS = 1000


class BadMapping(ValueError):
    """The mapping cannot be used; ``sheet`` is the one it fails for, ``missing`` what it lacks."""

    def __init__(self, sheet: str, missing: Sequence[str] = ()) -> None:
        super().__init__("no usable mapping")
        self.sheet, self.missing = sheet, tuple(missing)


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """How one sheet is to be read.

    ``header_row`` counts from 1 as the program shows it; 0 says that there is no header, None that the
    engine looks for it. ``columns`` is the field of each column (from 0); None: by the header's words.
    ``kecamatan`` stands for every row when the sheet itself has none.
    """

    is_read: bool = True
    header_row: int | None = None
    columns: Mapping[int, str] | None = None
    kecamatan: str = ""

    def fields(self) -> dict[str, list[int]]:
        """Column numbers by field, left to right."""
        found: dict[str, list[int]] = {}
        for index in sorted(self.columns or {}):
            name = (self.columns or {})[index]
            if name and name != "ignored":
                found.setdefault(name, []).append(index)
        return found


@dataclass(frozen=True, slots=True)
class Mappings:
    """The mappings of a file, by the sheets' names."""

    sheets: Mapping[str, SheetMapping] = field(default_factory=dict)

    def of(self, sheet: str) -> SheetMapping | None:
        return self.sheets.get(sheet)

    def wants(self, sheet: str) -> bool:
        """Whether a sheet that is not read by itself (a hidden one) was switched on."""
        mapping = self.sheets.get(sheet)
        return mapping is not None and mapping.is_read

    def as_json(self) -> dict[str, Any]:
        return {
            name: {
                "is_read": one.is_read,
                "header_row": one.header_row,
                "columns": None
                if one.columns is None
                else {str(index): value for index, value in one.columns.items()},
                "kecamatan": one.kecamatan,
            }
            for name, one in self.sheets.items()
        }


def read(data: Mapping[str, Any] | None) -> Mappings:
    """Mappings from plain data, as forms and JSON give them. Raises BadMapping."""
    return Mappings({str(name): _one(str(name), given) for name, given in (data or {}).items()})


def _one(sheet: str, given: Mapping[str, Any] | None) -> SheetMapping:
    if given is None or not given.get("is_read", True):
        return SheetMapping(is_read=False)
    header = given.get("header_row")
    columns = given.get("columns")
    try:
        mapping = SheetMapping(
            header_row=None if header is None or header == "" else int(header),
            columns=None if columns is None else {int(index): str(name) for index, name in columns.items()},
            kecamatan=str(given.get("kecamatan") or "")[:80],
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise BadMapping(sheet) from error
    _refuse_unusable(sheet, mapping)
    return mapping


def _refuse_unusable(sheet: str, mapping: SheetMapping) -> None:
    if mapping.columns is None:
        if mapping.header_row == 0:
            raise BadMapping(sheet, NEEDED)
        return
    if any(not 0 <= index < MOST_COLUMNS for index in mapping.columns):
        raise BadMapping(sheet)
    if any(name and name not in COLUMN_FIELDS for name in mapping.columns.values()):
        raise BadMapping(sheet)
    if missing := [name for name in NEEDED if name not in mapping.fields()]:
        raise BadMapping(sheet, missing)


def fingerprint(labels: Sequence[str]) -> str:
    """The same for the same header words in the same places; empty where there is no header."""
    folded = [" ".join(text_of(label).casefold().split()) for label in labels]
    while folded and not folded[-1]:
        folded.pop()
    if not any(folded):
        return ""
    return hashlib.sha256("\x1f".join(folded).encode()).hexdigest()[:16]


def column_letter(index: int) -> str:
    """0 is 'A', 26 is 'AA'."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
