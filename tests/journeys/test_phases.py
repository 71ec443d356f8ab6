"""A Sudin officer plans a phase from one page, publishes it, and plans it anew after a flood."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from tests.journeys import deeds
from tests.journeys.conftest import Visitor
from tests.journeys.invented import word

MONTHS = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
]
# Each in kecamatan of its own: no phase waits for the halls of the other one.
DEVICES = [
    pytest.param({"width": 1280}, ("31.73.03", "31.73.05"), id="desk"),
    pytest.param(
        {"width": 390, "javascript": False}, ("31.73.01", "31.73.04"), id="phone without JavaScript"
    ),
]


@pytest.mark.parametrize(("device", "places"), DEVICES)
def test_a_phase_is_planned_from_one_page_published_and_changed_after_a_flood(visitor, device, places):
    officer: Visitor = visitor(**device)
    officer.sign_in_staff("sudin.jakbar")
    officer.goto("/pelatihan/tahap/")
    officer.check()
    officer.follow("Rencanakan tahap")
    officer.check("the one form")
    ask_for_two_kecamatan(officer, places)
    officer.press("Simpan dan susun jadwal")
    wait_for_the_planner(officer)
    officer.sees("Semua 12 sesi mendapat tempat.")
    officer.check("the plan by kecamatan")
    officer.follow("Angka")
    officer.check("the plan in figures")
    officer.follow("Daftar")
    officer.check("the plan as a list")
    first, hall = first_session(officer)
    officer.follow("Terbitkan sesi-sesi ini")
    officer.sees("Terbitkan 12 sesi")
    officer.check("what publishing does")
    officer.press("Terbitkan sesi-sesi ini")
    officer.sees("12 sesi sudah terbit.")
    officer.check("a published phase")

    officer.follow("Susun ulang")
    officer.page.locator("[name=venue]").select_option(label=deeds.option(officer, "venue", hall))
    officer.fill(reason="Aula banjir", first_day=f"{first}", last_day=f"{first + timedelta(days=9)}")
    officer.check("what happened")
    officer.press("Hitung perubahannya")
    wait_for_the_planner(officer)
    officer.sees(re.compile(r"\d+ sesi pindah\."), "tempatnya tutup pada hari itu")
    officer.check("before and after")
    officer.follow("Terbitkan perubahan")
    officer.sees("mendapat hari, jam, atau tempat lain.")
    officer.check("whom the change concerns")
    officer.press("Terbitkan perubahan")
    officer.sees("Perubahan terbit:")


def first_session(officer: Visitor) -> tuple[date, str]:
    """The day and the hall of the first one on the list: other phases may have the halls before."""
    row = officer.page.locator("tr", has=officer.page.locator("td[data-l=Tempat]")).first
    _weekday, day, month, year = row.locator("th").inner_text().split()
    return date(int(year), MONTHS.index(month) + 1, int(day)), row.locator("td[data-l=Tempat]").inner_text()


def ask_for_two_kecamatan(officer: Visitor, places: tuple[str, str]) -> None:
    for box in officer.page.locator("input[name^=ikut_]").all():
        box.set_checked((box.get_attribute("name") or "").removeprefix("ikut_") in places)
    officer.fill(name=f"Tahap {word()}")
    for code in places:
        officer.fill(**{f"peserta_{code}": "100", f"kelompok_{code}": "2"})


def wait_for_the_planner(officer: Visitor) -> None:
    """With scripts the page changes by itself; without, one loads it again."""
    at_work = officer.page.get_by_role("heading", name="Jadwal sedang disusun")
    for _time in range(180):
        officer.page.wait_for_load_state()
        if not at_work.is_visible():
            return
        officer.page.wait_for_timeout(500)
        if not officer.javascript:
            officer.page.reload()
    raise AssertionError("the planner does not come to its end")
