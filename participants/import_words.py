"""What the import says to people: causes as chips, how to mend them, and why a file was refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from participants.importing.codes import Code


@dataclass(frozen=True)
class Cause:
    """``label`` for the chip (one to five words), ``mend`` says what is wrong and what to do."""

    label: Any
    mend: Any


CAUSES: dict[str, Cause] = {
    Code.E_NIK_KOSONG: Cause(
        gettext_lazy("NIK missing"), gettext_lazy("There is no NIK. Copy it from the identity card.")
    ),
    Code.E_NIK_RUSAK_EXCEL: Cause(
        gettext_lazy("NIK damaged by Excel"),
        gettext_lazy(
            "Excel has replaced the last digits of the NIK. Format the column as Text, then type the NIK "
            "anew from the "
            "identity card."
        ),
    ),
    Code.E_NIK_BUKAN_ANGKA: Cause(
        gettext_lazy("Letter in the NIK"),
        gettext_lazy("The NIK holds a letter, often O for 0 or I for 1. Replace it by the digit."),
    ),
    Code.E_NIK_PANJANG: Cause(
        gettext_lazy("NIK not 16 digits"),
        gettext_lazy("The NIK must have 16 digits. Compare it with the identity card."),
    ),
    Code.E_NIK_TIDAK_SAH: Cause(
        gettext_lazy("NIK impossible"),
        gettext_lazy(
            "Such a NIK does not exist: its region, birth date or last four digits cannot be right. "
            "Compare it with the "
            "identity card."
        ),
    ),
    Code.E_USIA_KURANG: Cause(
        gettext_lazy("Younger than 17"),
        gettext_lazy(
            "Younger than 17 on the day of the list. Check the birth date; otherwise register them later."
        ),
    ),
    Code.E_NAMA_KOSONG: Cause(
        gettext_lazy("Name missing"), gettext_lazy("There is no name. Copy it from the identity card.")
    ),
    Code.E_NAMA_TIDAK_SAH: Cause(
        gettext_lazy("Name unusable"),
        gettext_lazy("The name cell holds a formula or digits. Type the name as on the identity card."),
    ),
    Code.E_KEC_TIDAK_DIKENAL: Cause(
        gettext_lazy("Kecamatan unknown"),
        gettext_lazy("This kecamatan is not one of Jakarta. Correct the spelling, or leave the person out."),
    ),
    Code.E_LUAR_WILAYAH: Cause(
        gettext_lazy("In another city"),
        gettext_lazy(
            "The kecamatan lies in another city. Send this person's data to the Sudin of that city."
        ),
    ),
    Code.E_KEL_KEC_BEDA: Cause(
        gettext_lazy("Kelurahan of another kecamatan"),
        gettext_lazy(
            "The kelurahan lies in another kecamatan. Correct one of the two from the identity card."
        ),
    ),
    Code.E_KEL_AMBIGU: Cause(
        gettext_lazy("Kelurahan unclear"),
        gettext_lazy(
            "More than one kelurahan begins like this. Write it in full, for example with Utara or Selatan."
        ),
    ),
    Code.E_KEL_TIDAK_DIKENAL: Cause(
        gettext_lazy("Kelurahan unknown"),
        gettext_lazy("There is no such kelurahan in this kecamatan. Write it as on the identity card."),
    ),
    Code.D_NIK_SAMA: Cause(
        gettext_lazy("Same NIK twice"),
        gettext_lazy("The same NIK stands in row %(row)s. That row is saved; delete this one."),
    ),
    Code.D_DUGAAN_NAMA_TGL: Cause(
        gettext_lazy("Probably the same person"),
        gettext_lazy(
            "Same name and birth date as row %(row)s, and a NIK that differs by a slip. Compare both "
            "identity cards; "
            "if they are two people, register this one at the counter."
        ),
    ),
    Code.W_NIK_ANGKA: Cause(
        gettext_lazy("NIK typed as a number"),
        gettext_lazy("The NIK was a number, not text; it is complete. Format the column as Text next time."),
    ),
    Code.W_NIK_WILAYAH: Cause(
        gettext_lazy("NIK of an unlisted kecamatan"),
        gettext_lazy(
            "The NIK begins with a kecamatan that is in no list. Compare it with the identity card."
        ),
    ),
    Code.W_TGL_TERTUKAR: Cause(
        gettext_lazy("Day and month swapped"),
        gettext_lazy("Day and month were the wrong way round; the date of the NIK is used."),
    ),
    Code.W_NIK_TGL_BEDA: Cause(
        gettext_lazy("Birth date differs from NIK"),
        gettext_lazy(
            "The birth date differs from the one in the NIK; the date of the list is used. Compare the "
            "identity card."
        ),
    ),
    Code.W_TGL_DARI_NIK: Cause(
        gettext_lazy("Birth date from NIK"),
        gettext_lazy("The birth date is missing or cannot be read; the date of the NIK is used."),
    ),
    Code.W_NIK_JK_BEDA: Cause(
        gettext_lazy("Sex differs from NIK"),
        gettext_lazy(
            "The sex differs from the one in the NIK; that of the list is used. Compare the identity card."
        ),
    ),
    Code.W_KEL_DIKOREKSI: Cause(
        gettext_lazy("Kelurahan corrected"),
        gettext_lazy("The kelurahan was abbreviated or misspelt and has been corrected."),
    ),
    Code.W_HP_KOSONG: Cause(
        gettext_lazy("No phone number"),
        gettext_lazy("There is no phone number. Ask for one: without it nobody can be invited or reminded."),
    ),
    Code.W_HP_TIDAK_SAH: Cause(
        gettext_lazy("Not a mobile number"),
        gettext_lazy(
            "What is written is not a mobile number; it is left out. Ask for a number that begins with 08."
        ),
    ),
    Code.W_HP_GANDA: Cause(
        gettext_lazy("Two phone numbers"), gettext_lazy("There are two phone numbers; the first is used.")
    ),
    Code.W_EMAIL_TIDAK_SAH: Cause(
        gettext_lazy("E-mail unusable"), gettext_lazy("The e-mail address is not complete; it is left out.")
    ),
    Code.W_RTRW_TIDAK_TERBACA: Cause(
        gettext_lazy("RT/RW unreadable"),
        gettext_lazy("RT and RW cannot be read, often because Excel made a date of them; they are left out."),
    ),
    Code.W_STATUS_USAHA: Cause(
        gettext_lazy("Business status unclear"),
        gettext_lazy("The business status says neither “sudah” nor “belum”; it is left out."),
    ),
    Code.W_SEL_FORMULA: Cause(
        gettext_lazy("Cell with a formula"),
        gettext_lazy("A cell holds a formula; formulas are never calculated, so it is left out."),
    ),
}


def mend(code: str, *, duplicate_of: str = "", cells: Mapping[str, Any] | None = None) -> str:
    """What is wrong with one row and how to mend it. Never repeats a personal number."""
    if code == Code.E_NIK_PANJANG and (count := _digits(cells)):
        return ngettext(
            "The NIK has %(count)d digit, it must have 16. Compare it with the identity card.",
            "The NIK has %(count)d digits, it must have 16. Compare it with the identity card.",
            count,
        ) % {"count": count}
    cause = CAUSES.get(code)
    if cause is None:
        return code
    words = str(cause.mend)
    return words % {"row": place(duplicate_of)} if "%(row)s" in words else words


def place(reference: str) -> str:
    """'Palmerah!12' as people say it."""
    sheet, _mark, row = reference.rpartition("!")
    return _("%(row)s of sheet %(sheet)s") % {"row": row, "sheet": sheet} if sheet else row


def _digits(cells: Mapping[str, Any] | None) -> int:
    return len(re.findall(r"\d", str((cells or {}).get("nik", ""))))


# ---------------------------------------------------------------- whole files
@dataclass(frozen=True)
class Refusal:
    """Why nothing could be read: what happened, and how to mend it."""

    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.what} {self.mend}"


def _megabytes(size: Any) -> str:
    return str(number_format(int(size) / (1024 * 1024), decimal_pos=1))


def _too_big(params: Mapping[str, Any]) -> Refusal:
    sizes = {"size": _megabytes(params.get("size", 0)), "limit": _megabytes(params.get("limit", 0))}
    return Refusal(
        _("The file has %(size)s MB; at most %(limit)s MB can be read.") % sizes,
        _(
            "Split the list by kecamatan, or delete pictures and unused sheets, then upload the parts one "
            "by one."
        ),
    )


def _too_many_rows(params: Mapping[str, Any]) -> Refusal:
    limit = number_format(params.get("limit", 0), force_grouping=True)
    return Refusal(
        _("The list has more than %(limit)s people.") % {"limit": limit},
        _("Split it by kecamatan and upload the parts one by one."),
    )


def _wrong_type(params: Mapping[str, Any]) -> Refusal:
    found = str(params.get("found", ""))
    what = (
        _("This is a %(type)s file, not a list from Excel.") % {"type": found}
        if found
        else _("This file is not a list from Excel.")
    )
    return Refusal(what, _("Open the list in Excel, choose Save As, then Excel Workbook (.xlsx) or CSV."))


def _no_header(params: Mapping[str, Any]) -> Refusal:
    if params.get("hidden"):
        return Refusal(
            _(
                "No visible sheet has a header row with a name column and a NIK column; hidden sheets are "
                "not read."
            ),
            _("Unhide the sheet with the list, or check that one row of the first 20 says “Nama” and “NIK”."),
        )
    return Refusal(
        _("No sheet has a header row with a name column and a NIK column in its first 20 rows."),
        _("Write a row above the names that says “Nama” and “NIK”, or copy the list into our template."),
    )


_REFUSALS: dict[str, Callable[[Mapping[str, Any]], Refusal]] = {
    "empty": lambda params: Refusal(
        _("The file is empty."), _("Open the list, save it again, and upload it anew.")
    ),
    "too_big": _too_big,
    "too_many_rows": _too_many_rows,
    "wrong_type": _wrong_type,
    "no_header": _no_header,
    "encrypted": lambda params: Refusal(
        _("The file is protected by a password, so it cannot be read."),
        _(
            "Open it in Excel, remove the password under File, Info, Protect Workbook, save it, and upload "
            "it anew."
        ),
    ),
    "damaged": lambda params: Refusal(
        _("The file is damaged or was not transferred completely."),
        _(
            "Open it in Excel. If it opens, save it under a new name and upload that; if not, ask the "
            "sender for it again."
        ),
    ),
    "bomb": lambda params: Refusal(
        _("The file becomes far larger than a list when it is unpacked, so it was not opened."),
        _("Copy only the table into a new workbook, save it, and upload that."),
    ),
    "too_large": lambda params: Refusal(
        _("The file is too large to be read."),
        _(
            "Copy only the table into a new workbook, without empty rows and columns, save it, and upload "
            "that."
        ),
    ),
    "only_picture": lambda params: Refusal(
        _("The workbook holds a picture, but no cell with text."),
        _("A photo of a list cannot be read. Ask for the list itself, or type it into our template."),
    ),
    "no_cells": lambda params: Refusal(
        _("The workbook holds no cell with text."),
        _("Check that the right file was saved, then upload it anew."),
    ),
    "no_people": lambda params: Refusal(
        _("The header was found, but nobody stands below it."),
        _("Check that names or NIKs stand below their columns, and that the right sheet was saved."),
    ),
}


def refusal(code: str, params: Mapping[str, Any] | None = None) -> Refusal:
    """The words of a refusal (``ImportRefused``)."""
    words = _REFUSALS.get(code, _REFUSALS["damaged"])
    return words(params or {})


# What a column can hold, as the mapping of columns offers it (participants.importing.mapping.COLUMN_FIELDS).
FIELDS: dict[str, Any] = {
    "nama": gettext_lazy("Name"),
    "nik": gettext_lazy("NIK"),
    "hp": gettext_lazy("Phone"),
    "tempat_lahir": gettext_lazy("Place of birth"),
    "tgl_lahir": gettext_lazy("Birth date"),
    "tempat_tgl_lahir": gettext_lazy("Place and date of birth"),
    "jenis_kelamin": gettext_lazy("Sex"),
    "alamat": gettext_lazy("Address"),
    "rtrw": gettext_lazy("RT and RW"),
    "rt": gettext_lazy("RT"),
    "rw": gettext_lazy("RW"),
    "kelurahan": gettext_lazy("Kelurahan"),
    "kecamatan": gettext_lazy("Kecamatan"),
    "jenis_usaha": gettext_lazy("Kind of business"),
    "nama_usaha": gettext_lazy("Name of the business"),
    "email": gettext_lazy("E-mail"),
    "status_usaha": gettext_lazy("Business begun or not"),
    "ignored": gettext_lazy("Not used"),
}

# What of a registered person can be taken over (participants.import_fields.TAKES).
TAKE_LABELS = {
    "hp": gettext_lazy("Phone number"),
    "email": gettext_lazy("E-mail"),
    "alamat": gettext_lazy("Address, RT and RW"),
    "usaha": gettext_lazy("Business"),
    "foster": gettext_lazy("Fostered by the sender of the list"),
}

# Why a row is right although something warns of it; kept with the mending.
PASS_REASONS = {
    "kartu": gettext_lazy("compared with the identity card"),
    "formulir": gettext_lazy("as on the registration form"),
    "orangnya": gettext_lazy("asked the person"),
    "keluarga": gettext_lazy("known to the office, a family for example"),
}

FIELD_LABELS = {
    **FIELDS,
    "state": gettext_lazy("Can be saved or not"),
    "usaha": gettext_lazy("Business"),
    "foster": gettext_lazy("Fostered by the sender of the list"),
}


PHASES = {
    "undoing": gettext_lazy("Taking everything back at once"),
    "": gettext_lazy("Waiting for its turn"),
    "waiting": gettext_lazy("Waiting for its turn"),
    "reading": gettext_lazy("Reading the sheets"),
    "checking": gettext_lazy("Checking the rows"),
    "comparing": gettext_lazy("Looking for people who stand there twice"),
    "storing": gettext_lazy("Writing the report"),
    "preparing": gettext_lazy("Sealing NIK and phone numbers"),
    "writing": gettext_lazy("Writing all participants at once"),
}


# ---------------------------------------------------------------- what stands on a saved list
_OBSTACLES: dict[str, Any] = {
    "signed_in": gettext_lazy("People who have signed in themselves"),
    "changed": gettext_lazy("People whose data were changed since"),
    "message": gettext_lazy("People who were sent a message"),
    "taken_changed": gettext_lazy("Registered people whose data were changed again since"),
    "trainings.booking": gettext_lazy("People with a seat in a session"),
    "trainings.attendancescan": gettext_lazy("People whose attendance was recorded"),
    "bazaars.application": gettext_lazy("People who applied for a bazaar"),
    "bazaars.allocation": gettext_lazy("People with a stall"),
    "participants.importrow": gettext_lazy("People who are on another list that was saved later"),
    "participants.business": gettext_lazy("People whose business was added or changed since"),
    "participants.fosterlink": gettext_lazy("People who are fostered by another agency too"),
    "participants.mentorassignment": gettext_lazy("People with a mentor"),
    "participants.consent": gettext_lazy("People who gave or withdrew a consent since"),
    "participants.stepreached": gettext_lazy("People who have reached a further step"),
    "participants.enrolment": gettext_lazy("People who are enrolled in a further year"),
    "participants.cardtoken": gettext_lazy("People with a participant card"),
    "participants.statuschange": gettext_lazy("People whose status was changed"),
    "participants.transfer": gettext_lazy("People who were transferred"),
    "participants.participant": gettext_lazy("People who were merged with another one"),
}


def obstacle(code: str, count: int) -> str:
    """Why a list cannot be rolled back, with the number of people."""
    words = _OBSTACLES.get(code, gettext_lazy("People somebody works with already"))
    return f"{words}: {number_format(count, force_grouping=True)}"
