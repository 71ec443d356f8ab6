"""Loads the regions: Jakarta down to the kelurahan, all provinces and kabupaten/kota, kecamatan of others.

Source: Kepmendagri 300.2.2-2430 of 2025; see okoce/regions/data/README.md. Safe to repeat.
"""

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from okoce.regions.models import Region

DATA = Path(__file__).resolve().parent.parent.parent / "data"

# BPS numbers the same six cities otherwise: 3174 is Jakarta Barat there and Jakarta Selatan here.
BPS_CODES = {
    "31.01": "3101",
    "31.71": "3173",
    "31.72": "3175",
    "31.73": "3174",
    "31.74": "3171",
    "31.75": "3172",
}

# As the press and the offices write them.
ALIASES = {
    "31.73.07": ["Palmerah"],
    "31.73.03": ["Tamansari"],
    "31.73.06": ["Kali Deres"],
    "31.75.04": ["Kramat Jati"],
    "31.75.02": ["Pulo Gadung"],
    "31.74.02": ["Setia Budi"],
    "31": ["DKI Jakarta", "Daerah Khusus Jakarta"],
}


class Command(BaseCommand):
    help = __doc__

    @transaction.atomic
    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        rows = [*_read("wilayah.csv"), *_read("wilayah_lain.csv")]
        regions = {
            row["kode"]: Region(
                code=row["kode"],
                level=int(row["level"]),
                kind=row.get("jenis", ""),
                name=row["nama"].strip(),
                aliases=ALIASES.get(row["kode"], []),
                parent_id=row["kode_induk"] or None,
                bps_code=BPS_CODES.get(row["kode"], ""),
            )
            for row in rows
            # the second table repeats Jakarta's province and cities; the first one is the finer
            if row["kode"]
        }
        finer = {row["kode"]: row for row in _read("wilayah.csv")}
        for code, row in finer.items():
            regions[code].kind, regions[code].name = row["jenis"], row["nama"].strip()
        Region.objects.bulk_create(
            sorted(regions.values(), key=lambda region: (region.level, region.code)),
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["level", "kind", "name", "aliases", "parent", "bps_code"],
        )
        if verbosity:
            self.stdout.write(f"{len(regions)} regions")


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
