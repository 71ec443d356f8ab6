"""After an erasure nothing that the running portal keeps names the person: tables, files, logs, cache."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from okoce.values import phone
from tests.journeys import deeds, invented
from tests.journeys.conftest import Portal, Visitor
from tests.journeys.kept import cache_of, files_of, shown, tables_in_dump
from tests.journeys.known_numbers import KnownNumbers

DRAFTED = "Jalan Rawa Belong Dalam"


def named_in(person: invented.Person, places: dict[str, bytes]) -> dict[str, list[str]]:
    """Places where a word of the name or the address stands, whatever its case."""
    words = [word.lower().encode() for word in [*person.name.split(), DRAFTED]]
    found = {
        place: [word.decode() for word in words if word in content.lower()]
        for place, content in places.items()
    }
    return {place: marks for place, marks in found.items() if marks}


def lives(visitor: Callable[..., Visitor], office: Visitor, person: invented.Person, folder: Path) -> str:
    """Listed, searched, changed, noted about, messaged, signed in: whatever leaves traces. Their number."""
    deeds.import_list(office, [person], folder)
    number = deeds.number_of(office, person)
    office.goto(f"/peserta/?q={person.name.split()[1].lower()}")
    for typed in (person.nik, person.phone, person.name):
        office.goto("/peserta/")
        office.page.fill("#q", typed)
        office.press("Terapkan")
    office.goto(f"/peserta/{number}/ubah/")
    office.fill(address=f"{DRAFTED} 7")
    office.press(re.compile("^Simpan"))
    office.goto("/peserta/daftar/")
    office.fill(nik=person.nik)
    office.sees(re.compile("sudah terdaftar", re.I))
    visitor(width=390).sign_in_participant(person.phone, number)
    return number


def erased(office: Visitor, number: str) -> None:
    office.goto(f"/peserta/{number}/")
    office.follow("Persetujuan dan hak atas data")
    office.follow("Catat permintaan")
    office.fill(kind="erasure", channel="counter", note="Saya pindah ke kampung.")
    office.press("Simpan permintaan")
    office.follow("Kabulkan")
    office.fill(told="counter", is_sure="on")
    office.press("Hapus data")
    office.sees("Data sudah dihapus")


def test_nothing_names_the_person_afterwards(visitor, portal: Portal, tmp_path):
    office, person = visitor(), invented.person()
    known = KnownNumbers(niks=[person.nik], phones=[phone.parse(person.phone)])
    office.sign_in_staff("sudin.jakbar")
    number = lives(visitor, office, person, tmp_path)
    before = tables_in_dump(portal)
    assert {"public.participants_participant", "public.participants_participantevent"} <= set(
        named_in(person, before)
    )

    erased(office, number)

    kept = tables_in_dump(portal) | files_of(portal) | cache_of(portal)
    assert (named_in(person, kept), shown(known, kept)) == ({}, {})
    assert {name: rows.count(b"\n") for name, rows in before.items() if name in COUNTED} == {
        name: kept[name].count(b"\n") for name in COUNTED
    }


COUNTED = [
    "public.participants_participant",
    "public.participants_stepreached",
    "public.participants_enrolment",
    "public.participants_fosterlink",
    "public.participants_business",
]
