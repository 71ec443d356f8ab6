"""The in-tray with the keyboard alone, in both languages, and just as well without scripts."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor

QUESTIONS = 3


def ask_questions(phone: Visitor) -> None:
    """People write what only a person can answer, each on the phone of a message that reached them."""
    for n in range(QUESTIONS):
        phone.goto("/demo/ponsel/")
        with phone.page.expect_navigation():
            phone.page.get_by_role("link", name=re.compile("^Buka ponsel")).nth(n).click()
        phone.fill(teks=f"Bu, apakah boleh membawa {n + 2} anak?")
        phone.press("Kirim")


def open_tray(office: Visitor) -> None:
    """The worker looks at what was written within moments."""
    until = time.monotonic() + 60
    while True:
        office.goto("/pesan/masuk/")
        if office.page.locator("[data-keys-row]").count() >= QUESTIONS:
            return
        assert time.monotonic() < until
        office.page.wait_for_timeout(500)


def language(office: Visitor, code: str) -> None:
    with office.page.expect_navigation():
        office.page.locator(f"button[name=language][value={code}]").first.click()


@pytest.mark.parametrize(
    ("code", "keys", "before"),
    [("id", "Tombol papan ketik", "Pesan sebelumnya"), ("en", "Keys", "Message before")],
)
def test_an_officer_works_through_the_tray_with_j_k_e_and_r(visitor, code, keys, before):
    ask_questions(visitor(width=390))
    office = visitor()
    office.sign_in_staff("provinsi")
    open_tray(office)
    page = office.page
    if page.locator("html").get_attribute("lang") != code:
        language(office, code)
        open_tray(office)

    rows = page.locator("[data-keys-row]")
    for key, at in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(rows.nth(at)).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("[data-keys-help]")).to_contain_text(keys)
    expect(page.locator("[data-keys-help] ul")).to_be_visible()
    office.check("the in-tray with its keys")
    page.keyboard.press("?")
    expect(page.locator("[data-keys-help] ul")).to_be_hidden()

    rows.nth(1).focus()
    second = rows.nth(1).get_attribute("href")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    with page.expect_navigation():
        page.keyboard.press("j")
    assert not page.url.endswith(second)
    expect(page.get_by_role("link", name=before)).to_be_visible()
    with page.expect_navigation():
        page.keyboard.press("k")
    assert page.url.endswith(second)
    office.check("a message with its keys")

    page.keyboard.press("r")
    field = page.locator("[data-keys-reply]")
    expect(field).to_be_focused()
    page.keyboard.type("jek?")  # in a field they are letters
    expect(field).to_have_value("jek?")
    assert page.url.endswith(second)
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("e")
    page.wait_for_url("**/pesan/masuk/")
    expect(page.locator(f"[data-keys-row][href='{second}']")).to_have_count(0)

    page.keyboard.press("?")
    page.locator("[data-keys-on]").uncheck()
    page.locator("[data-keys-help] summary").focus()
    page.keyboard.press("j")
    expect(page.locator("[data-keys-help] summary")).to_be_focused()


def test_without_scripts_nothing_speaks_of_keys_and_everything_is_a_link_or_a_button(visitor):
    ask_questions(visitor(width=390))
    office = visitor(javascript=False)
    office.sign_in_staff("provinsi")
    open_tray(office)

    expect(office.page.locator("[data-keys-help]")).to_be_hidden()
    with office.page.expect_navigation():
        office.page.locator("[data-keys-row]").nth(1).click()
    office.sees("Pesan berikutnya", "Pesan sebelumnya", "Tandai selesai")
