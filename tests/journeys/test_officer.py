"""The officer of the Sudin: a list becomes participants, a plan becomes a bazaar, a draw becomes a record."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys import deeds, invented
from tests.journeys.conftest import PROJECT, Visitor

DESKS = [
    pytest.param({}, id="desk"),
    pytest.param({"javascript": False}, id="without JavaScript"),
]
WHOLE_LIST = PROJECT / "participants" / "demo" / "jakbar_tahap1.xlsx"
NUMBER = re.compile(r"[A-Z]{2}-[A-Z]{2}-\d{5}")


@pytest.fixture
def officer(visitor):
    def arrive(**device) -> Visitor:
        person = visitor(**device)
        person.sign_in_staff("sudin.jakbar")
        return person

    return arrive


# ---------------------------------------------------------------- lists


def upload(officer: Visitor, path: Path) -> None:
    officer.goto("/peserta/impor/")
    officer.follow("Unggah daftar")
    officer.page.set_input_files("[name=file]", path)
    officer.press("Unggah dan periksa daftar")


def count_of(officer: Visitor, tile: str) -> int:
    figure = officer.page.locator(".oo-stat", has=officer.page.locator("dt", has_text=tile)).locator(".n")
    return int(figure.inner_text().replace(".", ""))


@pytest.mark.parametrize("device", DESKS)
def test_the_whole_list_of_west_jakarta_again_changes_nothing(officer, device):
    person = officer(**device)
    person.visit("/dasbor/", "/peserta/impor/", "/peserta/impor/unggah/")
    upload(person, WHOLE_LIST)
    if person.page.get_by_text("Berkas ini sudah diunggah; ini laporannya.").is_visible():
        discard(person)  # what an interrupted journey has left
        upload(person, WHOLE_LIST)
    shown = person.page.locator("main").inner_text()
    assert "Daftar sedang diperiksa" in shown
    assert "Halaman ini boleh ditutup" in shown
    report = person.page.url
    deeds.wait_for_work(person, "Impor diperiksa, belum disimpan")
    person.sees("Tidak ada yang perlu disimpan: semua yang bisa disimpan sudah terdaftar.")
    person.sees("Berkas yang sama persis sudah disimpan")
    tiles = [count_of(person, tile) for tile in ("Diterima", "Peringatan", "Ditolak", "Ganda")]
    assert sum(tiles) == 8000
    person.sees("Baris menurut kecamatan")
    assert not person.page.get_by_role("link", name=re.compile("^Simpan")).is_visible()
    person.check("the report of 8,000 rows")

    person.page.get_by_role("link", name=re.compile("^NIK rusak")).click()
    person.page.wait_for_url("**sebab=**")
    person.sees("Ubah format kolom menjadi Teks")
    with person.page.expect_download() as download:
        person.page.get_by_role("button", name="Unduh baris bermasalah").click()
    assert zipfile.is_zipfile(download.value.path())
    person.page.goto(report)
    discard(person)
    person.check("a discarded report")


def discard(person: Visitor) -> None:
    person.follow("Buang laporan ini")
    person.press(re.compile("^Buang"))
    person.sees("Laporan dibuang. Tidak ada peserta yang berubah.")


@pytest.mark.parametrize("device", DESKS)
def test_a_small_list_is_mended_saved_and_found_again(officer, device, tmp_path):
    person = officer(**device)
    right, warned, wrong = (invented.person() for _one in range(3))
    rows = [right.row(), warned.row(phone=""), wrong.row(nik=wrong.nik[:15])]
    upload(person, invented.workbook(tmp_path / f"{invented.word().lower()}.xlsx", rows))
    deeds.wait_for_work(person, "Impor diperiksa, belum disimpan")
    assert [count_of(person, tile) for tile in ("Diterima", "Peringatan", "Ditolak", "Ganda")] == [1, 1, 1, 0]
    person.sees("NIK berisi 15 angka, seharusnya 16. Cocokkan dengan KTP.")
    person.check("a report with one of each kind")

    person.follow(re.compile("^Perbaiki"))
    person.check()
    person.fill(nik=wrong.nik)
    person.press("Periksa lagi baris ini")
    person.sees("sudah benar dan ikut disimpan")
    person.follow("Simpan 3 baris")
    person.sees("3 orang menjadi peserta", "Semua tersimpan sekaligus, atau tidak sama sekali.")
    person.check()
    person.fill(messages_consented="on")
    person.press(re.compile("^Simpan"))
    deeds.wait_for_work(person, "Daftar sudah disimpan")
    person.sees("3 baru, 0 sudah terdaftar, 0 berubah.")
    person.check("a saved list")

    number = deeds.number_of(person, right)
    person.check("a list of one")
    for words in (number, right.nik, right.phone):
        person.goto("/peserta/")
        person.page.fill("#q", words)
        person.press("Terapkan")
        expect(person.page.get_by_role("heading", level=1)).to_have_text(right.name)
        assert person.page.url.endswith(f"/peserta/{number}/")
    person.sees(number, right.kelurahan, "Dapur", "Perjalanan 7 PAS")
    shown = person.page.locator("main").inner_text()
    assert right.nik not in shown
    assert right.phone not in shown
    person.check("the page of a new participant")

    person.page.locator("dd", has=person.page.locator(f"a[href$='/{number}/buka/']")).get_by_role(
        "link"
    ).click()
    person.page.wait_for_url("**/buka/")
    person.check()
    person.press("Buka nomornya")
    expect(person.page.get_by_role("alert").first).to_be_visible()
    person.fill(reason="identity")
    person.press("Buka nomornya")
    person.sees("Pembukaan ini sudah dicatat", right.nik)
    person.check("an opened NIK")


@pytest.mark.parametrize("device", DESKS)
def test_files_that_are_no_list_are_answered_in_words(officer, device, tmp_path):
    person = officer(**device)
    letter = tmp_path / "surat.pdf"
    letter.write_bytes(b"%PDF-1.7 surat")
    empty = tmp_path / "kosong.csv"
    empty.write_bytes(b"")
    old = tmp_path / "lama.xls"
    old.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    locked = tmp_path / "kunci.xlsx"
    locked.write_bytes(
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    )
    broken = tmp_path / "putus.xlsx"
    broken.write_bytes(WHOLE_LIST.read_bytes()[:20_000])
    bomb = tmp_path / "bom.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(30_000_000))
    for path, words in (
        (letter, "Ini berkas PDF, bukan daftar dari Excel."),
        (empty, "Berkasnya kosong."),
        (old, "Berkas ini rusak atau belum terkirim seluruhnya."),
        (locked, "Berkas ini dilindungi kata sandi"),
        (broken, "Berkas ini rusak atau belum terkirim seluruhnya."),
        (bomb, "membengkak jauh melebihi sebuah daftar"),
    ):
        upload(person, path)
        expect(person.page.get_by_role("alert").first).to_contain_text(words)
    person.check("a refused file")
    person.goto("/peserta/impor/unggah/")
    person.press("Unggah dan periksa daftar")
    expect(person.page.get_by_role("alert").first).to_contain_text("Berkas belum dipilih")

    strange = tmp_path / f"{invented.word()}.csv"
    strange.write_text(f"satu;dua\n{random.random()};2\n")
    upload(person, strange)
    deeds.wait_for_work(person, "Daftar tidak bisa dibaca")
    person.sees("Tidak ada lembar dengan baris judul", "Tidak ada yang disimpan atau diubah.")
    person.check("a list without a header")


# ---------------------------------------------------------------- the counter


def press_until(person: Visitor, found: str, key: str = "Tab") -> None:
    """Presses the key until the focus stands on ``found`` (a selector)."""
    for _time in range(80):
        if person.page.evaluate("s => document.activeElement?.matches(s)", found):
            return
        person.page.keyboard.press(key)
    raise AssertionError(f"the keyboard never reaches {found}")


@pytest.mark.parametrize("device", DESKS)
def test_the_counter_needs_the_keyboard_alone_and_three_pages(officer, device):
    person, new = officer(**device), invented.person(invented.KEMBANGAN)
    keys = person.page.keyboard
    person.goto("/peserta/daftar/")
    pages = [person.page.url]
    person.page.on("framenavigated", lambda frame: pages.append(frame.url))
    person.check()

    press_until(person, "[name=nik]")
    keys.type(new.nik)
    keys.press("Enter")
    person.page.wait_for_url(lambda url: url != pages[0])
    person.check()
    press_until(person, "[name=full_name]")
    keys.type(new.name)
    press_until(person, "[name=phone]")
    keys.type(new.phone)
    press_until(person, "[name=kelurahan]")
    keys.type(new.kelurahan)
    press_until(person, "[name=category]")
    keys.press("ArrowDown")
    press_until(person, "[name=business_name]")
    keys.type("Kue Rangi")
    press_until(person, "[name=is_informed]")
    keys.press("Space")
    press_until(person, "main form button.btn-primary")
    keys.press("Enter")
    person.page.wait_for_url("**/selesai/**")
    expect(person.page.get_by_role("heading", level=1)).to_have_text(
        re.compile(r"Nomor peserta JB-KB-\d{5}|Nomor peserta")
    )
    person.sees(new.name)
    person.check()
    assert len(set(pages)) <= 3, pages

    press_until(person, "main a.btn-primary")  # the next one, at once
    keys.press("Enter")
    person.page.wait_for_url("**/peserta/daftar/")
    press_until(person, "[name=nik]")
    keys.type(new.nik)
    keys.press("Enter")
    person.sees(f"{new.name} sudah terdaftar dengan NIK ini")
    person.check("a NIK that is registered")


# ---------------------------------------------------------------- bazaars


@pytest.mark.parametrize("device", DESKS)
def test_a_bazaar_from_the_first_stall_to_the_verified_draw(officer, visitor, device, tmp_path):
    person = officer(**device)
    vendors = [invented.person() for _one in range(3)]
    deeds.import_list(person, vendors, tmp_path)
    numbers = [deeds.number_of(person, vendor) for vendor in vendors[:2]]
    site = plan(person)
    refuse_quotas_and_set_them(person)
    open_applications(person)
    secret = commit(person)
    person.goto(site)
    person.follow("Halaman publik")
    public = person.page.url.removeprefix(person.portal.address)
    person.check()

    for vendor, number in zip(vendors[:2], numbers, strict=True):
        phone = visitor(width=390, **device)
        phone.sign_in_participant(vendor.phone, number)
        phone.goto(public)
        phone.follow("Daftar stan")
        phone.fill(product="Kue rangi", category="kuliner")
        phone.press("Kirim pendaftaran")
        phone.sees("Pendaftaran Anda sudah kami terima")

    person.goto(site)
    freeze_with_a_reason(person)
    reveal(person, secret)
    run(person)
    person.check("a site that was drawn")
    person.goto(public)
    person.sees("Sudah diundi.", "1 dari 2 pendaftar mendapat stan, 1 di daftar cadangan")
    person.check()
    record, script = (
        download(person, "Catatan undian (JSON)", tmp_path),
        download(person, "Program verify_draw.py", tmp_path),
    )
    said = subprocess.run([sys.executable, script, record], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout.strip().splitlines()[-1].split()[0]) == (0, "VERIFIED"), said
    record.write_text(record.read_text().replace('"turns": 0', '"turns": 1', 1))
    said = subprocess.run([sys.executable, script, record], capture_output=True, text=True, check=False)
    assert said.returncode == 1


def plan(person: Visitor) -> str:
    """A bazaar with 40 stalls; the address of its site."""
    first = datetime.now(deeds.JAKARTA) + timedelta(days=random.randint(60, 900))
    name = f"Bazar {invented.word()}"
    person.visit("/bazar/kelola/")
    person.follow("Buat bazar")
    person.check()
    person.fill(name=name, starts_on=f"{first:%Y-%m-%d}", ends_on=f"{first - timedelta(days=1):%Y-%m-%d}")
    person.fill(site_name=f"Halaman {name}")
    person.fill(kind="city_hall")
    person.page.get_by_label("Pal Merah").check()
    person.press("Simpan bazar")
    person.sees("Hari terakhir sebelum hari pertama")
    person.check("a bazaar that ends before it begins")
    person.fill(ends_on=f"{first + timedelta(days=1):%Y-%m-%d}")
    person.press("Simpan bazar")
    person.sees("Stan")
    for numbers, power in (("A01-A20", "on"), ("B01-B20", "")):
        person.fill(numbers=numbers, has_power=power)
        person.press("Tambah stan")
    person.sees("40 stan di denah, 40 tempat yang diundi")
    person.check("a plan of 40 stalls")
    person.fill(numbers="A01-A03")
    person.press("Tambah stan")
    expect(person.page.get_by_role("alert").first).to_contain_text("A01")
    person.follow("Lanjut ke kuota")
    person.check()
    return re.sub(r"kuota/$", "", person.page.url.removeprefix(person.portal.address))


def refuse_quotas_and_set_them(person: Visitor) -> None:
    """The Sudin's own vendors sell at most one stall of food, so that one of two stays without."""
    least, most = (person.page.get_by_label(f"Sudin PPKUKM, {end}") for end in ("Minimum", "Maksimum"))
    least.fill("30")
    most.fill("40")
    person.page.get_by_label("PKK, Minimum").fill("12")
    person.page.get_by_label("PKK, Maksimum").fill("20")
    person.press("Simpan kuota")
    person.sees("adalah 42, sedangkan tempatnya 40. Turunkan salah satu.")
    person.check("quotas that cannot be met")
    least.fill("1")
    person.page.get_by_label("PKK, Minimum").fill("0")
    person.page.get_by_label("Kuliner, Maksimum").fill("1")
    person.press("Simpan kuota")
    person.sees("Kuota disimpan dan mungkin dipenuhi.")


