"""Our own list to fill in: text columns that keep every digit, and drop-downs that spell areas right."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from participants.importing import areas as area_tables
from participants.importing.handback import COLUMNS, SHEET_NAME
from participants.models import Sector

ROWS = 2_000  # prepared; more can be filled in, only without drop-downs
NOTES_SHEET, CHOICES_SHEET = "PETUNJUK", "PILIHAN"
STATUSES = ("belum", "sudah")


def workbook(city: str) -> bytes:
    """The template for one city (``31.73``): its kecamatan, and below each its own kelurahan."""
    areas = area_tables.load()
    kecamatan = sorted(
        (areas.names[code], code) for code in areas.kecamatan_by_name.values() if code.startswith(city)
    )
    pairs = [
        (name, areas.names[kelurahan])
        for name, code in kecamatan
        for kelurahan in sorted((one for _f, one in areas.kelurahan_of[code]), key=areas.names.__getitem__)
    ]
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"strings_to_formulas": False})
    text = book.add_format({"num_format": "@"})
    head = book.add_format({"bold": True, "num_format": "@", "bottom": 1, "bg_color": "#E9ECEF"})
    needed = book.add_format({"bold": True, "num_format": "@", "bottom": 1, "bg_color": "#F9D9D4"})
    sheet = book.add_worksheet(SHEET_NAME)
    for column, (name, label, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width, text)
        sheet.write_string(0, column, label, needed if name in _NEEDED else head)
    sheet.freeze_panes(1, 1)
    _write_notes(book, areas.names.get(city, city))
    _write_choices(book, kecamatan, pairs)
    _add_choices(sheet, len(kecamatan), len(pairs))
    sheet.activate()
    book.close()
    return buffer.getvalue()


_NEEDED = frozenset(("nama", "nik", "kecamatan", "kelurahan"))


def _letter(name: str) -> str:
    return chr(65 + [one for one, _label, _width in COLUMNS].index(name))


def _write_notes(book: Any, city: str) -> None:
    notes = book.add_worksheet(NOTES_SHEET)
    notes.set_column(0, 0, 110, book.add_format({"text_wrap": True}))
    lines = (
        _("How to fill in the list of %(city)s") % {"city": city},
        _("One person a row, below the header of the sheet %(sheet)s. Do not change the header.")
        % {"sheet": SHEET_NAME},
        _("Red columns must be filled in. The NIK has 16 digits; copy it from the identity card."),
        _("The NIK column is text: when you paste, choose “Paste values” so that Excel keeps every digit."),
        _("Birth dates: day, month, year, for example 17-08-1985."),
        _("Choose the kecamatan first; then the kelurahan of that kecamatan can be chosen."),
        _("Save as Excel Workbook (.xlsx) and upload it in the portal."),
    )
    for index, line in enumerate(lines):
        notes.write_string(index, 0, line, book.add_format({"bold": True}) if index == 0 else None)


def _write_choices(book: Any, kecamatan: list[tuple[str, str]], pairs: list[tuple[str, str]]) -> None:
    choices = book.add_worksheet(CHOICES_SHEET)
    columns = (
        [name for name, _code in kecamatan],
        [name for name, _kelurahan in pairs],
        [kelurahan for _name, kelurahan in pairs],
        [sector.name_id for sector in Sector.objects.all()],
    )
    for column, values in enumerate(columns):
        for row, value in enumerate(values):
            choices.write_string(row, column, value)
    choices.hide()


def _add_choices(sheet: Any, kecamatan: int, pairs: int) -> None:
    def choose(name: str, source: Any, title: str, message: str, **options: Any) -> None:
        column = _letter(name)
        sheet.data_validation(
            f"{column}2:{column}{ROWS + 1}",
            {
                "validate": "list",
                "source": source,
                "input_title": title[:32],
                "input_message": message[:255],
                "error_type": "warning",
                "error_title": title[:32],
                "error_message": _("This is not in the list of choices.")[:255],
                **options,
            },
        )

    place = f"{CHOICES_SHEET}!"
    choose("kecamatan", f"={place}$A$1:$A${kecamatan}", "Kecamatan", _("Choose from the list."))
    # The part of the list that belongs to the kecamatan of this row; spreadsheets of both kinds know OFFSET.
    chosen = f"${_letter('kecamatan')}2"
    all_of = f"{place}$B$1:$B${pairs}"
    choose(
        "kelurahan",
        f"=OFFSET({place}$C$1,MATCH({chosen},{all_of},0)-1,0,COUNTIF({all_of},{chosen}),1)",
        "Kelurahan",
        _("Choose the kecamatan first, then the kelurahan from the list."),
    )
    sectors = Sector.objects.count()
    choose("jenis_kelamin", ["L", "P"], "L/P", _("L: man, P: woman"))
    choose("status_usaha", list(STATUSES), "Status usaha", _("belum: not begun yet, sudah: running"))
    if sectors:
        choose("jenis_usaha", f"={place}$D$1:$D${sectors}", "Jenis usaha", _("Choose from the list."))
    column = _letter("nik")
    sheet.data_validation(
        f"{column}2:{column}{ROWS + 1}",
        {
            "validate": "length",
            "criteria": "==",
            "value": 16,
            "input_title": "NIK",
            "input_message": _("16 digits, as on the identity card."),
            "error_type": "warning",
            "error_title": "NIK",
            "error_message": _("A NIK has 16 digits."),
        },
    )
