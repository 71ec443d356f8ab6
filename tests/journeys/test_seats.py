"""Seats that find their people: moved in two taps, declined by address, offered on, invited by need."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.journeys import deeds, invented

PHONES = [
    pytest.param({"width": 390}, id="phone"),
    pytest.param({"width": 390, "javascript": False}, id="without JavaScript"),
]
ADDRESS = re.compile(r"/pelatihan/jawab/[a-z]+-[a-z]{24}/")


@pytest.fixture
def camat(visitor):
    def sign_in(**device):
        office = visitor(**device)
        office.sign_in_staff("camat.palmerah")
        return office

    return sign_in


def registered(office):
    someone = invented.person()
    return someone, deeds.register(office, someone)


def add(office, session: str, number: str) -> None:
    office.goto(f"{session}tambah/?q={number}")
    office.press(re.compile("^Tambah"))


def address_in_message(phone, number: str) -> str:
    """The own address in the newest message to this person, from the demonstration's page of messages."""
    letter = phone.page.locator("main li").filter(has_text=number).filter(has_text=ADDRESS)
    until = time.monotonic() + 20
    phone.goto("/demo/pesan/")
    while not letter.count() and time.monotonic() < until:
        phone.page.wait_for_timeout(300)
        phone.page.reload()
    return ADDRESS.search(letter.first.inner_text()).group()


@pytest.mark.parametrize("device", PHONES)
def test_a_participant_moves_to_another_date_in_two_taps(visitor, camat, device):
    office = camat()
    someone, number = registered(office)
    here = deeds.publish_session(office, seats=20)
    deeds.publish_session(office, seats=20)
    add(office, here, number)

    person = visitor(**device)
    person.sign_in_participant(someone.phone, number)
    person.check("an invitation on the status")
    person.follow("Pindah ke sesi lain")
    person.sees("Pindah ke sesi lain", "Sisa")
    person.check()
    person.press(re.compile("^Pindah ke sini"))
    person.sees("Anda sudah pindah. Kami tunggu pada", "Hadiri kegiatan 2")
    person.check("after the move")

    office.goto(f"{here}?tampilkan=tidak")
    office.sees(someone.name, "Pindah ke sesi lain")


@pytest.mark.parametrize("device", PHONES)
def test_a_no_by_the_address_gives_the_seat_to_the_next_who_takes_it(visitor, camat, device):
    office = camat()
    (first, first_number), (second, second_number) = registered(office), registered(office)
    session = deeds.publish_session(office, seats=1, activity=1)  # nobody else is in line for it
    add(office, session, first_number)
    office.sees("1/1")
    add(office, session, second_number)
    office.sees("masuk daftar tunggu")

    phone = visitor(**device)
    try:
        phone.goto(address_in_message(phone, first_number))
        phone.sees("Undangan")
        phone.check()
        phone.page.get_by_label("Saya sedang berjualan pada jam itu").check()
        phone.press("Saya tidak bisa datang hari itu")
        phone.sees("Anda dalam antrean untuk sesi lain")
        phone.check("declined by the address")

        other = visitor(**device)
        other.sign_in_participant(second.phone, second_number)
        other.follow("Jawab: hadir atau tidak")
        other.sees("Kursi untuk Anda", "Jawab paling lambat")
        other.check("an offer")
        other.press("Saya akan hadir")
        other.sees("Kursi Anda")
        office.goto(session)
        office.sees(second.name, "1/1")
    finally:
        phone.sign_in_participant(first.phone, first_number)
        deeds.leave_the_line(phone)


