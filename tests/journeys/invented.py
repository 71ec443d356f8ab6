"""People who exist only in a journey: anew in every run, so that a portal used before can be used again.

Nobody is real: NIK serials are 9001-9999, and every phone number has 0000 in it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import xlsxwriter
from PIL import Image, ImageDraw

CHANCE = random.SystemRandom()
PALMERAH, KEMBANGAN = "317307", "317308"
KELURAHAN = {PALMERAH: ("Kemanggisan", "Slipi"), KEMBANGAN: ("Joglo", "Meruya Utara")}
HEADER = ("No", "Nama Lengkap", "NIK", "No HP", "Tanggal Lahir", "L/P", "Alamat", "Kelurahan", "Kecamatan")
HEADER += ("Jenis Usaha", "Nama Usaha", "Status Usaha")


@dataclass(frozen=True)
class Person:
    name: str
    nik: str
    phone: str
    born: date
    kelurahan: str
    kecamatan: str

    def row(self, *, phone: str | None = None, nik: str | None = None) -> list[str]:
        """A row of a registration list, below ``HEADER``."""
        born = f"{self.born:%d/%m/%Y}"
        trade = ["Kuliner", f"Dapur {self.name.split()[0]}", "Sudah"]
        cells = [self.name, nik or self.nik, self.phone if phone is None else phone, born, "P", "Jl. Uji 1"]
        return ["1", *cells, self.kelurahan, self.kecamatan, *trade]


def word() -> str:
    """A made-up word such as "Rovika", so that a search finds nobody else."""
    pairs = (CHANCE.choice("bdfgjklmnprstvw") + CHANCE.choice("aiueo") for _ in range(4))
    return "".join(pairs).capitalize()


GIVEN: set[str] = set()  # NIKs and phones of this run: of two hundred people some would share one by chance


def person(area: str = PALMERAH) -> Person:
    """A woman of that kecamatan (first six digits of her NIK), younger than all of the demonstration's."""
    born = date(2005, 1, 1) + timedelta(days=CHANCE.randrange(900))
    nik = f"{area}{born.day + 40:02d}{born:%m%y}{CHANCE.randint(9001, 9999)}"
    # The demonstration's numbers have 0000 further to the left, so none is met twice.
    phone = f"0857{CHANCE.randint(10, 99)}0000{CHANCE.randint(0, 999):03d}"
    if {nik, phone} & GIVEN:
        return person(area)
    GIVEN.update((nik, phone))
    kelurahan, kecamatan = (
        CHANCE.choice(KELURAHAN[area]),
        {PALMERAH: "Palmerah", KEMBANGAN: "Kembangan"}[area],
    )
    return Person(f"{word()} {word()}", nik, phone, born, kelurahan, kecamatan)


def workbook(path: Path, rows: list[list[str]]) -> Path:
    """A registration list as an office would send it: a title, a header, people."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Peserta")
        sheet.write_string(0, 0, "DAFTAR PESERTA OK OCE")
        for number, row in enumerate([list(HEADER), *rows], 2):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return path


def photo() -> dict[str, object]:
    """A picture that is none of the page's, with a drawing in it."""
    image = Image.new("RGB", (900, 700), "#fff0cc")
    ImageDraw.Draw(image).ellipse((200, 150, 700, 550), fill="#b3261e")
    out = BytesIO()
    image.save(out, "PNG")
    return {"name": "produk.png", "mimeType": "image/png", "buffer": out.getvalue()}
