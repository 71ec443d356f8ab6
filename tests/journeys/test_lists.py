"""The officer's day with the list: filter, keep the view, give many people an agency, take the file home."""

from __future__ import annotations

import re

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor
from tests.journeys.invented import word

DESKS = [
    pytest.param({}, id="desk"),
    pytest.param({"javascript": False}, id="without JavaScript"),
    pytest.param({"width": 390}, id="phone"),
    pytest.param({"dark": True}, id="dark"),
]


def wait_until_ready(person: Visitor) -> None:
    title = person.page.get_by_role("heading", level=1, name="Berkas siap")
    if person.javascript:
        expect(title).to_be_visible(timeout=60_000)
        return
    for _time in range(240):
        if title.is_visible():
            return
        person.page.wait_for_timeout(250)
        person.page.reload()
    expect(title).to_be_visible()


@pytest.mark.parametrize("device", DESKS)
def test_from_a_question_to_a_view_to_a_deed_to_a_file(visitor, device, tmp_path):
    person = visitor(**device)
    person.sign_in_staff("sudin.jakbar")
    page, name = person.page, f"Tanpa pendamping {word()}"

    person.goto("/peserta/")
    page.locator("summary", has_text="Saringan lain").click()
    person.fill(kecamatan="31.73.07", pendamping="tanpa", jk="P")
    person.press("Terapkan")
    page.wait_for_url("**pendamping=tanpa**")
    person.sees("Kecamatan: Pal Merah", "Pendamping: Tidak ada")
    person.check("a filtered list")

    person.follow(re.compile("Simpan tampilan ini"))
    person.check("saving a view")
    person.fill(name=name)
    person.press("Simpan tampilan")
    chip = page.get_by_role("link", name=re.compile(f"^{name}"))
    expect(chip).to_have_attribute("aria-current", "page")
    before = int(re.sub(r"\D", "", chip.inner_text().removeprefix(name)))

    boxes = page.locator("input[name=id]")
    for at in range(3):
        boxes.nth(at).check()
    if person.javascript:
        person.sees("3 peserta dipilih")
    person.press("Tetapkan pengampu")
    person.sees("3 peserta dipilih")
    page.locator("[name=organisation]").select_option(label="PKK Jakarta Barat")
    person.press("Lihat apa yang akan terjadi")
    person.sees(re.compile("[1-3] peserta diampu PKK Jakarta Barat"), "provinsi menghitung sekali")
    person.check("what will happen")
    person.press(re.compile("^Tetapkan [1-3] peserta"))
    person.sees(re.compile("[1-3] peserta diampu PKK Jakarta Barat"), "Dapat dibatalkan selama 24 jam")
    person.check("what was done")
    person.follow(re.compile("Batalkan tindakan ini"))
    person.check()
    person.press("Batalkan tindakan ini")
    person.sees("Semua kembali seperti semula")

    person.goto("/peserta/tampilan/")
    person.check("the saved views")
    person.follow(name)
    person.press("Ekspor")
    person.check("asking for an export")
    person.fill(reason="report")
    button = page.get_by_role("button", name=re.compile("^Buat berkas"))
    told = int(re.sub(r"\D", "", button.inner_text()))
    if told < before:  # somebody's data were erased, or their use is restricted
        person.sees(re.compile(f"{before - told} (orang|peserta)"))
    person.press(re.compile("^Buat berkas"))
    wait_until_ready(person)
    person.check("a file that is ready")
    with page.expect_download() as download:
        page.get_by_role("button", name="Unduh berkas").click()
    path = tmp_path / "peserta.xlsx"
    download.value.save_as(path)
    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:2] == ("Nomor peserta", "Nama lengkap")
    assert len(rows) - 1 == told
    assert {row[rows[0].index("Jenis kelamin")] for row in rows[1:]} == {"Perempuan"}

    person.goto("/peserta/tampilan/")
    row = page.locator(".oo-view", has_text=name)
    row.get_by_role("link", name=re.compile("^Hapus")).click()
    person.press("Hapus tampilan")
    person.sees(f"Tampilan “{name}” dihapus.")
