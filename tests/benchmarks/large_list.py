"""A list as large as four years of the programme, in one workbook: every row can be saved."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from okoce.values.sheets import Kind, write_xlsx
from tests.benchmarks import jakarta_names

AREAS = Path(__file__).resolve().parents[2] / "okoce" / "regions" / "data" / "wilayah.csv"
TRADES = ("Kuliner", "Fesyen", "Kriya", "Jasa", "Perdagangan")
BORN = date(1962, 1, 1)


@dataclass(frozen=True)
class Column:
    head: str
    width: int = 18
    kind: Kind = Kind.TEXT


HEADS = [
    *("No", "Nama Lengkap", "NIK", "No HP", "Tanggal Lahir", "Jenis Kelamin", "Alamat"),
    *("Kelurahan", "Kecamatan", "Jenis Usaha"),
]


def write_large_list(path: Path, count: int) -> None:
    with path.open("wb") as file:
        write_xlsx(file, _rows(count), [Column(head) for head in HEADS], title="Peserta")


def _rows(count: int) -> Iterator[tuple[Any, ...]]:
    places = _places()
    for n, name in enumerate(jakarta_names.names(count)):
        code, kelurahan, kecamatan = places[n % len(places)]
        born = BORN + timedelta(days=n // len(places) % 15_000)
        sex = "LP"[n % 2]
        day = born.day + (40 if sex == "P" else 0)
        nik = f"{code}{day:02d}{born:%m%y}{n % len(places) + 1:04d}"  # as many days as rounds of the places
        yield (
            *(str(n + 1), name, nik, f"0812{n:08d}", f"{born:%d-%m-%Y}", sex),
            *(f"Jl. Mangga No. {n % 90 + 1}", kelurahan, kecamatan, TRADES[n % len(TRADES)]),
        )


def _places() -> list[tuple[str, str, str]]:
    """(the six digits a NIK of the kelurahan begins with, kelurahan, kecamatan) of West Jakarta."""
    with AREAS.open(newline="") as file:
        regions = {row["kode"]: row for row in csv.DictReader(file)}
    return [
        (code[:8].replace(".", ""), row["nama"], regions[row["kode_induk"]]["nama"])
        for code, row in sorted(regions.items())
        if row["level"] == "4" and code.startswith("31.73.")
    ]
