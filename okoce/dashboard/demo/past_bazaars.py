"""Two bazaars that newspapers wrote about, prepared as they were: places, days, agencies, stalls.

past_bazaars.json marks what the articles say ("fakta"), what follows from them ("turunan") and what was made
up so that they can be played ("karangan"): the split of the stalls, their numbers, the agencies of 2023.
Who applied is not in any article.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from bazaars.feasibility import Bounds
from bazaars.models import Site
from bazaars.plan import stall_numbers
from bazaars.services import events
from okoce.accounts.models import User
from okoce.organisations.management.commands.load_organisations import code_of
from okoce.organisations.models import Organisation
from okoce.regions.models import Region

FACTS = Path(__file__).with_name("past_bazaars.json")
OPENS, CLOSES = time(8), time(17)
ANNOUNCED, CALL_ENDS = timedelta(days=30), timedelta(days=11)  # before the first day
UNITS_OF_2018 = {
    "Sudin KUKMP": "ppkukm",
    "Sudin KPKP": "kpkp",
    "PKK": "pkk",
    "PT Food Station": "food-station",
    "PD Dharma Jaya": "dharma-jaya",
}
PARTNERS_OF_2023 = {"Bulog": "bulog", "Perumda Pasar Jaya": "pasar-jaya", "Dharma Jaya": "dharma-jaya"}


@dataclass(frozen=True, slots=True)
class Row:
    """Stalls of one letter for one unit; a partner's stand outside the draw."""

    numbers: str
    unit: str
    is_partner: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    kecamatan: str
    rows: Sequence[Row]
    quotas: Mapping[str, Bounds]


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    city: str
    starts_on: date
    ends_on: date
    places: Sequence[Place]

    @property
    def host(self) -> str:
        return code_of("ppkukm", self.city)

    @property
    def opened_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.starts_on - ANNOUNCED, time(9)))

    @property
    def closes_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.starts_on - CALL_ENDS, time(23, 59)))


def _values(scenario: str) -> dict[str, Any]:
    facts = json.loads(FACTS.read_text(encoding="utf-8"))[scenario]
    return {key: fact["nilai"] for key, fact in facts.items()}


def east_jakarta_2018() -> Event:
    """28-29 March 2018, courtyard of the mayor's office: 40 stalls, of three agencies and two BUMD."""
    told = _values("jaktim_2018_bazar")
    city = told["kota"]
    rows, quotas, stands = [], {}, {"Food Station": "PT Food Station", "Dharma Jaya": "PD Dharma Jaya"}
    for words in told["nomor_stan"].split(", "):
        numbers, short = words.split(" ", 1)
        name = stands.get(short) or (short if short == "PKK" else f"Sudin {short}")
        is_partner = short in stands
        unit = UNITS_OF_2018[name] if is_partner else code_of(UNITS_OF_2018[name], city)
        rows.append(Row(numbers, unit, is_partner))
        if not is_partner:
            stalls = told["stan_per_pembina"][name]
            quotas[unit] = Bounds(stalls, stalls)
    kecamatan = told["kelurahan_tempat"][:8]
    return Event(
        told["nama"],
        city,
        date.fromisoformat(told["mulai"]),
        date.fromisoformat(told["selesai"]),
        [Place(told["tempat"], kecamatan, rows, quotas)],
    )


def central_jakarta_2023(*, second: bool = False) -> Event:
    """20-21 March 2023 in six kecamatan at once, 30 vendors of six agencies each; or the one two weeks on."""
    told = _values("jakpus_2023_bazar")
    city = told["kota"]
    agencies = [code_of(name.removeprefix("Sudin ").lower(), city) for name in told["nama_pengampu"]]
    each = told["umkm_per_pengampu"]
    rows = [
        *(
            Row(f"{letter}01-{letter}{each:02}", unit)
            for letter, unit in zip("ABCDEF", agencies, strict=True)
        ),
        *(Row(f"M{n:02}", PARTNERS_OF_2023[name], True) for n, name in enumerate(told["mitra"], 1)),
    ]
    names = {told["lokasi"][0]["kode"]: told["tempat_sawah_besar"], **told["tempat_lain"]}
    days = told["bazar_kedua"] if second else told
    return Event(
        told["nama"],
        city,
        date.fromisoformat(days["mulai"]),
        date.fromisoformat(days["selesai"]),
        [
            Place(names[place["kode"]], place["kode"], rows, dict.fromkeys(agencies, Bounds(each, each)))
            for place in told["lokasi"]
        ],
    )


def open_call(event: Event, *, by: User) -> list[Site]:
    """Every place of the event with its stalls and quotas, open for applications."""
    units = Organisation.objects.in_bulk(
        {event.host, *(row.unit for place in event.places for row in place.rows)}
    )
    first, *others = event.places
    site = events.create_bazaar(
        name=event.name,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        opens_at=OPENS,
        closes_at=CLOSES,
        city=Region.objects.get(pk=event.city),
        host=units[event.host],
        site_name=first.name,
        kecamatan=Region.objects.get(pk=first.kecamatan),
        address="",
        share_limit=1,
        by=by,
        today=event.starts_on - ANNOUNCED,
    )
    sites = [site]
    for place in others:
        sites += events.add_sites(
            bazaar=site.bazaar,
            name=place.name,
            kecamatan=[Region.objects.get(pk=place.kecamatan)],
            address="",
            share_limit=1,
            by=by,
        )
    return [_furnish(one, place, event, units, by) for one, place in zip(sites, event.places, strict=True)]


def _furnish(site: Site, place: Place, event: Event, units: Mapping[str, Organisation], by: User) -> Site:
    for row in place.rows:
        events.add_stalls(
            site_id=site.pk,
            numbers=stall_numbers(row.numbers),
            per_row=10,
            zone=units[row.unit],
            has_power=not row.is_partner,
            is_partner=row.is_partner,
            by=by,
        )
    events.set_quotas(site_id=site.pk, pengampu=place.quotas, categories={}, by=by)
    return events.open_applications(site_id=site.pk, closes_at=event.closes_at, by=by, now=event.opened_at)