def open_applications(person: Visitor) -> None:
    person.follow("Buka pendaftaran")
    person.check()
    person.fill(closes_on="2020-01-01")
    person.press("Buka pendaftaran")
    person.sees("sudah lewat")
    deadline = datetime.now(deeds.JAKARTA) + timedelta(days=20)
    person.fill(closes_on=f"{deadline:%Y-%m-%d}", tells="")  # it would go to all of West Jakarta
    person.press("Buka pendaftaran")
    person.sees("Pendaftaran dibuka.")
    person.check("a site with open applications")


def commit(person: Visitor) -> str:
    """The secret, as the officer writes it down."""
    person.follow("Kunci rahasia")
    person.check()
    secret = person.page.locator("[name=secret]").input_value()
    person.press("Umumkan kunci rahasia")
    person.sees("Kunci rahasia Anda sudah diumumkan", secret)
    person.check("a commitment")
    return secret


def freeze_with_a_reason(person: Visitor) -> None:
    person.follow("Tutup dan bekukan daftar")
    person.check()
    person.press("Bekukan daftar 2 pendaftar")
    expect(person.page.get_by_role("alert").first).to_be_visible()
    person.fill(reason="Semua pedagang sudah mendaftar")
    person.press("Bekukan daftar 2 pendaftar")
    person.sees("Daftar dibekukan")
    person.check("a frozen list")


