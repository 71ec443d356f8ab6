"""Somebody of the staff notes a number of their own and tries a text and a message to many on themselves."""

from __future__ import annotations

import re

WORDS = "OK OCE: kode {secret} untuk masuk. Jangan berikan kepada siapa pun."


def newest(page, portal, words: str) -> str:
    """What the newest message with these words says on the demonstration's page: others go out meanwhile."""
    page.goto(portal.address + "/demo/pesan/")
    return page.locator("main li", has_text=words).first.inner_text()


def code_in(words: str) -> str:
    (code,) = re.findall(r"OCE: (\d{6}) mengonfirmasi", words)
    return code


def test_an_officer_confirms_a_number_and_tries_a_text_on_it(visitor, portal):
    officer, watching = visitor(), visitor(width=390)
    officer.sign_in_staff("sudin.jakbar")
    officer.goto("/masuk/sesi/")
    officer.follow("Nomor saya untuk uji coba")
    officer.check("nothing yet")
    officer.fill(phone="0812-0000-0077")
    officer.press("Kirimi saya kode")
    officer.sees("Kode sedang dikirim", "Nomor belum terkonfirmasi")
    officer.check("asked")
    code = code_in(newest(watching.page, portal, "mengonfirmasi"))
    officer.fill(code="000000" if code != "000000" else "111111")
    officer.press("Konfirmasi nomor")
    officer.sees("Angkanya tidak cocok")
    officer.check("wrong")
    officer.fill(code=code)
    officer.press("Konfirmasi nomor")
    officer.sees("Nomor Anda terkonfirmasi", "0812-****-*077")
    officer.check("confirmed")
    officer.press("Hapus nomor")
    officer.sees("Nomor Anda dihapus")


def test_the_province_tries_a_text_on_itself_before_it_is_kept(visitor, portal):
    province, watching = visitor(width=390), visitor()
    province.sign_in_staff("provinsi")
    province.goto("/pesan/nomor-saya/")
    province.fill(phone="0812-0000-0090")
    province.press("Kirimi saya kode")
    province.sees("Nomor belum terkonfirmasi")
    province.fill(code=code_in(newest(watching.page, portal, "mengonfirmasi")))
    province.press("Konfirmasi nomor")
    province.sees("Nomor Anda terkonfirmasi")

    province.goto("/pesan/teks/sign_in_code/sms/id/")
    province.check("editor")
    province.fill(body=WORDS)
    province.press("Kirim ke saya")
    province.sees("Pesan sedang dikirim ke 0812-****-*090")
    assert province.page.input_value("#id_body") == WORDS
    assert "kode 000000 untuk masuk" in newest(watching.page, portal, "untuk masuk. Jangan")
