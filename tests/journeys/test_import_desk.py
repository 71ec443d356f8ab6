"""A list of another agency: columns matched, a cause mended in all rows, agreed to, saved, rolled back."""

from __future__ import annotations

import re

import pytest
import xlsxwriter

from tests.journeys import deeds, invented

DESKS = [
    pytest.param({}, id="desk"),
    pytest.param({"javascript": False}, id="without JavaScript"),
    pytest.param({"width": 390, "dark": True}, id="phone, dark"),
]
# The last column is the phone number, under a name that nobody could know.
HEADER = ("Nama Lengkap", "NIK", "Tanggal Lahir", "L/P", "Kelurahan", "Kecamatan", "Kolom baru")


def workbook(path, people, kecamatan):
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Peserta")
        rows = [
            (one.name, one.nik, f"{one.born:%d/%m/%Y}", "P", one.kelurahan, kecamatan, one.phone)
            for one in people
        ]
        for number, row in enumerate([HEADER, *rows]):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return path


@pytest.mark.parametrize("device", DESKS)
def test_a_list_of_another_agency_from_its_columns_to_its_roll_back(visitor, tmp_path, device):
    officer, colleague = visitor(**device), visitor(**device)
    officer.sign_in_staff("sudin.jakbar")
    colleague.sign_in_staff("kasi.jakbar")
    people = [invented.person() for _one in range(3)]
    file = workbook(tmp_path / f"{invented.word().lower()}.xlsx", people, "Palmerahh")

    officer.goto("/peserta/impor/unggah/")
    officer.check("the upload page with its senders")
    officer.page.set_input_files("[name=file]", file)
    officer.page.locator("[name=organisation]").select_option("pkk-31-73")
    officer.press("Unggah dan periksa daftar")
    deeds.wait_for_work(officer, "Impor diperiksa, belum disimpan")
    report = officer.page.url.split("#")[0].split("?")[0]

    officer.follow("Cocokkan ulang kolom")
    officer.check("the columns of a list")
    officer.page.get_by_label(re.compile("^Kolom G: Kolom baru")).select_option("hp")
    officer.press("Baca daftar dengan kolom ini")
    deeds.wait_for_work(officer, "Impor diperiksa, belum disimpan")
    officer.sees("Ditolak")

    officer.follow(re.compile("^Kecamatan tidak dikenal"))
    officer.sees("Palmerahh", "3 baris")
    officer.check("one cause for all its rows")
    officer.page.locator("select[name=ganti]").select_option(label="Pal Merah")
    officer.press("Ganti di 3 baris")
    officer.sees("“Palmerahh” menjadi", "3 di antaranya sekarang benar")
    officer.check("a report after its mending")

    officer.follow("Minta daftar disimpan")
    officer.check("the question that asks a second person")
    officer.press("Minta persetujuan orang kedua")
    officer.sees("Daftar menunggu orang kedua", "Tarik permintaan")
    officer.check("a list that waits")

    colleague.goto("/dasbor/")
    colleague.follow("Lihat dan putuskan")
    colleague.sees("Rina Puspita", "3 orang menjadi peserta")
    colleague.check("the page of the second person")
    colleague.press("Kembalikan daftar")
    colleague.fill(reason="Periksa nama di baris 2")
    colleague.press("Kembalikan daftar")
    officer.page.goto(report)
    officer.sees("Teguh Prasetyo mengembalikan daftar ini", "Periksa nama di baris 2")
    officer.follow("Minta daftar disimpan")
    officer.press("Minta persetujuan orang kedua")
    colleague.page.goto(report + "setujui/")
    colleague.press("Setujui dan simpan 3 baris")
    deeds.wait_for_work(colleague, "Daftar sudah disimpan")
    colleague.sees("3 baru, 0 sudah terdaftar, 0 berubah.", "Teguh Prasetyo menyetujui sebagai orang kedua.")
    number = deeds.number_of(colleague, people[0])

    officer.page.goto(report)
    officer.follow("Tarik kembali daftar ini")
    officer.sees("3 orang dihapus")
    officer.check("the question of a roll-back")
    officer.press("Tarik kembali daftar, hapus 3 orang")
    deeds.wait_for_work(officer, "Daftar ditarik kembali")
    officer.check("a list that was rolled back")
    officer.goto("/peserta/")
    officer.page.fill("#q", people[0].name)
    officer.press("Terapkan")
    assert number not in officer.page.locator("main").inner_text()


def test_rows_from_a_chat_are_pasted(visitor):
    officer = visitor()
    officer.sign_in_staff("sudin.jakbar")
    one, other = invented.person(), invented.person()
    officer.goto("/peserta/impor/tempel/")
    officer.check("the page to paste")
    lines = [f"{n}. {who.name} {who.nik} {who.phone}" for n, who in enumerate((one, other), 1)]
    officer.fill(text="\n".join(["Kecamatan Palmerah", "Kelurahan Slipi", *lines]))
    officer.press("Periksa barisnya")
    deeds.wait_for_work(officer, "Impor diperiksa, belum disimpan")
    officer.follow("Lihat barisnya")
    officer.sees(one.name, other.name)
    officer.check("a report of pasted rows")
    officer.follow("Buang laporan ini")
    officer.press(re.compile("^Buang"))


def test_a_familys_phone_is_accepted_and_the_rest_of_a_saved_list_is_mended(visitor, tmp_path):
    officer = visitor(javascript=False)
    officer.sign_in_staff("sudin.jakbar")
    mother, *children, neighbour = [invented.person() for _one in range(4)]
    rows = [one.row(phone=mother.phone) for one in (mother, *children)] + [neighbour.row(nik="317307")]
    file = invented.workbook(tmp_path / f"{invented.word().lower()}.xlsx", rows)

    officer.goto("/peserta/impor/unggah/")
    officer.page.set_input_files("[name=file]", file)
    officer.press("Unggah dan periksa daftar")
    deeds.wait_for_work(officer, "Impor diperiksa, belum disimpan")
    report = officer.page.url.split("#")[0].split("?")[0]
    officer.page.goto(f"{report}?sebab=hp-bersama")
    officer.sees("Tiga baris daftar ini atau lebih memakai nomor ini", "3 baris tetap disimpan")
    officer.check("the rows of a shared phone")
    officer.page.locator("#alasan-semua").select_option("keluarga")
    officer.press("Terima 3 baris ini")
    officer.sees("3 baris diterima apa adanya", "dikenal kantor, misalnya satu keluarga")

    officer.follow("Simpan 3 baris")
    officer.press("Simpan 3 baris")
    deeds.wait_for_work(officer, "Daftar sudah disimpan")
    officer.check("a saved list with a row left over")
    officer.press("Perbaiki 1 baris yang tersisa")
    officer.sees("Ini baris yang tersisa dari daftar yang disimpan")
    officer.check("the rest of a saved list")
    officer.follow(re.compile("^Perbaiki"))
    officer.sees("Jika dikosongkan, tanggal lahir dari berkas tetap dipakai")
    officer.press("Buka NIK, nomor HP, dan tanggal lahir")
    officer.sees("317307")
    officer.check("a row whose numbers are opened")
    officer.fill(nik=neighbour.nik)
    officer.press("Periksa lagi baris ini")
    officer.follow("Simpan 1 baris")
    officer.press("Simpan 1 baris")
    deeds.wait_for_work(officer, "Daftar sudah disimpan")
    assert deeds.number_of(officer, neighbour).startswith("JB-PM-")
