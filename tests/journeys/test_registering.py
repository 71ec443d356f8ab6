"""Registering people: at the counter with ten fingers, alone on a phone, and the office that decides."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.journeys import invented
from tests.journeys.conftest import Visitor

PAGES, SECONDS, KEYS_A_SECOND = 3, 60, 4  # of somebody who does not type fast


class Keyboard:
    """Types and counts; there is no mouse."""

    def __init__(self, person: Visitor) -> None:
        self.person, self.strokes = person, 0

    def type(self, text: str) -> None:
        self.person.page.keyboard.type(text)
        self.strokes += len(text)

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.person.page.keyboard.press(key)
        self.strokes += times

    def tab_to(self, name: str) -> None:
        """With Tab alone, as a person would; every press counts."""
        for _ in range(12):
            if self.person.page.evaluate("document.activeElement.name") == name:
                return
            self.press("Tab")
        pytest.fail(f"Tab does not reach {name}")


@pytest.fixture
def office(visitor):
    def arrive(**device) -> Visitor:
        person = visitor(**device)
        person.sign_in_staff("camat.palmerah")
        return person

    return arrive


def opened_pages(person: Visitor) -> list[str]:
    """Pages that are opened from now on, each once."""
    seen: list[str] = []

    def note(frame) -> None:
        if frame == person.page.main_frame and (not seen or seen[-1] != frame.url):
            seen.append(frame.url)

    person.page.on("framenavigated", note)
    return seen


@pytest.mark.parametrize("drops", [False, True], ids=["line holds", "line drops once"])
def test_an_officer_registers_somebody_with_the_keyboard_in_three_pages(office, drops):
    officer, resident = office(width=1280), invented.person()
    officer.expected += ["ERR_INTERNET_DISCONNECTED", "Failed to fetch"]
    pages = opened_pages(officer)
    began = time.monotonic()
    officer.goto("/peserta/daftar/")
    keys = Keyboard(officer)

    expect(officer.page.locator("[name=nik]")).to_be_focused()  # keys before that are lost
    keys.type(resident.nik)
    officer.sees("NIK ini belum terdaftar")
    keys.press("Enter")
    expect(officer.page.locator("[name=full_name]")).to_be_focused()

    keys.type(resident.name)
    keys.tab_to("phone")
    keys.type(resident.phone)
    keys.tab_to("kelurahan")
    keys.type(resident.kelurahan[:3])
    keys.tab_to("is_informed")
    keys.press("Space")
    keys.tab_to("messages")
    keys.press("Space")
    if drops:
        officer.context.set_offline(True)
    keys.press("Enter")
    if drops:
        expect(officer.page.locator("#sambungan")).to_contain_text("Sambungan terputus")
        expect(officer.page.locator("[name=full_name]")).to_have_value(resident.name)
        officer.context.set_offline(False)
    officer.page.wait_for_url("**/peserta/daftar/selesai/**")
    took = time.monotonic() - began

    officer.sees(f"{resident.name} sudah terdaftar", re.compile(r"Nomor peserta [A-Z]{2}-[A-Z]{2}-\d{5}"))
    expect(officer.page.get_by_role("img", name=re.compile("Kode"))).to_be_visible()
    assert len(pages) == PAGES, pages
    assert keys.strokes / KEYS_A_SECOND < SECONDS
    print(f"\n{len(pages)} pages, {keys.strokes} keys, {took:.1f} s of pages")
    officer.check("registered")

    keys.press("Enter")  # the next one, with one key
    officer.page.wait_for_url("**/peserta/daftar/")
    expect(officer.page.locator("[name=nik]")).to_be_focused()
    officer.fill(nik=resident.nik)
    officer.sees("sudah terdaftar dengan NIK ini")
    officer.check("known")


def test_a_closed_browser_loses_nothing_at_the_counter(office):
    officer, resident = office(width=1280), invented.person()
    officer.goto("/peserta/daftar/")
    officer.fill(nik=resident.nik)
    officer.press("Periksa NIK")
    officer.check("the form")
    officer.page.locator("[name=full_name]").press_sequentially(resident.name)
    expect(officer.page.locator("[data-kept]")).to_contain_text("Draf tersimpan")

    later = office(width=390)
    later.goto("/peserta/daftar/")
    later.sees(resident.name)
    later.check("drafts")
    later.page.locator("li", has_text=resident.name).get_by_role("link", name="Lanjutkan").click()
    expect(later.page.locator("[name=full_name]")).to_have_value(resident.name)
    later.check("the form")


@pytest.mark.parametrize("device", [{"width": 1280, "javascript": False}], ids=["without JavaScript"])
def test_the_counter_works_without_scripts(office, device):
    officer, resident = office(**device), invented.person()
    officer.goto("/peserta/daftar/")
    officer.fill(nik=resident.nik)
    officer.press("Periksa NIK")
    officer.fill(full_name=resident.name, is_informed="on")
    officer.press("Simpan, lanjutkan nanti")
    officer.page.locator("[name=kelurahan]").select_option(label=resident.kelurahan)
    officer.press("Daftarkan peserta")

    officer.sees(f"{resident.name} sudah terdaftar")


# ---------------------------------------------------------------- alone on a phone


def register_alone(person: Visitor, resident: invented.Person) -> str:
    """Through all the pages; the code that opens it again."""
    person.goto("/daftar/")
    person.check()
    person.press("Mulai mendaftar")
    person.check()
    person.fill(nik=resident.nik, full_name=resident.name, birth_date=f"{resident.born:%Y-%m-%d}", sex="P")
    go_on(person)
    person.page.locator("[name=kecamatan]").select_option("31.73.07")
    go_on(person)
    person.page.locator("[name=kelurahan]").select_option(label=resident.kelurahan)
    person.fill(address="Jalan Uji 1", rt="3", rw="11")
    go_on(person)
    person.fill(phone=resident.phone)
    go_on(person)
    person.fill(category="starter", business_name="Dapur Uji")
    go_on(person)
    press_on(person, "Lanjut, dengan atau tanpa foto")
    person.check()
    person.fill(is_informed="on", messages="on")
    go_on(person)
    person.sees("Periksa lalu kirim", resident.name)
    person.check()
    code = person.page.locator("main .oo-code").inner_text()
    press_on(person, "Kirim pendaftaran")
    person.sees("Sudah kami terima. Menunggu diperiksa.")
    person.check("waiting")
    return code


def go_on(person: Visitor) -> None:
    press_on(person, "Simpan dan lanjut")
    person.check()


def press_on(person: Visitor, name: str) -> None:
    before = person.page.url
    person.page.locator("main").get_by_role("button", name=name).click()
    person.page.wait_for_url(lambda url: url != before)


@pytest.mark.parametrize(
    "device",
    [{"width": 390}, {"width": 390, "javascript": False}, {"width": 390, "dark": True}],
    ids=["phone", "without JavaScript", "dark"],
)
def test_a_resident_registers_alone_is_asked_and_accepted(office, visitor, device):
    phone, resident = visitor(**device), invented.person()
    code = register_alone(phone, resident)

    officer = office(width=1280, dark=device.get("dark", False))
    officer.goto("/peserta/verifikasi/")
    officer.check()
    officer.follow(resident.name)
    officer.check("masked")
    assert resident.nik not in officer.page.content()
    officer.press("Buka nomor")
    officer.sees(resident.nik)
    officer.check("opened")
    officer.follow("Tanyakan")
    officer.check()
    officer.fill(question="Mohon tulis nomor rumah Anda.")
    press_on(officer, "Kirim pertanyaan")

    other = visitor(**device)  # another browser, with the code on paper
    other.goto("/daftar/lanjut/")
    other.check()
    other.fill(code=code.lower())
    other.press("Buka pendaftaran saya")
    other.sees("Mohon tulis nomor rumah Anda.")
    other.check("asked")
    other.follow("Jawab pertanyaan")
    assert resident.nik not in other.page.content()
    other.fill(answer="Nomor satu.")
    press_on(other, "Kirim jawaban")

    officer.goto("/peserta/verifikasi/")
    officer.follow(resident.name)
    officer.sees("Nomor satu.")
    press_on(officer, "Terima dan beri nomor")
    officer.sees(f"{resident.name} diterima dengan nomor", within="body")
    other.page.reload()
    other.sees("Anda sudah terdaftar.")
    other.check("accepted")
