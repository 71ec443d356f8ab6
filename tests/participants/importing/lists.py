"""Makes small registration lists for tests, the way offices keep them. Nobody in them is real."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from participants.importing import engine
from participants.importing.report import Report

KOTA = "31.73"
AS_OF = date(2018, 3, 14)

HEADER = [
    "No",
    "NAMA LENGKAP",
    "NIK",
    "No. HP/WA",
    "Tgl Lahir",
    "L/P",
    "Alamat",
    "RT/RW",
    "Kelurahan",
    "Kecamatan",
]


def nik(serial: int, *, birth: str = "170845", region: str = "317307") -> str:
    return f"{region}{birth}{serial:04d}"


def person(serial: int, **changes: Any) -> list[Any]:
    """A row under HEADER that is accepted as it is; ``changes`` by the names below."""
    row = {
        "no": serial,
        "nama": f"Rojali {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[serial % 26]}ntong",
        "nik": nik(9000 + serial),
        "hp": f"0812-0000-{serial:04d}",
        "tgl": "17-08-1945",
        "jk": "L",
        "alamat": "Jl. Mawar No. 1",
        "rtrw": "001/002",
        "kel": "Palmerah",
        "kec": "Palmerah",
    }
    row.update(changes)
    return list(row.values())


def save(
    path: Path, rows: Sequence[Sequence[Any]], *, at: tuple[int, int] = (1, 1), name: str = "Daftar"
) -> Path:
    """A workbook with one sheet whose table begins at row and column ``at``."""
    workbook = Workbook()
    fill(workbook.active, rows, at=at, name=name)
    workbook.save(path)
    return path


def fill(
    sheet: Worksheet, rows: Sequence[Sequence[Any]], *, at: tuple[int, int] = (1, 1), name: str = "Daftar"
) -> Worksheet:
    sheet.title = name
    for down, row in enumerate(rows):
        for right, value in enumerate(row):
            if value is not None:
                cell = sheet.cell(at[0] + down, at[1] + right, value)
                if isinstance(value, str) and not value.startswith("="):
                    cell.data_type = "s"
    return sheet


def check(path: Path, **options: Any) -> Report:
    return engine.check_file(path, **{"kota": KOTA, "as_of": AS_OF, **options})


def outcome(report: Report) -> list[tuple[int, str, list[str]]]:
    """(row, status, codes) of everybody found."""
    return [(row["row"], row["status"], row["codes"]) for row in report.as_json()["rows"]]


def rows_found(report: Report) -> list[tuple[str, int]]:
    return [(checked.row.sheet, checked.row.row) for checked in report.rows]
