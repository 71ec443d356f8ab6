"""Messages that disturb nobody: a person who rests, and the hours that the province sets."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys import deeds, invented


def test_an_officer_pauses_the_messages_to_somebody_in_mourning_and_ends_it(visitor, portal):
    office, resident = visitor(), invented.person()
    office.sign_in_staff("camat.palmerah")
    number = deeds.register(office, resident)
    office.goto(f"/peserta/{number}/")
    office.follow(re.compile("^Pesan$"))
    expect(office.page.get_by_role("heading", level=1)).to_have_text(re.compile("^Pesan kepada"))
    office.check("nothing sent yet")

    office.follow("Jeda pesan")
    office.fill(reason="Sedang berduka")
    office.check()
    office.press("Jeda pesan")
    office.sees("Pesan kepada orang ini dijeda", "Sedang berduka")
    office.check("paused")

    office.press("Akhiri jeda")
    office.sees("Jeda berakhir")


def test_the_province_reads_and_sets_the_hours_of_messages(visitor, portal):
    province = visitor(width=390)
    province.sign_in_staff("provinsi")
    province.goto("/pesan/")
    province.follow("Jam pesan")
    province.check()
    province.fill(begins="07:30")
    province.press("Simpan jam pesan")
    province.sees("Jam pesan tersimpan", "07.30-20.00")
    province.check("changed")

    province.fill(begins="08:00")
    province.press("Simpan jam pesan")
    province.sees("08.00-20.00")