def reveal(person: Visitor, secret: str) -> None:
    person.follow("Buka rahasia")
    person.fill(secret="bukan rahasianya")
    person.press("Buka rahasia")
    person.sees("Ini bukan rahasia yang dulu dikunci")
    person.check("a secret that is not the one")
    person.fill(secret=secret)
    person.press("Buka rahasia")
    person.sees("cocok dengan kuncinya")


def run(person: Visitor) -> None:
    person.follow("Jalankan undian")
    person.check()
    person.press("Undi 2 pendaftar dan umumkan")
    person.sees("Sudah diundi dan diumumkan: 1 mendapat stan, 1 menjadi cadangan.")


def download(person: Visitor, link: str, folder: Path) -> Path:
    with person.page.expect_download() as found:
        person.page.get_by_role("link", name=link).click()
    target = folder / found.value.suggested_filename
    found.value.save_as(target)
    return target


# ---------------------------------------------------------------- other lights and widths


@pytest.mark.parametrize("device", [{"width": 390, "dark": True}, {"width": 1280, "dark": True}])
def test_the_officers_pages_in_the_dark(officer, device):
    person = officer(**device)
    for name in ("Dasbor", "Peserta", "Pelatihan", "Bazar", "Pesan", "Impor data"):
        person.menu(name)
        person.check()
    person.menu("Peserta")
    person.page.locator("main tbody th a").first.click()
    person.page.wait_for_url(NUMBER)
    person.check()
    person.menu("Keluar", role="button")