def test_a_person_gets_in_line_and_says_when(visitor, camat):
    office = camat()
    someone, number = registered(office)
    person = visitor(width=390)
    person.sign_in_participant(someone.phone, number)
    person.follow("Masuk antrean, dan pilih waktu Anda bisa datang")
    person.check()
    person.page.get_by_label(re.compile("Di mana saja di")).first.check()
    person.press(re.compile("^Masuk antrean"))
    person.sees("Anda masuk antrean", re.compile("Keluar dari antrean|Lihat kursi saya"))
    person.page.get_by_label("Hari kerja, siang mulai pukul 12.00").uncheck()
    person.press("Simpan waktu ini")
    person.sees("Kami mengundang Anda pada waktu yang Anda bisa")
    person.check("in line")
    office.goto("/pelatihan/antrean/")
    office.check()
    office.page.get_by_label("Kegiatan").select_option(index=1)
    office.press("Tampilkan")
    office.check()
    deeds.leave_the_line(person)


@pytest.mark.parametrize(
    "device", [pytest.param({}, id="desk"), pytest.param({"width": 390, "dark": True}, id="phone, dark")]
)
def test_an_officer_invites_by_need_and_reads_the_radar(camat, device):
    office = camat(**device)
    session = deeds.publish_session(office, seats=7, activity=1)
    office.goto("/pelatihan/undang/")
    office.check()
    office.fill(waktu="weekdays")
    office.page.locator("[name=kegiatan]").select_option(index=0)
    office.press("Hitung")
    office.sees(re.compile(r"\d+ orang belum mengikuti Kegiatan 1"))
    office.check("who lacks it")
    office.goto(f"{session}undang-kebutuhan/?waktu=weekdays")
    office.sees("Undang 7 orang ke Kegiatan 1?")
    office.check()
    office.press("Undang 7 orang")
    office.sees("7 orang diundang")
    office.goto(session)
    office.sees("7/7")
    office.follow("Undang melebihi jumlah kursi")
    office.sees("dari 100 pemegang kursi hadir")
    office.check()

    office.goto("/pelatihan/radar/")
    office.sees("Radar ketuntasan", "Akan tuntas")
    office.check()
    office.follow("Palmerah" if office.page.get_by_role("link", name="Palmerah").count() else "Pal Merah")
    office.sees("Terancam tidak tuntas")
    office.check()


def test_the_radar_in_english(camat):
    office = camat()
    office.goto("/pelatihan/radar/")
    english = office.page.get_by_role("button", name=re.compile("English|EN", re.I)).locator("visible=true")
    if english.count():
        with office.page.expect_navigation():
            english.first.click()
        expect(office.page.get_by_role("heading", level=1)).to_contain_text("Completion radar")
        office.check("the radar in English")


@pytest.mark.parametrize("device", PHONES)
def test_two_people_of_full_sessions_exchange_their_seats(camat, device):
    office = camat()
    (first, first_number), (second, second_number) = registered(office), registered(office)
    here = deeds.publish_session(office, seats=1)
    add(office, here, first_number)
    there = deeds.publish_session(office, seats=1)
    add(office, there, second_number)

    phone = camat(**device)
    phone.goto(here)
    phone.follow(f"Tukar {first.name}")
    phone.check("which session")
    while not phone.page.locator(f"a[href='?sesi={there.rstrip('/').rsplit('/', 1)[-1]}']").count():
        phone.follow("Berikutnya")
    phone.page.locator(f"a[href='?sesi={there.rstrip('/').rsplit('/', 1)[-1]}']").click()
    phone.page.get_by_label(re.compile(second.name)).check()
    phone.check("with whom")
    phone.press("Tukar kedua kursi")
    phone.sees(f"{first.name} dan {second.name} telah bertukar kursi")
    phone.goto(here)
    phone.sees(second.name, "1/1")


def test_an_officer_records_when_somebody_can_come(camat):
    office = camat(width=390, dark=True)
    _someone, number = registered(office)
    office.goto(f"/peserta/{number}/")
    office.follow("Ubah waktu")
    office.check("when somebody can come")
    office.page.get_by_label("Hari kerja, pagi sebelum pukul 12.00").uncheck()
    office.press("Simpan waktu")
    office.sees("Waktu tersimpan", "Siang pada hari kerja")
