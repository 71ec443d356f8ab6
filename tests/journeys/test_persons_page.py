"""The person's page: a business with a product and its photo, and a request that the other office accepts."""

from __future__ import annotations

import pytest

from tests.journeys import deeds, invented


@pytest.mark.parametrize(
    "device",
    [
        pytest.param({"width": 1280}, id="desk"),
        pytest.param({"width": 390, "javascript": False}, id="phone without JavaScript"),
    ],
)
def test_a_business_with_a_product_and_a_move_to_another_office(visitor, device):
    palmerah, kembangan = visitor(**device), visitor(**device)
    palmerah.sign_in_staff("camat.palmerah")
    kembangan.sign_in_staff("camat.kembangan")
    kembangan.page.locator("main").get_by_label("Kecamatan Kembangan").check()
    kembangan.press("Bekerja untuk unit ini")
    somebody = invented.person()
    number = deeds.register(palmerah, somebody)

    palmerah.goto(f"/peserta/{number}/")
    palmerah.check()
    palmerah.follow(f"Dapur {somebody.name.split()[0]}", within="section[aria-labelledby=us]")
    palmerah.check()
    palmerah.follow("Tambah produk")
    palmerah.check()
    palmerah.fill(name="Keripik pedas", price="Rp 12.000,-", unit="bungkus")
    palmerah.page.set_input_files("[name=photo]", invented.photo())
    palmerah.press("Simpan produk")
    palmerah.sees("Produk tersimpan.", "Keripik pedas", "Rp12.000 per bungkus")
    width = "e => e.complete ? e.naturalWidth : new Promise(r => e.onload = () => r(e.naturalWidth))"
    if palmerah.javascript:
        assert palmerah.page.locator("img.oo-photo").evaluate(width) > 0
    palmerah.check("with a photo")

    kembangan.goto("/peserta/daftar/")
    kembangan.fill(nik=somebody.nik)
    if not kembangan.javascript:  # with scripts the answer comes as the NIK is typed
        kembangan.press("Periksa NIK")
    kembangan.sees("Pal Merah")
    kembangan.follow("Minta pindah")
    kembangan.check()
    kembangan.page.locator("[name=kelurahan]").select_option(index=1)
    kembangan.fill(reason="KTP baru sudah dilihat")
    kembangan.press("Kirim permintaan")
    kembangan.sees("Permintaan terkirim.", "Menunggu jawaban")
    assert somebody.name not in kembangan.page.inner_text("main")
    kembangan.check("asked")

    palmerah.goto("/peserta/pindah/")
    palmerah.check()
    palmerah.follow(somebody.name)
    palmerah.check()
    palmerah.press("Serahkan peserta")
    palmerah.sees("Peserta sudah diserahkan.")

    kembangan.goto(f"/peserta/{number}/")
    kembangan.sees(somebody.name, number, "Kembangan", "Dapur")
    palmerah.expected.append("404 GET")
    palmerah.goto(f"/peserta/{number}/")
    palmerah.sees("tidak ditemukan", within="body")
