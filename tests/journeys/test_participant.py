"""A participant with a phone: where do I stand, what comes next, do I have a stall, and why not."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import deeds, invented, qr_reader

PHONES = [
    pytest.param({"width": 390}, id="phone"),
    pytest.param({"width": 390, "javascript": False}, id="without JavaScript"),
]
DARK = pytest.param({"width": 390, "dark": True}, id="in the dark")
NUMBER = re.compile(r"[A-Z]{2}-[A-Z]{2}-\d{5}")


def sign_in(visitor, portal, story, device):
    who = portal.participant(story)
    person = visitor(**device)
    person.sign_in_participant(who["phone"], who["number"])
    return person


@pytest.mark.parametrize("device", [*PHONES, DARK])
def test_signing_in_by_code_shows_one_of_three_and_what_is_next(visitor, portal, device):
    who = portal.participant("learning")
    person = visitor(**device)
    person.goto("/")
    person.page.locator("form").get_by_label("Nomor HP yang terdaftar").fill("0812")
    person.press("Kirim kode", within="form")
    person.sees("Nomor HP")
    expect(person.page.get_by_role("alert")).to_be_visible()
    person.check("a phone number that is too short")
    person.page.fill("main [name=phone]", who["phone"])
    person.press("Kirim kode")
    person.page.wait_for_url("**/peserta/masuk/kode/")
    person.check()

    code = person.newest_code(who["number"])
    person.page.fill("[name=code]", f"{(int(code) + 1) % 10**6:06d}")
    person.press("Masuk")
    person.sees("Kode tidak cocok. Cocokkan dengan pesan: Anda masih dapat mencoba 2 kali lagi")
    assert person.page.title().startswith("Salah:")
    person.check("a wrong code")

    person.page.fill("[name=code]", f"{code[:3]} {code[3:]}")
    person.press("Masuk")
    person.page.wait_for_url("**/status/")
    expect(person.page.get_by_role("heading", level=1)).to_have_text(re.sub(":.*", "", who["name"]))
    person.sees(who["number"], "Langkah berikutnya", "Hadiri kegiatan 2", "Aula Kantor Kecamatan Pal Merah")
    expect(person.page.get_by_role("img", name="1 dari 3 kegiatan selesai")).to_be_visible()
    person.sees("Yang masih kurang", "Kegiatan 3: Pengemasan dan pemasaran", "Perjalanan 7 PAS")
    person.check()

    person.menu("Keluar", role="button")
    person.goto("/status/")
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Masuk sebagai peserta")


def test_an_unknown_number_gets_the_same_answer_and_no_message(visitor):
    person = visitor(width=390)
    person.ask_code(invented.person().phone)
    person.sees("Tulis kodenya", "terdaftar, kode 6 angka sedang dikirim")
    person.check()
    person.page.fill("[name=code]", "123456")
    person.press("Masuk")
    person.sees("Kode tidak cocok")


@pytest.mark.parametrize("device", PHONES)
def test_an_invitation_is_answered_and_answered_otherwise(visitor, device):
    office = visitor()
    office.sign_in_staff("camat.palmerah")
    someone = invented.person()
    number = deeds.register(office, someone)
    session = deeds.publish_session(office, seats=30)
    office.goto(f"{session}tambah/?q={number}")
    office.press(re.compile("^Tambah"))
    office.sees(someone.name)

    person = visitor(**device)
    person.sign_in_participant(someone.phone, number)
    person.sees("Hadiri kegiatan 2", "13.00-15.30")
    person.follow("Jawab: hadir atau tidak")
    person.sees("Undangan", "13.00-15.30")
    person.check("an invitation")
    person.press("Saya akan hadir")
    person.sees("Kursi Anda")
    person.check("a seat")
    person.follow("Ke status saya")
    person.sees("Anda sudah menjawab akan hadir")
    person.check()
    person.follow("Kursi saya")
    person.press("Saya tidak bisa datang hari itu")
    expect(person.page.get_by_role("alert").first).to_contain_text("Pilih alasan")
    person.page.get_by_label("Tempatnya terlalu jauh").check()
    person.press("Saya tidak bisa datang hari itu")
    person.sees("Anda dalam antrean untuk sesi lain")
    person.check("an answer taken back")
    person.follow("Ke status saya")
    expect(person.page.locator("main")).not_to_contain_text("Anda sudah menjawab akan hadir")


@pytest.mark.parametrize("device", [*PHONES, DARK])
def test_the_winner_sees_the_stall_and_finds_the_own_number_in_the_record(visitor, portal, device):
    person = sign_in(visitor, portal, "stall", device)
    person.sees("Stan bazar Anda:")
    person.check()
    person.follow(re.compile("Mengapa saya mendapat stan|Jawab: hadir atau tidak"))
    stall = re.search(r"Stan Anda: (\w+)", person.page.inner_text("h1")).group(1)
    assert re.fullmatch(r"[A-C]\d\d", stall)
    own = person.page.locator("dt:has-text('Nomor dalam catatan publik') + dd").inner_text()
    person.check()
    person.follow("Lihat catatan publik")
    person.page.locator("summary", has_text="Lihat urutan").click()
    row = person.page.get_by_role("row", name=re.compile(own))
    expect(row).to_contain_text("Terpilih")
    person.check()


@pytest.mark.parametrize("device", PHONES)
def test_the_one_without_a_stall_reads_the_reason(visitor, portal, device):
    person = sign_in(visitor, portal, "reserve", device)
    person.sees("Belum dapat stan")
    person.follow("Baca alasannya")
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Belum dapat stan")
    own = person.page.locator("dt:has-text('Nomor dalam catatan publik') + dd").inner_text()
    person.check()
    person.follow("Lihat catatan publik")
    person.page.locator("summary", has_text="Lihat urutan").click()
    expect(person.page.get_by_role("row", name=re.compile(own))).to_contain_text("Cadangan")


@pytest.mark.parametrize("device", PHONES)
def test_a_stall_is_applied_for_changed_and_given_back(visitor, portal, device):
    person = sign_in(visitor, portal, "learning", device)
    person.goto("/bazar/")
    person.follow("Bazar Rusun Tambora")
    person.check()
    person.follow("Daftar stan")
    person.check()
    if person.page.locator("main [name=product]").count() == 0:  # a paper is asked for: a photo will do
        person.sees("Anda belum bisa mendaftar")
        person.page.set_input_files("main [type=file] >> nth=0", invented.photo())
        person.press("Kirim surat")
        person.sees("Sedang diperiksa")
        person.check("a paper is being checked")
    product = f"Keripik {invented.word()}"
    person.fill(product="")
    person.press("Kirim pendaftaran")
    expect(person.page.get_by_role("alert")).to_be_visible()
    person.check("an application without goods")
    person.fill(product=product, category="kuliner")
    person.press("Kirim pendaftaran")
    person.sees("Pendaftaran Anda", product)
    person.check()
    person.follow("Ubah")
    person.fill(product=f"{product} pedas", needs_power="on")
    person.press("Simpan pendaftaran")
    person.sees(f"{product} pedas")
    person.follow("Tarik pendaftaran")
    person.check()
    person.press("Tarik pendaftaran")
    person.sees("ditarik")
    person.goto("/status/")
    person.sees("Daftar stan")


@pytest.mark.parametrize("device", PHONES)
def test_the_card_opens_the_status_and_nothing_else(visitor, portal, device):
    who = portal.participant("learning")
    person = sign_in(visitor, portal, "learning", device)
    if (make := person.page.get_by_role("button", name="Buat kartu saya")).is_visible():
        make.click()
    path = person.page.locator(".oo-qr__d").get_attribute("d")
    person.check("a status with its card")

    address = qr_reader.read(path)
    finder = visitor(**device)  # somebody else's phone
    finder.page.goto(re.sub(r"^https?://[^/]+", portal.address, address))
    finder.sees("1 dari 3 kegiatan selesai")
    shown = finder.page.locator("body").inner_text()
    name = re.sub(":.*", "", who["name"])
    assert name not in shown
    assert not NUMBER.search(shown)
    assert who["phone"][-4:] not in shown
    finder.check()
    finder.goto("/status/")
    expect(finder.page.get_by_role("heading", level=1)).to_have_text("Masuk sebagai peserta")
