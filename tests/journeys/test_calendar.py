"""The calendar of an office: planned by day, repeated, moved, warned of, called off; a trainer's own days."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys import deeds
from tests.journeys.conftest import Visitor

HOURS = {
    True: ("07:30", "08:30"),
    False: ("13:30", "15:30"),
}  # journeys at the desk do not meet those on a phone
DEVICES = [
    pytest.param({"width": 390, "javascript": False}, id="phone without JavaScript"),
    pytest.param({"width": 1280}, id="desk"),
]
HALL = "Aula Kantor Kecamatan Pal Merah"


def take_room(person: Visitor, name: str) -> None:
    person.page.locator("[name=venue]").select_option(label=deeds.option(person, "venue", name))


def free_day(person: Visitor, *, weekday: int, hours: tuple[str, str] = ("13:30", "15:30")) -> str:
    """A draft in the hall on such a weekday, whatever earlier journeys have taken; its address."""
    for _time in range(12):
        day = deeds.some_day()
        day += timedelta(days=(weekday - day.weekday()) % 7)
        person.goto(f"/pelatihan/sesi/buat/?tanggal={day:%Y-%m-%d}")
        expect(person.page.locator("[name=date]")).to_have_value(f"{day:%Y-%m-%d}")
        person.page.locator("[name=activity]").select_option(index=2)
        take_room(person, HALL)
        person.fill(start=hours[0], end=hours[1], capacity="40")
        person.press("Simpan draf")
        if re.search(r"/sesi/\d+/$", person.page.url):
            return person.page.url.removeprefix(person.portal.address)
    raise AssertionError("no free day")


@pytest.mark.parametrize("device", DEVICES)
def test_an_office_plans_by_day_copies_repeats_and_moves(visitor, device):
    person = visitor(**device)
    person.sign_in_staff("camat.palmerah")
    person.menu("Pelatihan")
    person.check()
    day = person.page.locator(".oo-cal a.day").last
    expect(day).to_have_attribute("href", re.compile(r"tanggal=\d{4}-\d\d-\d\d"))

    hours = HOURS[person.javascript]
    session = free_day(person, weekday=1, hours=hours)
    person.check("a draft made from its day")
    person.follow("Salin sesi")
    person.sees("Salin Kegiatan")
    person.check("a copy before it is saved")

    person.goto(session)
    person.follow("Ulangi tiap minggu")
    person.check()
    person.fill(times="2")
    person.press("Periksa harinya")
    person.sees("Belum ada yang disimpan.")
    person.check("the days are checked before anything is saved")
    if person.page.locator("[name=reason]").count():  # a holiday among them
        person.fill(reason="Diminta peserta")
    person.press("Simpan hari yang dicentang sebagai draf")
    person.sees(re.compile(r"\d draf tersimpan\."))

    person.goto(f"{session}ulangi/?times=2&every=1")
    person.sees("Tidak bisa", f"{HALL} sudah dipakai {'-'.join(hours).replace(':', '.')}")
    person.check("clashing days are named with what stands there")

    person.goto(session)
    person.follow("Pindahkan ke hari lain")
    person.follow("Sehari kemudian")
    person.check("another day is proposed without a mouse")
    person.press("Pindahkan sesi")
    person.check("a session that was moved")


def test_a_soft_rule_is_passed_with_a_reason_and_people_are_told_once(visitor):
    person = visitor(width=390)
    person.sign_in_staff("camat.palmerah")
    session = free_day(person, weekday=2)
    person.goto(f"{session}geser/?geser=2")  # the Friday of that week
    take_room(person, "RPTRA Pal Merah,")  # the hall is taken on some mornings
    person.fill(start="11:00", end="12:30")
    person.press("Pindahkan sesi")
    person.sees("Bertepatan dengan salat Jumat, 11.30-13.00.")
    person.check("what speaks against the time")
    person.fill(reason="Hanya ibu-ibu yang diundang")
    person.press("Pindahkan sesi")
    person.sees("Hanya ibu-ibu yang diundang")
    person.follow("Terbitkan")
    person.press("Terbitkan sesi")
    person.press(re.compile(r"^Undang"))
    person.goto(f"{session}geser/?geser=7")
    take_room(person, HALL)
    person.fill(start="13:30", end="15:30")
    person.press("Pindahkan sesi")
    if person.page.locator("[name=reason]").count():  # that day is a holiday
        person.fill(reason="Diminta peserta")
        person.press("Pindahkan sesi")
    person.sees("Peserta diberi tahu saat Anda merilis perubahan.")
    person.check("a change that nobody knows yet")
    person.goto("/pelatihan/rilis/")
    person.sees("Waktu:", "sekarang")
    person.check("the change log before it is released")
    person.press(re.compile(r"^Rilis dan beri tahu \d+ orang"))
    person.sees("Perubahan dirilis.")
    person.check("the change log of the release")

    person.goto(session)
    person.follow("Batalkan sesi")
    person.sees(re.compile("Kursi kosong di sesi berikutnya|Belum ada sesi"))
    person.check("what the cancellation offers")
    person.fill(reason="Aula dipakai untuk pemilihan RW")
    person.press(re.compile("^Batalkan sesi dan beri tahu"))
    person.sees("Sesi dibatalkan.")


@pytest.mark.parametrize("device", DEVICES)
def test_a_hall_is_closed_and_its_sessions_are_named(visitor, device):
    person = visitor(**device)
    person.sign_in_staff("sudin.jakbar")
    person.goto("/pelatihan/tempat/")
    person.check()
    person.follow("Aula Kantor Kecamatan Kembangan")
    person.check("a hall and what is booked there")
    person.follow(re.compile("^Sesi pada hari-hari ini"))
    person.check("sessions in a closed hall, with rooms that are free")
    person.goto("/pelatihan/pelatih/")
    person.check()
    person.goto("/pelatihan/kurikulum/")
    person.sees("Memasak untuk usaha")
    person.check()


@pytest.mark.parametrize("device", DEVICES)
def test_a_trainer_sees_the_own_sessions_and_says_when_absent(visitor, device):
    person = visitor(**device)
    person.sign_in_staff("pelatih.palmerah")
    person.menu("Pelatihan")
    person.sees("Sesi saya")
    person.check()
    person.follow("Bidang dan hari berhalangan saya")
    person.check("the own subjects, days and sessions")
    person.follow("Isi hari berhalangan")
    day = deeds.some_day() + timedelta(days=90)
    person.fill(first=f"{day:%Y-%m-%d}", last=f"{day - timedelta(days=1):%Y-%m-%d}")
    person.press("Simpan hari berhalangan")
    expect(person.page.get_by_role("alert").first).to_contain_text("Hari terakhir mendahului hari pertama.")
    person.fill(last="")
    person.press("Simpan hari berhalangan")
    person.sees("Tidak ada sesi pada hari-hari ini.")
    person.check("nothing stands on the day")
    person.goto("/pelatihan/pelatih/saya/")
    person.press("Batalkan hari berhalangan")
    person.sees("Hari berhalangan dibatalkan.")
