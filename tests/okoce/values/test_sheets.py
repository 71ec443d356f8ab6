"""Workbooks and CSV as two other libraries read them."""

import csv
import io
from dataclasses import dataclass
from datetime import date

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from okoce.values.sheets import Kind, write_csv, write_xlsx


@dataclass(frozen=True)
class Column:
    head: str
    kind: Kind = Kind.TEXT
    width: int = 12


COLUMNS = (
    Column("Nama"),
    Column("NIK"),
    Column("Tanggal", Kind.DATE),
    Column("Umur", Kind.NUMBER),
    Column("Omzet", Kind.MONEY),
)
ROWS = [
    ["Siti & Ayu <b>", "3173024101990001", date(2026, 3, 12), 27, 2_000_000_001],
    ["=1+1", "+6281200001111", date(1960, 1, 1), 0, 0],
    ["", "", None, None, None],
    ["Ma'ruf “Ali” \u202eitis 🍜 é", "_xy_", date(2024, 2, 29), 5, 500_000],
    ["tab\there\x00\x07", "a_xb", date(1999, 12, 31), 1, 1],
]
READ = [
    ["Siti & Ayu <b>", "3173024101990001", date(2026, 3, 12), 27, 2_000_000_001],
    ["'=1+1", "+6281200001111", date(1960, 1, 1), 0, 0],
    ["", "", "", "", ""],
    ["Ma'ruf “Ali”  itis 🍜 é", "_xy_", date(2024, 2, 29), 5, 500_000],
    ["tab here  ", "a_xb", date(1999, 12, 31), 1, 1],
]


class Unseekable(io.RawIOBase):
    """As the sealed file is: written from the front to the end."""

    def __init__(self):
        self.kept = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.kept += data
        return len(data)


def workbook(rows, columns=COLUMNS):
    target = Unseekable()
    write_xlsx(target, rows, columns, title="Peserta")
    return io.BytesIO(bytes(target.kept))


def plain(value):
    if value is None:
        return ""
    return value.date() if hasattr(value, "hour") else value


def by_openpyxl(book):
    sheet = openpyxl.load_workbook(book, read_only=True).worksheets[0]
    return [[plain(value) for value in row] for row in sheet.iter_rows(values_only=True)]


def by_calamine(book):
    rows = CalamineWorkbook.from_filelike(book).get_sheet_by_index(0).to_python()
    return [[plain(value) for value in row] for row in rows]


def test_rule_66_openpyxl_reads_what_was_written():
    head, *rows = by_openpyxl(workbook(ROWS))

    assert head == ["Nama", "NIK", "Tanggal", "Umur", "Omzet"]
    assert [row for row in rows if any(v != "" for v in row)] == [row for row in READ if row[0]]


def test_calamine_reads_the_same():
    assert by_calamine(workbook(ROWS))[1:] == READ


def test_amounts_and_dates_are_no_texts():
    sheet = openpyxl.load_workbook(workbook(ROWS)).worksheets[0]

    assert [cell.data_type for cell in sheet[2]] == ["inlineStr", "inlineStr", "d", "n", "n"] or [
        cell.data_type for cell in sheet[2]
    ] == ["s", "s", "d", "n", "n"]
    assert sheet["E2"].number_format == "#,##0"


def test_no_cell_is_a_formula():
    sheet = openpyxl.load_workbook(workbook(ROWS)).worksheets[0]

    assert [c.coordinate for row in sheet.iter_rows() for c in row if c.data_type == "f"] == []


def test_thousands_of_rows_come_back_without_a_difference():
    rows = [[f"Orang {n}", f"{n:016d}", date.fromordinal(730_000 + n), n, n * 1000] for n in range(5_000)]
    book = workbook(rows)

    assert by_openpyxl(book)[1:] == rows
    book.seek(0)
    assert by_calamine(book)[1:] == rows


def test_letters_that_excel_would_take_for_a_code_stay_letters():
    assert by_calamine(workbook([["_x0041_"]], (Column("A"),)))[1:] == [["_x0041_"]]


def test_the_csv_says_the_same_in_text():
    target = Unseekable()

    write_csv(target, ROWS[:2], COLUMNS)

    text = bytes(target.kept).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1:] == [
        ["Siti & Ayu <b>", "3173024101990001", "2026-03-12", "27", "2000000001"],
        ["'=1+1", "+6281200001111", "1960-01-01", "0", "0"],
    ]


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr("okoce.values.sheets.ROWS_IN_SHEET", 3)

    with pytest.raises(OverflowError):
        workbook([["a"]] * 4, (Column("A"),))
