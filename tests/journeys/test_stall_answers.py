"""A stall declined with TIDAK by WhatsApp finds its next vendor: real web, worker, broker and gateway."""

from __future__ import annotations

import random
import re
import time
from datetime import datetime, timedelta

from tests.journeys import deeds, invented
from tests.journeys.conftest import Visitor
from tests.journeys.test_answers import open_phone, wait_on_phone
from tests.journeys.test_ceremony import apply, reveal
from tests.journeys.test_officer import commit

LONGEST = 120.0  # seconds from the answer of one phone to both pages
OFFERED = "Stan untuk Anda"


def test_a_stall_declined_by_whatsapp_is_offered_to_the_next_reserve_who_takes_it(visitor, tmp_path):
    officer = visitor()
    officer.sign_in_staff("sudin.jakbar")
    vendors = [invented.person() for _one in range(3)]
    deeds.import_list(officer, vendors, tmp_path)
    numbers = {vendor: deeds.number_of(officer, vendor) for vendor in vendors}
    site = make_site(officer)
    open_and_tell(officer)
    pages = {vendor: visitor(width=390) for vendor in vendors}
    for vendor, page in pages.items():
        apply(page, site, vendor, numbers[vendor])
    draw(officer, site, applicants=3)
    result = site.replace("/tempat/", "/hasil/")

    first = who_reads(pages, result, "Stan Anda: A01")
    pages[first].page.get_by_text("Saya tidak bisa hadir").click()
    pages[first].press("Kembalikan stan A01")
    second = who_reads(pages, result, f"{OFFERED}: A01")
    (third,) = set(vendors) - {first, second}
    phone, other_phone = visitor(width=390), visitor(width=390, dark=True)
    open_phone(phone, numbers[second], about="Stan ditawarkan")
    phone.check("a phone with an offered stall")

    began = time.monotonic()
    phone.press("TIDAK")
    wait_on_phone(phone, "Stan diberikan kepada pelaku usaha berikutnya")
    open_phone(other_phone, numbers[third], about="Stan ditawarkan")
    other_phone.press("YA")
    wait_on_phone(other_phone, "Stan itu tetap milik Anda")
    pages[third].goto(result)
    pages[third].sees("Stan Anda: A01", "Anda sudah mengonfirmasi.")
    pages[second].goto(result)
    pages[second].sees("Stan ini bukan milik Anda lagi.")
    took = time.monotonic() - began

    print(f"\ndeclined, offered, taken and shown on both pages after {took:.1f} s")
    assert took < LONGEST
    officer.goto(f"{site}meja/")
    officer.sees(third.name, "Stan A01: Akan hadir", "Kabar pendaftaran bazar")
    officer.check("the desk of a bazaar")


def make_site(officer: Visitor) -> str:
    """One stall for vendors of the Sudin; the address of the site."""
    first = datetime.now(deeds.JAKARTA) + timedelta(days=random.randint(60, 900))
    name = f"Bazar {invented.word()}"
    officer.goto("/bazar/kelola/")
    officer.follow("Buat bazar")
    officer.fill(name=name, starts_on=f"{first:%Y-%m-%d}", ends_on=f"{first:%Y-%m-%d}")
    officer.fill(site_name=f"Halaman {name}", kind="rusun")
    officer.page.get_by_label(re.compile("^Pal ?Merah$")).check()
    officer.press("Simpan bazar")
    officer.fill(numbers="A01")
    officer.press("Tambah stan")
    officer.follow("Lanjut ke kuota")
    officer.page.get_by_label("Sudin PPKUKM, Maksimum", exact=True).fill("1")
    officer.press("Simpan kuota")
    return officer.page.url.removeprefix(officer.portal.address)


def open_and_tell(officer: Visitor) -> None:
    """Those who may apply are told; the page says before how many."""
    officer.follow("Buka pendaftaran")
    officer.sees("Siapa yang akan diberi tahu", "boleh mendaftar dan belum diberi tahu")
    officer.check("a call before it is told")
    deadline = datetime.now(deeds.JAKARTA) + timedelta(days=20)
    officer.fill(closes_on=f"{deadline:%Y-%m-%d}")
    officer.press("Buka pendaftaran")
    officer.sees("Pendaftaran dibuka.", "Kabar pendaftaran dikirim kepada")


def draw(officer: Visitor, site: str, *, applicants: int) -> None:
    officer.goto(site)
    secret = commit(officer)
    officer.goto(site)
    officer.follow("Tutup dan bekukan daftar")
    officer.fill(reason="Semua pedagang sudah mendaftar")
    officer.press(f"Bekukan daftar {applicants} pendaftar")
    reveal(officer, site, secret)
    officer.goto(site)
    officer.follow("Jalankan undian")
    officer.press(f"Undi {applicants} pendaftar dan umumkan")
    officer.sees("Sudah diundi dan diumumkan: 1 mendapat stan")


def who_reads(pages: dict[invented.Person, Visitor], address: str, title: str) -> invented.Person:
    """Whose own result page has this title."""
    for vendor, visitor in pages.items():
        visitor.goto(address)
        if visitor.page.inner_text("h1").strip() == title:
            return vendor
    raise AssertionError(f"nobody reads {title}")
