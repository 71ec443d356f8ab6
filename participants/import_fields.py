"""The cells of a list: which cause belongs to which, what may be grouped, taken over and shown. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from participants.importing.checks import split_place_and_date
from participants.importing.codes import Code

# Which cell a code speaks of.
COLUMN_OF_CODE: dict[str, str] = {
    Code.E_NIK_KOSONG: "nik",
    Code.E_NIK_RUSAK_EXCEL: "nik",
    Code.E_NIK_BUKAN_ANGKA: "nik",
    Code.E_NIK_PANJANG: "nik",
    Code.E_NIK_TIDAK_SAH: "nik",
    Code.E_USIA_KURANG: "tgl_lahir",
    Code.E_NAMA_KOSONG: "nama",
    Code.E_NAMA_TIDAK_SAH: "nama",
    Code.E_KEC_TIDAK_DIKENAL: "kecamatan",
    Code.E_LUAR_WILAYAH: "kecamatan",
    Code.E_KEL_KEC_BEDA: "kelurahan",
    Code.E_KEL_AMBIGU: "kelurahan",
    Code.E_KEL_TIDAK_DIKENAL: "kelurahan",
    Code.D_NIK_SAMA: "nik",
    Code.D_DUGAAN_NAMA_TGL: "nama",
    Code.W_NIK_ANGKA: "nik",
    Code.W_NIK_WILAYAH: "nik",
    Code.W_TGL_TERTUKAR: "tgl_lahir",
    Code.W_NIK_TGL_BEDA: "tgl_lahir",
    Code.W_TGL_DARI_NIK: "tgl_lahir",
    Code.W_NIK_JK_BEDA: "jenis_kelamin",
    Code.W_KEL_DIKOREKSI: "kelurahan",
    Code.W_HP_KOSONG: "hp",
    Code.W_HP_TIDAK_SAH: "hp",
    Code.W_HP_GANDA: "hp",
    Code.W_EMAIL_TIDAK_SAH: "email",
    Code.W_RTRW_TIDAK_TERBACA: "rtrw",
    Code.W_STATUS_USAHA: "status_usaha",
}

# The words that stand in these cells name no person: rows may be grouped by them, in the clear.
_GROUPED: dict[str, tuple[str, ...]] = {
    Code.E_KEC_TIDAK_DIKENAL: ("kecamatan",),
    Code.E_LUAR_WILAYAH: ("kecamatan",),
    Code.E_KEL_KEC_BEDA: ("kecamatan", "kelurahan"),
    Code.E_KEL_AMBIGU: ("kecamatan", "kelurahan"),
    Code.E_KEL_TIDAK_DIKENAL: ("kecamatan", "kelurahan"),
    Code.W_STATUS_USAHA: ("status_usaha",),
}
GROUPED = {str(code): fields for code, fields in _GROUPED.items()}
LONGEST_WORDS = 60
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_NUMBER = re.compile(r"\d[\d\s.-]{5,}")

# What of a registered person may be taken over from a list. Name, NIK, birth date and area are corrected
# at the person's own page, where the identity card is at hand.
TAKES = ("hp", "email", "alamat", "usaha", "foster")

# The cells an officer may type anew, in the order of the identity card.
EDITABLE = (
    "nama",
    "nik",
    "tempat_lahir",
    "tgl_lahir",
    "jenis_kelamin",
    "alamat",
    "rtrw",
    "kelurahan",
    "kecamatan",
    "hp",
    "email",
    "jenis_usaha",
    "nama_usaha",
    "status_usaha",
)
HIDDEN = ("nik", "hp", "tgl_lahir")  # typed anew; shown only when they are opened, which is recorded


def written(codes: Iterable[str], cells: Mapping[str, Any]) -> dict[str, str] | None:
    """The words by which rows of one cause are grouped; nothing that could be a number of a person."""
    found: dict[str, str] = {}
    for code in codes:
        for name in GROUPED.get(code, ()):
            text = str(cells.get(name) or "")
            if len(text) <= LONGEST_WORDS and not _NUMBER.search(text):
                found[name] = text
    return found or None


def replaced(cells: Mapping[str, Any], changes: Mapping[str, str]) -> dict[str, Any]:
    """The cells with what was typed anew; a combined cell gives way to its parts."""
    result = dict(cells)
    if "tgl_lahir" in changes or "tempat_lahir" in changes:
        place, birth = apart(cells)
        result.pop("tempat_tgl_lahir", None)
        result["tempat_lahir"], result["tgl_lahir"] = place, birth
    if "rtrw" in changes:
        result.pop("rt", None)
        result.pop("rw", None)
    result.update(changes)
    return result


def apart(cells: Mapping[str, Any]) -> tuple[str, str]:
    """Place and date of birth, also of a cell that holds both."""
    place, birth = str(cells.get("tempat_lahir") or ""), str(cells.get("tgl_lahir") or "")
    if (both := str(cells.get("tempat_tgl_lahir") or "")) and not birth:
        first, last = split_place_and_date(both)
        place, birth = str(first) or place, str(last)
    return place, birth


def shown(cells: Mapping[str, Any]) -> dict[str, str]:
    """Every editable cell as text; RT and RW as one."""
    place, birth = apart(cells)
    result = {name: str(cells.get(name) or "") for name in EDITABLE}
    result["tempat_lahir"], result["tgl_lahir"] = place, birth
    if not result["rtrw"]:
        result["rtrw"] = "/".join(str(cells[key]) for key in ("rt", "rw") if cells.get(key))
    return result


def masked_nik(text: str) -> str:
    """A NIK as it was written, right or not, so far as an officer needs it to find the row in the file."""
    digits = sum(char.isdigit() for char in text)
    if digits < 8:  # a word, or what Excel left of it: 3,17309E+15
        return text[:20]
    return f"{text[:6]}••••••{text[-2:]}"


def masked_birth(text: str) -> str:
    """The year of a birth date, however it is written: the day would complete a masked NIK."""
    if not any(char.isdigit() for char in text):
        return text[:20]
    year = _YEAR.search(text)
    return f"•• •• {year[0]}" if year else "•• •• ••"


def masked_phone(text: str) -> str:
    """The beginning and the last three characters of whatever was written."""
    digits = sum(char.isdigit() for char in text)
    if digits < 7:
        return text[:20] if digits < 4 else "•" * 4
    return f"{text[:4]}•••••{text[-3:]}"
