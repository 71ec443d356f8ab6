"""The ceremony with two units: each seals and reveals on its own account, and everybody can check it."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from datetime import datetime, timedelta

from playwright.sync_api import expect

from tests.journeys import deeds, invented
from tests.journeys.conftest import Visitor
from tests.journeys.test_officer import commit, download, open_applications


def test_each_unit_seals_and_reveals_on_its_own_account(visitor, tmp_path):
    officer = visitor()
    officer.sign_in_staff("sudin.jakbar")
    vendors = [invented.person() for _ in range(3)]
    deeds.import_list(officer, vendors, tmp_path)
    vendors = vendors[:2]
    numbers = [deeds.number_of(officer, vendor) for vendor in vendors]
    site = make_site(officer)
    open_applications(officer)
    for vendor, number in zip(vendors, numbers, strict=True):
        apply(visitor(width=390), site, vendor, number)
    officer.goto(site)
    of_sudin = commit(officer)
    pkk = visitor(width=390)
    pkk.sign_in_staff("pengampu.pkk")
    pkk.goto(site)
    of_pkk = commit(pkk)

    officer.goto(site)
    officer.follow("Tutup dan bekukan daftar")
    officer.fill(reason="Semua pedagang sudah mendaftar")
    officer.press("Bekukan daftar 2 pendaftar")
    reveal(officer, site, of_sudin)
    officer.sees("menunggu PKK")
    expect(officer.page.get_by_role("link", name="Jalankan undian")).to_have_count(0)
    officer.follow("Rahasia tidak datang")
    officer.sees("Belum waktunya.", "PKK")
    officer.check("too soon to give up")

    board = visitor(width=1280, dark=True)
    board.sign_in_staff("sudin.jakbar")
    board.goto(f"{site}layar/")
    board.sees("1 dari 2 rahasia sudah dibuka", "Disegel")
    board.check("the screen before the draw")
    pkk.goto(site)
    pkk.follow("Buka rahasia")
    pkk.fill(secret=of_sudin)
    pkk.press("Buka rahasia")
    pkk.sees("Ini bukan rahasia yang dulu dikunci")
    reveal(pkk, site, of_pkk)

    officer.goto(site)
    officer.follow("Jalankan undian")
    officer.press("Undi 2 pendaftar dan umumkan")
    officer.sees("Sudah diundi dan diumumkan: 1 mendapat stan, 1 menjadi cadangan.")
    board.goto(f"{site}layar/")
    board.sees("Sudah diundi", "A01")
    board.check("the screen after the draw")

    resident = visitor(width=390, javascript=False)
    resident.goto(site.replace("/tempat/", "/undian/"))
    resident.sees(of_sudin, of_pkk)
    resident.check("the public page of two secrets")
    public = visitor()
    public.goto(site.replace("/tempat/", "/undian/"))
    record = download(public, "Catatan undian (JSON)", tmp_path)
    script = download(public, "Program verify_draw.py", tmp_path)
    said = subprocess.run([sys.executable, script, record], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout.strip().splitlines()[-1].split()[0]) == (0, "VERIFIED"), said


def make_site(officer: Visitor) -> str:
    """Two stalls; vendors of the Sudin sell food in one of them at most."""
    first = datetime.now(deeds.JAKARTA) + timedelta(days=random.randint(60, 900))
    name = f"Bazar {invented.word()}"
    officer.goto("/bazar/kelola/")
    officer.follow("Buat bazar")
    officer.fill(name=name, starts_on=f"{first:%Y-%m-%d}", ends_on=f"{first + timedelta(days=1):%Y-%m-%d}")
    officer.fill(site_name=f"Halaman {name}", kind="rusun")
    officer.page.get_by_label(re.compile("^Pal ?Merah$")).check()
    officer.press("Simpan bazar")
    officer.fill(numbers="A01-A02")
    officer.press("Tambah stan")
    officer.follow("Lanjut ke kuota")
    for label, value in (
        ("Sudin PPKUKM, Maksimum", "2"),
        ("PKK, Maksimum", "1"),
        ("Kuliner, Maksimum", "1"),
    ):
        officer.page.get_by_label(label, exact=True).fill(value)
    officer.press("Lihat peluangnya tanpa menyimpan")
    officer.sees("Peluang dengan angka yang Anda isi")
    officer.check("the chances of what was typed")
    officer.press("Simpan kuota")
    return officer.page.url.removeprefix(officer.portal.address)


def apply(person: Visitor, site: str, vendor: invented.Person, number: str) -> None:
    person.sign_in_participant(vendor.phone, number)
    person.goto(site.replace("/tempat/", "/undian/"))
    person.follow("Daftar stan")
    person.fill(product="Kue rangi", category="kuliner")
    person.press("Kirim pendaftaran")
    person.sees("Pendaftaran Anda sudah kami terima")


def reveal(person: Visitor, site: str, secret: str) -> None:
    person.goto(site)
    person.follow("Buka rahasia")
    person.fill(secret=secret)
    person.press("Buka rahasia")
    person.sees("cocok dengan kuncinya")
