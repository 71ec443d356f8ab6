"""By which ways a message goes: the province changes it after reading what it means, an office reads it."""

from __future__ import annotations

import re


def test_the_province_changes_the_ways_of_a_message_and_goes_back_to_the_usual_ones(visitor, portal):
    province, office = visitor(width=390), visitor(dark=True)
    province.sign_in_staff("provinsi")
    province.goto("/pesan/saluran/")
    province.check("all kinds")
    province.follow("Pengingat konfirmasi stan")
    province.check("usual")
    province.follow("Ubah saluran")
    province.page.locator("#id_place_whatsapp").select_option("")
    province.page.locator("#id_place_sms").select_option("2")
    province.press("Lihat artinya")
    province.sees("Isi “Mengapa Anda mengubahnya?”")
    province.fill(reason="Paket SMS murah")
    province.check("with faults")
    province.press("Lihat artinya")
    province.sees("Tidak dipakai untuk pesan ini: WhatsApp")
    province.check("what it means")
    province.press("Pilih ulang")
    province.press("Lihat artinya")
    province.press("Simpan saluran")
    province.sees("Saluran tersimpan", "Ditetapkan provinsi", "Paket SMS murah")
    province.check("set")

    office.sign_in_staff("camat.palmerah")
    office.goto("/pesan/saluran/")
    office.follow("Pengingat konfirmasi stan")
    office.sees("Ditetapkan provinsi", re.compile(r"SMS \(1 jam\) → E-mail"))
    assert office.page.get_by_role("link", name="Ubah saluran").count() == 0
    office.check("read")

    province.follow("Kembali ke saluran biasa")
    province.fill(reason="Cukup seperti semula")
    province.press("Lihat artinya")
    province.press("Simpan saluran")
    province.sees("Kembali ke saluran biasa")
