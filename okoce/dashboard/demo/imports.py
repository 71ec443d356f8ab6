"""Two lists on the import desk: one to be mended, one that waits for the second officer."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date

import xlsxwriter

from okoce.accounts.models import User
from okoce.dashboard.demo.accounts import CITY
from okoce.organisations.management.commands.load_organisations import code_of
from okoce.organisations.models import Organisation
from participants.models import ImportBatch
from participants.services import import_approval, importing

HEADER = ("No", "Nama Lengkap", "NIK", "No HP", "Tanggal Lahir", "L/P", "Kelurahan", "Kecamatan")
HEADER += ("Status Usaha",)
NAMES = (
    *("Wiwik Handayani", "Dede Kurniasih", "Lilis Suryani", "Euis Komariah", "Neneng Hasanah"),
    *("Yayah Rokayah", "Tati Mulyati", "Cucu Sumarni", "Ipah Saripah", "Juju Juariah"),
    *("Momon Sumantri", "Ucup Supriadi"),
)
SERIAL = 9701  # NIK serials of nobody: 9001-9999

Row = tuple[str, ...]


def tell_imports(users: dict[str, User], today: date) -> None:
    """Only once, through the desk's own services."""
    officer = users["sudin.jakbar"]
    if ImportBatch.objects.filter(file_name__in=["pkk-kebon-jeruk.xlsx", "kpkp-kembangan.xlsx"]).exists():
        return
    _listed("pkk-kebon-jeruk.xlsx", "pkk", _messy(), officer, today)
    waiting = _listed("kpkp-kembangan.xlsx", "kpkp", _right(), officer, today)
    import_approval.ask_to_save(batch=waiting, by=officer, messages_consented=True)


def _messy() -> list[Row]:
    """Misspelt areas in several rows, and one NIK that lacks a digit."""
    rows = []
    for number, name in enumerate(NAMES):
        nik = _nik("317305", number)
        kecamatan = "Kebun Jeruk" if number % 3 == 0 else "Kebon Jeruk"
        kelurahan = "Kedoya" if number % 4 == 1 else "Kelapa Dua"
        status = "kadang-kadang" if number % 5 == 2 else "sudah"
        rows.append(_row(number, name, nik[:15] if number == 7 else nik, kelurahan, kecamatan, status))
    return rows


def _right() -> list[Row]:
    return [
        _row(number, name, _nik("317308", number + 20), "Joglo", "Kembangan", "belum")
        for number, name in enumerate(reversed(NAMES))
    ]


def _nik(area: str, number: int) -> str:
    return f"{area}{41 + number % 27:02d}0379{SERIAL + number:04d}"


def _row(number: int, name: str, nik: str, kelurahan: str, kecamatan: str, status: str) -> Row:
    phone = f"08130000{600 + number:04d}"
    return (str(number + 1), name, nik, phone, "", "", kelurahan, kecamatan, status)


def _listed(file_name: str, agency: str, rows: Sequence[Row], by: User, today: date) -> ImportBatch:
    batch, _is_new = importing.receive(
        content=_workbook(rows),
        file_name=file_name,
        city=CITY,
        organisation=Organisation.objects.get(pk=code_of(agency, CITY)),
        by=by,
        as_of=today,
    )
    importing.check(batch.pk)
    return ImportBatch.objects.get(pk=batch.pk)


def _workbook(rows: Sequence[Row]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("Daftar")
        for number, row in enumerate([HEADER, *rows]):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return buffer.getvalue()
