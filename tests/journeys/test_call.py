"""A vendor with a phone and an open call: why not yet, what next, then two taps, and back again."""

from __future__ import annotations

import pytest

from tests.journeys import deeds, invented

BAZAAR = "Bazar Rusun Tambora"
COUNTS_TAPS = """addEventListener("click", () => {
    sessionStorage.setItem("taps", 1 + Number(sessionStorage.getItem("taps")));
}, true)"""


@pytest.mark.parametrize("dark", [False, True], ids=["by day", "in the dark"])
def test_a_vendor_reads_why_not_and_what_next_and_then_applies_in_two_taps(visitor, dark):
    office, woman = visitor(), invented.person()
    office.sign_in_staff("sudin.jakbar")
    number = deeds.register(office, woman)

    vendor = visitor(width=390, dark=dark)
    vendor.sign_in_participant(woman.phone, number)
    vendor.goto("/bazar/")
    vendor.follow(BAZAAR)
    vendor.sees("Siapa yang boleh mendaftar", "Kuliner: Uji bahan berbahaya")
    vendor.check()
    vendor.follow("Daftar stan")
    vendor.sees("Anda belum bisa mendaftar", "Uji bahan berbahaya", "kantor kecamatan")
    assert vendor.page.locator("main [name=product]").count() == 0
    vendor.check("why not")

    office.goto(f"/bazar/syarat/{number}/")
    office.page.locator("[name=paper]").select_option(label="Uji bahan berbahaya")
    office.press("Catat")
    office.sees("Uji bahan berbahaya", "Beres")
    office.check()

    vendor.goto("/bazar/")
    vendor.follow(BAZAAR)
    vendor.context.add_init_script(COUNTS_TAPS)
    vendor.page.reload()
    vendor.follow("Daftar stan")
    vendor.sees("Semua syarat terpenuhi")
    vendor.check("all conditions are met")
    vendor.press("Kirim pendaftaran")
    vendor.sees("Pendaftaran Anda sudah diterima", f"Dapur {woman.name.split()[0]}")
    assert vendor.page.evaluate("sessionStorage.getItem('taps')") == "2"
    vendor.check("received")

    vendor.follow("Tarik pendaftaran")
    vendor.sees("Tidak dihitung sebagai giliran")
    vendor.press("Tarik pendaftaran")
    vendor.goto("/bazar/")
    vendor.follow(BAZAAR)
    vendor.follow("Daftar stan")
    vendor.sees("Semua syarat terpenuhi")
