"""Workbooks that go back to the office: rows to mend, and an empty list to fill in.

Both can be uploaded as they are: the header is one that the import recognises, and NIK and phone
columns are text, so that Excel keeps every digit.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from participants.import_words import mend
from participants.models import ImportRow
from participants.services.importing import values_of

# The labels stay Indonesian in both languages: the import reads them.
COLUMNS = (
    ("nama", "NAMA LENGKAP", 28),
    ("nik", "NIK", 20),
    ("hp", "No. HP/WA", 18),
    ("tempat_lahir", "Tempat Lahir", 16),
    ("tgl_lahir", "Tgl Lahir", 14),
    ("jenis_kelamin", "L/P", 6),
    ("alamat", "Alamat", 30),
    ("rtrw", "RT/RW", 10),
    ("kelurahan", "Kelurahan", 20),
    ("kecamatan", "Kecamatan", 20),
    ("jenis_usaha", "Jenis Usaha", 16),
    ("nama_usaha", "Nama Usaha", 22),
    ("email", "Email", 26),
    ("status_usaha", "Status usaha (belum/sudah)", 14),
)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula; a phone number keeps its plus."""
    if text.startswith(DANGEROUS) and not (text[0] == "+" and text[1:].isdigit()):
        return f"'{text}"
    return text


def rows_to_mend(rows: Iterable[ImportRow]) -> bytes:
    """What was not accepted: what is wrong and how to mend it, then the cells as they were written."""
    extra = ((_("Sheet"), 16), (_("Row"), 8), (_("What is wrong and how to mend it"), 60))
    lines = []
    for row in rows:
        cells = values_of(row)
        words = " ".join(
            mend(code, duplicate_of=row.duplicate_of, cells=cells)
            for code in row.codes
            if row.status == "duplicate" or code.startswith("E_")
        )
        lines.append(
            [row.sheet, str(row.row), words, *(_written(cells, name) for name, _label, _width in COLUMNS)]
        )
    return _workbook(extra, lines)


def empty_list() -> bytes:
    """The template: a header, and columns that keep every digit."""
    return _workbook((), [])


def _written(cells: dict[str, Any], name: str) -> str:
    text = str(cells.get(name, ""))
    if text or name not in ("rtrw", "tgl_lahir", "tempat_lahir"):
        return text
    if name == "rtrw":
        parts = [str(cells[key]) for key in ("rt", "rw") if cells.get(key)]
        return "/".join(parts)
    place, _comma, birth = str(cells.get("tempat_tgl_lahir", "")).rpartition(",")
    return (birth if name == "tgl_lahir" else place).strip()


def _workbook(extra: Sequence[tuple[str, int]], lines: Iterable[Sequence[str]]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True, "strings_to_formulas": False})
    text = book.add_format({"num_format": "@"})
    head = book.add_format({"bold": True, "num_format": "@", "bottom": 1})
    sheet = book.add_worksheet("DAFTAR")
    header = [*extra, *((label, width) for _name, label, width in COLUMNS)]
    for column, (_label, width) in enumerate(header):
        sheet.set_column(column, column, width, text)
    for column, (label, _width) in enumerate(header):
        sheet.write_string(0, column, label, head)
    for index, line in enumerate(lines, 1):
        for column, value in enumerate(line):
            if value:
                sheet.write_string(index, column, neutral(value), text)
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()
