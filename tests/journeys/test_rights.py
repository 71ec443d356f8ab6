"""Rights of the person: a phone at home, and the office that must answer within three days."""

from __future__ import annotations

import json
import re
import zipfile

import pytest
from playwright.sync_api import expect

from tests.journeys import deeds, invented


@pytest.mark.parametrize(
    "device",
    [
        pytest.param({"width": 390}, id="phone"),
        pytest.param({"width": 390, "javascript": False}, id="without JavaScript"),
    ],
)
def test_a_participant_withdraws_a_consent_and_takes_the_own_data_home(visitor, portal, device):
    who = portal.participant("stall")
    person = visitor(**device)
    person.sign_in_participant(who["phone"], who["number"])
    person.follow("Buka data saya")
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Data saya dan persetujuan")
    person.check()

    first = person.page.locator("li", has=person.page.get_by_role("heading", name=re.compile("^Foto")))
    if first.get_by_role("button", name="Saya setuju").is_visible():
        first.get_by_role("button", name="Saya setuju").click()
        person.sees("Terima kasih. Anda setuju")
    first.get_by_role("button", name="Cabut persetujuan saya").click()
    person.sees("Anda mencabut: Foto saya dan produk saya. Berhenti sekarang juga")
    expect(first.get_by_role("button", name="Saya setuju")).to_be_visible()
    person.check("a consent withdrawn")

    with person.page.expect_download() as download:
        person.page.get_by_role("button", name="Unduh data saya").click()
    assert download.value.suggested_filename == "data-saya.zip"
    with zipfile.ZipFile(download.value.path()) as file:
        told = json.loads(file.read("data.json"))
    assert told["sections"][0]["rows"][0]["Nomor peserta"] == who["number"]

    person.follow("Siapa yang telah memakai data saya")
    person.sees("Membuat salinan data seseorang", "Anda sendiri")
    person.check()


def test_an_officer_writes_a_request_down_and_erases_the_person(visitor, portal):
    office, resident = visitor(), invented.person()
    office.sign_in_staff("sudin.jakbar")
    number = deeds.register(office, resident)
    office.goto(f"/peserta/{number}/")
    office.follow("Persetujuan dan hak atas data")
    office.check()
    office.follow("Catat permintaan")
    office.fill(kind="erasure", channel="counter", note="Saya pindah ke kampung.")
    office.check()
    office.press("Simpan permintaan")
    office.sees("Permintaan dicatat", "Saya pindah ke kampung.", re.compile("sisa 7[12] jam"))
    office.check()
    office.follow("Kabulkan")
    office.check()
    office.press("Hapus data")
    expect(office.page.get_by_role("alert")).to_be_visible()
    office.check("an erasure that nobody was told of")
    office.fill(told="counter", is_sure="on")
    office.press("Hapus data")
    office.sees("Data sudah dihapus. Semua angka tetap seperti semula")
    expect(office.page.locator("main")).not_to_contain_text(resident.name)

    office.expected.append("410 GET")
    office.goto(f"/peserta/{number}/")
    expect(office.page.get_by_role("heading", level=1)).to_have_text("Data orang ini sudah dihapus")
    office.check()
    office.goto(f"/peserta/?q={resident.name.split()[0]}")
    expect(office.page.locator("main")).not_to_contain_text(resident.name)
