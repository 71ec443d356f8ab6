"""Bad rows as a workbook that says at each bad cell what is wrong, and can be uploaded again once mended.

Same header as our template, so that the import reads it; NIK and phone are text, so that Excel keeps
every digit; and nothing in it is a formula, whatever somebody has written.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from participants.import_words import mend
from participants.importing import areas as area_tables
from participants.models import ImportRow

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
    ("kecamatan", "Kecamatan", 20),
    ("kelurahan", "Kelurahan", 22),
    ("jenis_usaha", "Jenis Usaha", 16),
    ("nama_usaha", "Nama Usaha", 22),
    ("email", "Email", 26),
    ("status_usaha", "Status usaha (belum/sudah)", 14),
)
SHEET_NAME = "DAFTAR"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
MOST_COMMENTS = 20_000  # drawing them takes Excel long; the words stand in the last column too

_CODE = re.compile(r"\d{2}(?:\.\d{2}){1,2}(?:\.\d{4})?")
_CELL_OF = {
    "E_NIK": "nik",
    "W_NIK_TGL": "tgl_lahir",
    "W_NIK_JK": "jenis_kelamin",
    "W_NIK": "nik",
    "D_NIK": "nik",
    "D_DUGAAN": "nik",
    "E_USIA": "tgl_lahir",
    "W_TGL": "tgl_lahir",
    "E_NAMA": "nama",
    "E_KEC": "kecamatan",
    "E_LUAR": "kecamatan",
    "E_KEL": "kelurahan",
    "W_KEL": "kelurahan",
    "W_HP": "hp",
    "W_EMAIL": "email",
    "W_RTRW": "rtrw",
    "W_STATUS": "status_usaha",
}


def cell_of(code: str) -> str | None:
    """The field a code speaks of; None for W_SEL_FORMULA, which may be any."""
    return next((name for start, name in _CELL_OF.items() if code.startswith(start)), None)


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula; a phone number keeps its plus."""
    if text.startswith(DANGEROUS) and not (text[0] == "+" and text[1:].isdigit()):
        return f"'{text}"
    return text


def workbook(rows: Iterable[ImportRow]) -> bytes:
    """The rows as they were written, with a comment in each bad cell and all causes in the last column."""
    # Imported late: the services import this package.
    from participants.services.importing import values_of  # noqa: PLC0415

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"strings_to_formulas": False, "strings_to_urls": False})
    text = book.add_format({"num_format": "@"})
    bad = book.add_format({"num_format": "@", "bg_color": "#F8D7DA", "border": 1, "border_color": "#B02A37"})
    note = book.add_format({"num_format": "@", "text_wrap": True, "font_color": "#B02A37"})
    head = book.add_format({"bold": True, "num_format": "@", "bottom": 1, "bg_color": "#E9ECEF"})
    sheet = book.add_worksheet(SHEET_NAME)
    sheet.set_comments_author("OK OCE")
    for column, (_name, label, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width, text)
        sheet.write_string(0, column, label, head)
    last = len(COLUMNS)
    extra = ((_("What is wrong and how to mend it"), 70), (_("Where it stood"), 26))
    for offset, (label, width) in enumerate(extra):
        sheet.set_column(last + offset, last + offset, width, note if offset == 0 else text)
        # A label that the import knows to leave out: the words below are no data.
        sheet.write_string(0, last + offset, f"Keterangan: {label}", head)
    comments = 0
    for index, row in enumerate(rows, 1):
        cells = values_of(row)
        words = _words_by_cell(row, cells)
        for column, (name, _label, _width) in enumerate(COLUMNS):
            value = written(cells, name)
            said = words.get(name)
            if value:
                sheet.write_string(index, column, neutral(value), bad if said else text)
            elif said:
                sheet.write_blank(index, column, None, bad)
            if said and comments < MOST_COMMENTS:
                sheet.write_comment(
                    index, column, "\n".join(said), {"x_scale": 2, "y_scale": 0.5 + 0.5 * len(said)}
                )
                comments += 1
        sheet.write_string(index, last, " ".join(one for said in words.values() for one in said), note)
        sheet.write_string(index, last + 1, neutral(f"{row.sheet}, {row.row}"), text)
    sheet.freeze_panes(1, 1)
    book.close()
    return buffer.getvalue()


def _words_by_cell(row: ImportRow, cells: Mapping[str, Any]) -> dict[str | None, list[str]]:
    """What is said about a row: of a rejected one only what rejects it, else everything."""
    found: dict[str | None, list[str]] = {}
    for code in row.codes:
        if row.status == "rejected" and not code.startswith("E_"):
            continue
        said = mend(code, duplicate_of=row.duplicate_of, cells=cells)
        found.setdefault(cell_of(code), []).append(said)
    return found


def written(cells: Mapping[str, Any], name: str) -> str:
    """The cell of one column of ours, from fields as the office's own list had them."""
    text = str(cells.get(name) or "")
    if name in ("kecamatan", "kelurahan") and _CODE.fullmatch(text):
        return area_tables.load().names.get(text, text)  # a row that was accepted has codes
    if text or name not in ("rtrw", "tgl_lahir", "tempat_lahir"):
        return text
    if name == "rtrw":
        parts = [str(cells[key]) for key in ("rt", "rw") if cells.get(key)]
        return "/".join(parts)
    place, _comma, birth = str(cells.get("tempat_tgl_lahir") or "").rpartition(",")
    return (birth if name == "tgl_lahir" else place).strip()


def labels() -> Sequence[str]:
    return [label for _name, label, _width in COLUMNS]
