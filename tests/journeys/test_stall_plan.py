"""The officer draws a stall plan: with the keyboard alone, on a phone with a finger, and without a script."""

import random
import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys import deeds, invented
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey


@pytest.fixture
def officer(visitor):
    def arrive(**device) -> Visitor:
        person = visitor(**device)
        person.sign_in_staff("sudin.jakbar")
        return person

    return arrive


def stall(person, number):
    return person.page.locator(f"[data-number={number}]")


def place_of(person, number):
    node = stall(person, number)
    return node.get_attribute("aria-label").split(".")[0]


def a_plan(person, rows=("A01-A04", "B01-B02")) -> str:
    """A draft with stalls; the address of its plan."""
    first = datetime.now(deeds.JAKARTA) + timedelta(days=random.randint(60, 900))
    name = f"Bazar {invented.word()}"
    person.visit("/bazar/kelola/baru/")
    person.fill(
        name=name, starts_on=f"{first:%Y-%m-%d}", ends_on=f"{first:%Y-%m-%d}", site_name=f"Halaman {name}"
    )
    person.fill(kind="market")
    person.page.get_by_label("Pal Merah").check()
    person.press("Simpan bazar")
    for numbers in rows:
        person.fill(numbers=numbers)
        person.press("Tambah stan")
    return person.page.url.removeprefix(person.portal.address)


def test_a_plan_is_arranged_with_the_keyboard_alone(officer):
    person = officer()
    a_plan(person)
    page = person.page
    stall(person, "A01").focus()
    page.keyboard.press("ArrowRight")
    expect(stall(person, "A02")).to_be_focused()
    page.keyboard.press("Enter")
    expect(stall(person, "A02")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("status").filter(has_text="A02 diangkat")).to_be_visible()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    assert place_of(person, "A02") == "A02: baris 4, kolom 3"
    person.sees("A02 ditaruh di baris 4, kolom 3. Belum disimpan.")

    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    assert place_of(person, "A02") == "A02: baris 4, kolom 3"
    person.check("a plan that is not saved yet")

    person.press("Simpan letak stan")
    person.sees("1 stan diubah.")
    assert place_of(person, "A02") == "A02: baris 4, kolom 3"
    person.follow("Versi denah")
    person.sees("Dipindah: A02")
    person.check("versions of a plan")


def test_a_plan_is_arranged_on_a_phone_and_printed(officer):
    person = officer(width=390)
    address = a_plan(person)
    page = person.page
    stall(person, "A01").tap()
    page.get_by_role("button", name="Ke bawah").click()
    for _ in range(2):
        page.get_by_role("button", name="Ke bawah").click()
    page.get_by_role("button", name="Taruh").click()
    assert place_of(person, "A01") == "A01: baris 4, kolom 1"
    stall(person, "B01").tap()
    stall(person, "B02").tap()
    person.sees("B01 dan B02 bertukar tempat. Belum disimpan.")
    person.check("a plan on a phone")
    person.press("Simpan letak stan")
    person.sees("3 stan diubah.")

    page.get_by_label("A02", exact=True).check()
    page.get_by_label("A03", exact=True).check()
    person.press("Jadikan dua-dua satu tenda")
    person.sees("tenda bersama A03")
    person.press("Jadikan dua-dua satu tenda")
    person.sees("Belum ada stan yang dicentang")
    person.check("a refusal on a phone")

    person.goto(address)
    person.follow("Cetak denah")
    person.sees("Isi denah sebagai daftar")
    person.check("the sheet of a plan")
    sheet = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    person.follow("Papan pintu masuk")
    person.check("the board of a plan")


def test_a_plan_is_arranged_without_a_script(officer):
    person = officer(javascript=False)
    a_plan(person)
    page = person.page
    page.get_by_label("Zona B").check()
    page.get_by_text("Pindahkan ke tempat lain").click()
    page.locator("[name=letak-row]").fill("1")
    page.locator("[name=letak-column]").fill("4")
    person.press("Pindahkan stan yang dicentang")
    person.sees("A04 dan B01")
    person.check("a refused move")
    page.locator("[name=letak-column]").fill("6")
    person.press("Pindahkan stan yang dicentang")
    person.sees("2 stan diubah.", "baris 1, kolom 7")
    person.follow("Versi denah")
    person.follow(re.compile("^2"))
    person.press("Kembali ke versi ini")
    person.sees("Denah kembali seperti pada versi 2.", "baris 2, kolom 2")
