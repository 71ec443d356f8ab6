"""The office of a kecamatan, on a phone: a session is planned, filled and held; others' people stay away."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys import deeds, invented
from tests.journeys.conftest import Visitor

PHONES = [
    pytest.param({"width": 390}, id="phone"),
    pytest.param({"width": 390, "javascript": False}, id="without JavaScript"),
]


@pytest.fixture
def office(visitor):
    def arrive(**device) -> Visitor:
        person = visitor(**device)
        person.sign_in_staff("camat.palmerah")
        return person

    return arrive


# ---------------------------------------------------------------- a session


@pytest.mark.parametrize("device", PHONES)
def test_a_session_is_planned_published_filled_and_called_off(office, visitor, device):
    person = office(**device)
    person.check()
    person.menu("Pelatihan")
    person.check()
    person.follow("Buat sesi")
    person.check()
    day = refuse_what_cannot_be(person)
    person.sees("Draf tersimpan. Terbitkan, lalu undang peserta.")
    person.check("a draft")
    session = person.page.url.removeprefix(person.portal.address)

    deeds.plan_session(person, day, seats=60, room="Aula Kantor Kecamatan Pal Merah")
    refusal = "Aula Kantor Kecamatan Pal Merah sudah dipakai 13.00-15.30 untuk Kegiatan 2"
    expect(person.page.get_by_role("alert").first).to_contain_text(refusal)
    person.check("a clash")

    person.goto(session)
    person.follow("Terbitkan")
    person.check()
    person.press("Terbitkan sesi")
    person.sees("Sesi sudah terbit. Sekarang undang pesertanya.")
    person.check("whom to invite")
    person.press(re.compile(r"^Undang 100 orang"))  # and some wait, when nobody does yet
    person.sees("100 orang diundang.", "100/100")
    person.check("a full session")
    one_more_waits(person, session)
    person.follow("Teks siap kirim untuk WhatsApp")
    person.sees("Kegiatan 2")
    person.check()
    resident = visitor(width=390)
    resident.goto("/pelatihan/jadwal/?kecamatan=31.73.07")
    resident.sees("13.00-15.30")

    person.goto(session)
    person.follow("Batalkan sesi")
    person.check()
    person.press(re.compile("^Batalkan sesi dan beri tahu"))
    expect(person.page.get_by_role("alert").first).to_be_visible()
    person.fill(reason="Aula dipakai untuk pemilihan RW")
    person.press(re.compile("^Batalkan sesi dan beri tahu"))
    person.sees("Sesi dibatalkan.", "Aula dipakai untuk pemilihan RW")
    person.check("a session that was called off")


def refuse_what_cannot_be(person: Visitor):
    """A day that is over, an end before the start, too many seats; then a good plan. Returns its day."""
    yesterday = deeds.some_day() - timedelta(days=60)
    page = person.page
    page.locator("[name=activity]").select_option(index=2)
    page.locator("[name=venue]").select_option(
        label=deeds.option(person, "venue", "Aula Kantor Kecamatan Pal")
    )
    person.fill(date=f"{yesterday:%Y-%m-%d}", start="13:00", end="12:00", capacity="101")
    person.press("Simpan draf")
    errors = person.page.get_by_role("alert").first
    expect(errors).to_contain_text("Sesi selesai sebelum mulai. Tulis jam selesai setelah 13.00.")
    expect(errors).to_contain_text("memuat 100 orang")
    person.fill(end="15:30", capacity="0")
    person.press("Simpan draf")
    expect(errors).to_contain_text("Waktu ini sudah lewat.")
    expect(errors).to_contain_text("Sesi perlu paling sedikit 1 kursi.")
    person.check("a plan that cannot be")
    for _time in range(10):
        day = deeds.some_day()
        person.fill(date=f"{day:%Y-%m-%d}", capacity="100")
        person.press("Simpan draf")
        if not errors.is_visible():  # else an earlier journey has the room on that day
            return day
    raise AssertionError("no free day")


def one_more_waits(person: Visitor, session: str) -> None:
    """Somebody registered today asks for a seat in a session that is full."""
    new = invented.person()
    number = deeds.register(person, new)
    person.goto(session)
    person.page.get_by_label("Nomor peserta atau nama").fill(number)
    person.press("Cari")
    person.check("somebody to be added")
    person.press(re.compile("^Tambah"))
    person.sees(f"Semua kursi terisi. {new.name} masuk daftar tunggu.")
    person.follow(re.compile("^Daftar tunggu"))
    further = person.page.locator("main a[rel=next]")
    while further.count():  # last in a line that may be longer than a page
        person.page.goto(further.evaluate("link => link.href"))
    person.sees(new.name)
    person.check("the waiting list")
    person.goto(session)


# ---------------------------------------------------------------- the day


def present(person: Visitor) -> int:
    return int(person.page.locator("#jumlah h2").inner_text().split()[0])


def rows(person: Visitor):
    return person.page.locator("#orang > li")


def mark(person: Visitor, name: str) -> None:
    before = present(person)
    rows(person).filter(has_text=name).get_by_role("button", name=re.compile("^Hadir")).click()
    expect(person.page.locator("#jumlah h2")).to_contain_text(re.compile(rf"^{before + 1}\b"))
    expect(person.page.locator("#kabar")).to_contain_text(f"{name} hadir")


@pytest.mark.parametrize("device", PHONES)
def test_attendance_is_taken_on_the_day(office, device):
    person = office(**device)
    person.goto("/pelatihan/")
    person.page.locator("td.today a.oo-ev").first.click()
    person.page.wait_for_url("**/absen/")
    expect(person.page.locator("h1")).to_contain_text("Kegiatan 3")
    address, began = person.page.url.removeprefix(person.portal.address), present(person)
    person.check()

    names = rows(person).locator("b").all_inner_texts()[:4]
    first, second, third, fourth = names
    mark(person, first)
    person.check("one is present")
    mark(person, second)
    person.page.locator("#kabar").get_by_role("button", name="Batalkan").click()
    expect(person.page.locator("#kabar")).to_contain_text(f"{second} tidak hadir")
    expect(person.page.locator("#jumlah h2")).to_contain_text(re.compile(rf"^{began + 1}\b"))

    person.goto(address)
    number = re.search(r"[A-Z]{2}-[A-Z]{2}-\d{5}", rows(person).filter(has_text=third).inner_text()).group()
    search(person, number[-3:])
    person.sees(number)
    person.check("found by the last digits")
    mark(person, third)
    search(person, fourth)
    mark(person, fourth)
    search(person, invented.person().nik)
    person.sees("Cari dengan nomor peserta atau nama, bukan dengan NIK atau nomor HP.")
    search(person, "Zzyzx")
    person.check("nobody has that name")

    person.goto(f"{address}?tampilkan=hadir")
    person.sees(first, third, fourth)
    person.check("those who are present")
    for name in (first, third, fourth):
        before = present(person)
        rows(person).filter(has_text=name).get_by_role("button", name=re.compile("^Batalkan")).click()
        expect(person.page.locator("#jumlah h2")).to_contain_text(re.compile(rf"^{before - 1}\b"))
        person.goto(f"{address}?tampilkan=hadir")
    assert present(person) == began


def search(person: Visitor, words: str) -> None:
    person.page.fill("#q", words)
    person.press("Cari")


@pytest.mark.parametrize("device", PHONES)
def test_everybody_but_these_is_present(office, device):
    person = office(**device)
    person.goto("/pelatihan/")
    person.page.locator("td.today a.oo-ev").first.click()
    person.page.wait_for_url("**/absen/")
    began = present(person)
    missing = int(re.search(r"\d+", person.page.locator("#saring a").first.inner_text()).group())
    person.follow("Semua hadir kecuali")
    person.check()
    number = re.search(r"[A-Z]{2}-[A-Z]{2}-\d{5}", person.page.locator("fieldset li").nth(2).inner_text())
    person.page.locator("fieldset input").nth(0).check()
    person.page.locator("fieldset input").nth(1).check()
    person.fill(numbers="99999")
    person.press("Tandai semua yang lain hadir")
    expect(person.page.get_by_role("alert").first).to_be_visible()
    person.check("a number of nobody")
    person.fill(numbers=number.group())
    person.press("Tandai semua yang lain hadir")
    person.sees(f"{missing - 3} orang ditandai hadir.")
    assert present(person) == began + missing - 3
    person.check("all but three")
    person.page.locator("#kabar").get_by_role("button", name="Batalkan").click()
    person.sees(f"{missing - 3} orang dibatalkan kehadirannya.")
    assert present(person) == began


def test_the_sheet_for_the_wall_can_be_printed(office):
    person = office()
    person.goto("/pelatihan/")
    person.page.locator("td.today a.oo-ev").first.click()
    person.follow(re.compile("^Cetak"))
    person.check()
    assert person.page.locator(".oo-sheet").count() == 4
    person.page.emulate_media(media="print")
    expect(person.page.locator("header").first).to_be_hidden()
    expect(person.page.locator(".oo-sheet").first).to_be_visible()


# ---------------------------------------------------------------- what is not theirs


def test_participants_of_another_kecamatan_are_not_there(office, visitor):
    officer = visitor()
    officer.sign_in_staff("sudin.jakbar")
    officer.goto("/peserta/?kecamatan=31.73.08")
    row = officer.page.locator("main tbody tr").first
    number = re.search(r"[A-Z]{2}-[A-Z]{2}-\d{5}", row.inner_text()).group()
    name = row.locator("a").inner_text()
    officer.goto(f"/peserta/{number}/")
    officer.sees(name)

    person = office(width=390)
    person.expected.append("404 GET")
    for page in ("", "ubah/", "buka/", "kartu/"):
        person.goto(f"/peserta/{number}/{page}")
        expect(person.page.get_by_role("heading", level=1)).to_have_text("Halaman ini tidak ditemukan")
        assert name not in person.page.content()
    person.check("somebody of another kecamatan")
    person.goto("/peserta/")
    person.page.fill("#q", number)
    person.press("Terapkan")
    assert name not in person.page.locator("main").inner_text()


def test_the_offices_pages_in_the_dark(office):
    person = office(width=390, dark=True)
    for name in ("Dasbor", "Peserta", "Pelatihan", "Bazar", "Pesan"):
        person.menu(name)
        person.check()
    person.menu("Pelatihan")
    person.page.locator("td.today a.oo-ev").first.click()
    person.page.wait_for_url("**/absen/")
    person.check()
