"""The province writes a text, looks at it as one person would get it, and the next message says it; then it
goes back.
"""

from __future__ import annotations

import re

NEW = "OK OCE: ini kode baru Anda {secret}. Jangan berikan kepada siapa pun."


def newest_message(page, portal, number: str) -> str:
    """What the newest message to somebody says, as the demonstration shows it."""
    page.goto(portal.address + "/demo/pesan/")
    return page.locator("main li", has_text=number).first.inner_text()


def test_the_province_writes_a_text_and_the_next_message_says_it(visitor, portal):
    who, province, phone = portal.participant("learning"), visitor(), visitor(width=390)
    province.sign_in_staff("provinsi")
    province.goto("/pesan/teks/")
    province.check("texts")
    province.fill(q="kode masuk")
    province.page.press("#cari-jenis", "Enter")
    province.follow("Kode masuk")
    province.check("one message")
    province.follow("Baca atau ubah: SMS, Bahasa Indonesia")

    province.fill(body="Kode Anda sudah tiba, biaya Rp 5.000.", reason="lebih ramah")
    province.press("Simpan sebagai versi baru")
    province.sees("Tanpa {secret} pesan ini tidak berguna", "Ada jumlah uang di dalamnya")
    province.check("with faults")

    province.fill(body=NEW)
    province.sees("bagian sebagai SMS", "ini kode baru Anda", within="#pratinjau")
    province.fill(cari=who["number"])
    province.press("Cari orangnya")
    province.press("Tampilkan pratinjau untuk orang ini")
    province.sees(who["number"], "Tidak ada yang dikirim", within="#pratinjau")
    province.check("preview")
    province.fill(reason="lebih ramah")
    province.press("Simpan sebagai versi baru")
    province.sees(re.compile(r"Versi \d+ dari provinsi"))

    phone.ask_code(who["phone"])
    assert "ini kode baru Anda" in newest_message(phone.page, portal, who["number"])

    province.follow("Baca atau ubah: SMS, Bahasa Indonesia")
    province.page.get_by_role("link", name="Teks bawaan portal").click()
    province.check("version")
    province.fill(reason="cukup yang lama")
    province.press("Pakai lagi kata-kata ini")
    province.sees("Bawaan portal")
    other = portal.participant("reserve")
    phone.ask_code(other["phone"])
    assert "ini kode baru Anda" not in newest_message(phone.page, portal, other["number"])
