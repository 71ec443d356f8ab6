"""Who must be called, and a message to many: tried, sent, stopped."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import expect

DEVICES = [
    pytest.param({"width": 390}, id="phone"),
    pytest.param({"width": 1280, "javascript": False}, id="without JavaScript"),
]


@pytest.mark.parametrize("device", DEVICES)
def test_the_kecamatan_sees_who_must_be_called_for_its_next_session(visitor, device):
    office = visitor(**device)
    office.sign_in_staff("camat.palmerah")
    office.goto("/dasbor/")  # the sessions of the next days
    table = office.page.locator("section[aria-labelledby=ss]")
    office.goto(table.locator("a[href*='/pelatihan/sesi/']").first.get_attribute("href"))
    office.page.get_by_role("link", name="Pesan dan jawaban").click()

    expect(office.page.get_by_role("heading", level=1)).to_have_text("Siapa yang terjangkau?")
    office.check()
    office.page.get_by_role("link", name=re.compile("^Harus ditelepon")).click()
    expect(office.page).to_have_url(re.compile("tampil=panggil"))
    office.check()


def test_the_province_tries_sends_and_stops_a_message_to_many(visitor):
    province = visitor(width=1280)
    province.sign_in_staff("provinsi")
    title = f"Tahap baru {uuid.uuid4().hex[:6]}"
    page = province.page
    province.goto("/pesan/siaran/tulis/?untuk=vendors")
    page.get_by_label("Nama Anda untuk pesan ini").fill(title)
    page.get_by_label("Pengumuman").fill("{name}, pendaftaran tahap baru dibuka sampai Jumat.")
    page.get_by_label("Kelompok barang").select_option(label="Kuliner")
    page.get_by_label("Kecamatan").select_option(label="Kembangan")
    page.get_by_role("button", name="Lihat siapa yang terjangkau").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_role("heading", name="Siapa yang terjangkau")).to_be_visible()
    province.check()
    page.get_by_role("button", name="Kirim ke saya").click()
    expect(page.get_by_text("Pesan sedang dikirim ke")).to_be_visible()

    page.get_by_role("link", name=re.compile("^(Kirim pesan|Minta persetujuan)")).click()
    province.check()
    page.get_by_role("button", name=re.compile("^(Kirim pesan|Minta persetujuan)")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.get_by_role("button", name="Hentikan pengiriman").click()
    expect(page.get_by_text("menghentikannya")).to_be_visible()
    province.check()
