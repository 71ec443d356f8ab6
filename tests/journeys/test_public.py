"""Anybody, without signing in: what it is, when and where, how stalls are given out, and how to ask."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.known_numbers import KnownNumbers

DEVICES = [pytest.param({}, id="desk"), pytest.param({"width": 390, "dark": True}, id="phone in the dark")]
WITHOUT = pytest.param({"width": 390, "javascript": False}, id="phone without JavaScript")


@pytest.mark.parametrize("device", [*DEVICES, WITHOUT])
def test_a_resident_finds_the_next_training_of_the_kecamatan(visitor, device):
    resident = visitor(**device)
    resident.goto("/")
    expect(resident.page.get_by_role("heading", level=1)).to_have_text("Buka usaha. Naikkan kelasnya.")
    resident.sees("Jadwal terdekat", "Tujuh langkah, ditemani sampai jalan (7 PAS)", "Yang perlu disiapkan")
    resident.check()

    resident.page.get_by_label("Kecamatan").select_option(label="Pal Merah")
    resident.press("Tampilkan")
    resident.sees("Aula Kantor Kecamatan Pal Merah")
    expect(resident.page.locator("main")).not_to_contain_text("Aula Kantor Kecamatan Kembangan")
    resident.check()

    resident.follow(re.compile("^Kegiatan [123]"))
    expect(resident.page.get_by_role("heading", level=1)).to_have_text("Jadwal pelatihan")
    resident.check()
    resident.page.get_by_label("Kecamatan").select_option(label="Kembangan")
    resident.press("Tampilkan")
    resident.sees("Aula Kantor Kecamatan Kembangan")
    expect(resident.page.locator("main")).not_to_contain_text("Kecamatan Pal Merah")
    resident.check()


@pytest.mark.parametrize("device", [*DEVICES, WITHOUT])
def test_a_resident_reads_how_a_draw_was_made(visitor, listed, device):
    resident = visitor(**device)
    resident.visit("/bazar/")
    expect(resident.page.get_by_role("heading", level=1)).to_have_text("Bazar")
    resident.follow("Bazar Kantor Wali Kota Jakarta Barat")
    resident.check()
    resident.follow(re.compile("undian", re.I))
    expect(resident.page.get_by_role("heading", level=1)).to_have_text(
        "Undian terbuka Kantor Wali Kota Jakarta Barat"
    )
    resident.sees("Sudah diundi.", re.compile(r"\d+ dari \d+ pendaftar mendapat stan"), "Benih")
    resident.check()
    for answer in resident.page.locator("main details").all():
        answer.locator("summary").click()
        expect(answer.locator(":scope > :not(summary)").first).to_be_visible()
    resident.check("the draw with all its answers")
    names_and_numbers = resident.page.locator("main").inner_text()
    assert not re.search(r"[A-Z]{2}-[A-Z]{2}-\d{5}", names_and_numbers), "a participant number is public"
    # Known ones only: sixteen hex digits of a reference are all decimal once in two thousand.
    niks, phones = listed
    assert KnownNumbers(niks=niks, phones=phones).shown_in(names_and_numbers.encode()) == set()


@pytest.mark.parametrize("device", DEVICES)
def test_help_privacy_and_accessibility_are_one_step_away(visitor, device):
    resident = visitor(**device)
    resident.goto("/")
    for name in ("Bantuan", "Privasi data peserta", "Pernyataan aksesibilitas"):
        resident.follow(name, within="footer")
        expect(resident.page.get_by_role("heading", level=1)).to_contain_text(name.split()[-1])
        resident.check()
    resident.goto("/bantuan/")
    question = resident.page.locator("main details").first
    question.locator("summary").click()
    expect(question.locator("p").first).to_be_visible()
    resident.check()


@pytest.mark.parametrize("device", DEVICES)
def test_english_and_back(visitor, device):
    resident = visitor(**device)
    resident.goto("/pelatihan/jadwal/")
    resident.press("English", within="footer")
    expect(resident.page.locator("html")).to_have_attribute("lang", "en")
    expect(resident.page.get_by_role("heading", level=1)).to_have_text("Training schedule")
    assert resident.page.url.endswith("/pelatihan/jadwal/")
    resident.check()
    for path in ("/", "/bazar/", "/bantuan/", "/privasi/", "/masuk/", "/peserta/masuk/"):
        resident.visit(path)
    resident.press("Bahasa Indonesia", within="footer")
    expect(resident.page.locator("html")).to_have_attribute("lang", "id")


@pytest.mark.parametrize("device", [*DEVICES, WITHOUT])
def test_the_display_stays_as_chosen(visitor, device):
    resident = visitor(**device)
    resident.goto("/bazar/")
    html, menu = resident.page.locator("html"), resident.page.locator("footer details")
    expect(html).to_have_attribute("data-bs-theme", "auto")
    for words, theme in (("Gelap", "dark"), ("Terang", "light"), ("Ikut perangkat", "auto")):
        menu.locator("summary").click()
        resident.press(words, within="footer")
        expect(html).to_have_attribute("data-bs-theme", theme)
        resident.goto("/bantuan/")
        expect(html).to_have_attribute("data-bs-theme", theme)
        resident.check()


@pytest.mark.parametrize("device", DEVICES)
def test_a_wrong_address_leads_on(visitor, device):
    resident = visitor(**device)
    resident.expected.append("404 GET")
    resident.visit("/tidak-ada/")
    expect(resident.page.get_by_role("heading", level=1)).to_have_text("Halaman ini tidak ditemukan")
    resident.follow("Lihat bantuan")
    expect(resident.page.get_by_role("heading", level=1)).to_have_text("Bantuan")
    resident.goto("/tidak-ada/")
    resident.follow("Ke beranda")
    assert resident.page.url == resident.portal.address + "/"


@pytest.mark.parametrize("device", DEVICES)
def test_pages_of_others_ask_who_it_is(visitor, device):
    resident = visitor(**device)
    resident.visit("/status/")
    expect(resident.page.get_by_role("heading", level=1)).to_have_text("Masuk sebagai peserta")
    for path in ("/dasbor/", "/peserta/", "/pelatihan/", "/audit/"):
        resident.goto(path)
        expect(resident.page.get_by_role("heading", level=1)).to_have_text("Masuk petugas")
    resident.check()
    resident.visit("/masuk/")
    resident.follow("Masuk dengan kode")
    expect(resident.page.get_by_role("heading", level=1)).to_have_text("Masuk sebagai peserta")
