"""Loads the agencies of the programme: Dinas, Sudin, kecamatan offices, PKK, BUMD partners. Safe to repeat.

Names and their validity: docs/programme.md, "Names and legal basis". The list is editable data, not code:
a row that staff changed keeps its name.
"""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from okoce.organisations.models import Kind, Organisation, OrganisationName
from okoce.regions.models import Region

JAKARTA = "31"
# code: (acronym today, what the agency is for)
AGENCIES = {
    "ppkukm": ("PPKUKM", "Perindustrian, Perdagangan, Koperasi, Usaha Kecil dan Menengah"),
    "kpkp": ("KPKP", "Ketahanan Pangan, Kelautan dan Pertanian"),
    "ppapp": ("PPAPP", "Pemberdayaan, Perlindungan Anak dan Pengendalian Penduduk"),
    "parekraf": ("Parekraf", "Pariwisata dan Ekonomi Kreatif"),
    "nakertransgi": ("Nakertransgi", "Tenaga Kerja, Transmigrasi dan Energi"),
    "sosial": ("Sosial", "Sosial"),
}
PARTNERS = {
    "food-station": ("PT Food Station Tjipinang Jaya", "Food Station", Kind.BUMD),
    "dharma-jaya": ("Perumda Dharma Jaya", "Dharma Jaya", Kind.BUMD),
    "pasar-jaya": ("Perumda Pasar Jaya", "Pasar Jaya", Kind.BUMD),
    "bulog": ("Perum Bulog", "Bulog", Kind.PARTNER),
}
RENAMED_ON = date(2020, 1, 1)  # Pergub 2/2020: KUKMP became PPKUKM


def code_of(agency: str, area: str) -> str:
    """Organisation code of an agency's Sudin in a city, e.g. ``kpkp-31-73``."""
    return f"{agency}-{area.replace('.', '-')}"


class Command(BaseCommand):
    help = __doc__

    @transaction.atomic
    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        cities = list(Region.objects.cities())
        kecamatan = list(Region.objects.kecamatan())
        rows: list[Organisation] = []
        for agency, (acronym, long_name) in AGENCIES.items():
            rows.append(
                Organisation(
                    code=f"dinas-{agency}",
                    kind=Kind.DINAS,
                    name=f"Dinas {long_name}",
                    short_name=f"Dinas {acronym}",
                    area_id=JAKARTA,
                )
            )
        for city in cities:
            for agency, (acronym, long_name) in AGENCIES.items():
                rows.append(
                    Organisation(
                        code=code_of(agency, city.code),
                        kind=Kind.SUDIN,
                        name=f"Suku Dinas {long_name} {city.short_name}",
                        short_name=f"Sudin {acronym} {city.short_name}",
                        area=city,
                        parent_id=f"dinas-{agency}",
                        is_pengampu=True,
                    )
                )
            rows.append(
                Organisation(
                    code=code_of("pkk", city.code),
                    kind=Kind.PKK,
                    name=f"TP PKK {city.short_name}",
                    short_name=f"PKK {city.short_name}",
                    area=city,
                    is_pengampu=True,
                )
            )
        for area in kecamatan:
            rows.append(
                Organisation(
                    code=code_of("kecamatan", area.code),
                    kind=Kind.KECAMATAN_OFFICE,
                    name=f"Kantor Kecamatan {area.name}",
                    short_name=f"Kecamatan {area.name}",
                    area=area,
                    parent_id=code_of("ppkukm", area.parent_id),
                )
            )
        for code, (name, short_name, kind) in PARTNERS.items():
            rows.append(Organisation(code=code, kind=kind, name=name, short_name=short_name, area_id=JAKARTA))
        Organisation.objects.bulk_create(rows, ignore_conflicts=True)
        self._names_of_2018(cities)
        if verbosity:
            self.stdout.write(f"{len(rows)} organisations")

    def _names_of_2018(self, cities: list[Region]) -> None:
        if OrganisationName.objects.exists():
            return
        long_name, names = "Koperasi, Usaha Kecil, Menengah dan Perdagangan", []
        for code, area in [("dinas-ppkukm", None), *((code_of("ppkukm", c.code), c) for c in cities)]:
            level, place = ("Dinas", "") if area is None else ("Suku Dinas", f" {area.short_name}")
            short = "Dinas" if area is None else "Sudin"
            names.append(
                OrganisationName(
                    organisation_id=code,
                    name=f"{level} {long_name}{place}",
                    short_name=f"{short} KUKMP{place}",
                    valid_until=RENAMED_ON.replace(year=2019, month=12, day=31),
                    legal_basis="Pergub 102/2018",
                )
            )
            names.append(
                OrganisationName(
                    organisation_id=code,
                    name=f"{level} {AGENCIES['ppkukm'][1]}{place}",
                    short_name=f"{short} PPKUKM{place}",
                    valid_from=RENAMED_ON,
                    legal_basis="Pergub 2/2020",
                )
            )
        OrganisationName.objects.bulk_create(names)
