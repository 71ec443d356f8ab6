"""A seat freed by TIDAK finds its next person on the phone: real web, worker, broker and gateway."""

from __future__ import annotations

import re
import time

from tests.journeys import deeds, invented
from tests.journeys.conftest import Visitor

LONGEST = 120.0  # seconds from the answer of one phone to both status pages


def open_phone(holder: Visitor, number: str, *, about: str = "") -> None:
    """The phone on which the newest WhatsApp message to this person has arrived."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        holder.goto("/demo/pesan/")
        letters = holder.page.locator("main li").filter(has_text=number).filter(has_text=about)
        phone = letters.get_by_role("link", name=re.compile("^Buka ponsel"))
        if phone.count():
            with holder.page.expect_navigation():
                phone.first.click()
            return
        holder.page.wait_for_timeout(300)
    raise AssertionError(f"no WhatsApp message has arrived at {number}")


def wait_on_phone(holder: Visitor, words: str) -> None:
    """Loads the phone again until these words stand on it."""
    until = time.monotonic() + 60
    while words not in holder.page.locator("main").inner_text():
        assert time.monotonic() < until, words
        holder.page.wait_for_timeout(300)
        holder.page.reload()


def test_a_seat_freed_by_a_no_is_offered_taken_and_shown_on_both_phones_within_two_minutes(visitor):
    office = visitor()
    office.sign_in_staff("camat.palmerah")
    first, second = invented.person(), invented.person()
    first_number, second_number = deeds.register(office, first), deeds.register(office, second)
    session = deeds.publish_session(office, seats=1, activity=1)
    for number in (first_number, second_number):
        office.goto(f"{session}tambah/?q={number}")
        office.press(re.compile("^Tambah"))
    siti, budi = visitor(width=390), visitor(width=390, dark=True)
    siti_page, budi_page = visitor(width=390), visitor(width=390)
    siti_page.sign_in_participant(first.phone, first_number)
    budi_page.sign_in_participant(second.phone, second_number)
    try:
        open_phone(siti, first_number, about="Undangan")
        siti.check("a phone")

        began = time.monotonic()
        siti.press("TIDAK")
        wait_on_phone(siti, "Kursi Anda diberikan kepada peserta berikutnya")
        open_phone(budi, second_number, about="Kursi dari daftar tunggu")
        offered = time.monotonic() - began
        budi.check("an offer on a phone")
        budi.fill(teks="Siap bu, saya hadir")
        budi.press("Kirim")
        wait_on_phone(budi, "Kursi Anda sudah dikonfirmasi")
        budi_page.goto("/status/")
        budi_page.sees("Hadiri kegiatan 1")
        siti_page.goto("/pelatihan/antrean-saya/")
        siti_page.sees(re.compile("Keluar dari antrean|Lihat kursi saya"))
        took = time.monotonic() - began

        print(f"\noffered after {offered:.1f} s, accepted and shown on both phones after {took:.1f} s")
        assert took < LONGEST
        office.goto(session)
        office.sees(second.name, "1/1")
    finally:
        deeds.leave_the_line(siti_page)
        deeds.leave_the_line(budi_page)


def test_stop_is_answered_at_once_and_a_question_reaches_the_office(visitor):
    office = visitor()
    office.sign_in_staff("camat.palmerah")
    someone = invented.person()
    number = deeds.register(office, someone)
    session = deeds.publish_session(office, seats=5, activity=1)
    office.goto(f"{session}tambah/?q={number}")
    office.press(re.compile("^Tambah"))
    phone = visitor(width=390, javascript=False)
    open_phone(phone, number)

    phone.fill(teks="Bu, boleh membawa anak?")
    phone.press("Kirim")
    wait_on_phone(phone, "Pesan Anda dibaca petugas")
    phone.press("STOP")
    wait_on_phone(phone, "Anda tidak menerima pesan dari kami lagi")
