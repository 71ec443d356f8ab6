"""What staff do in the pages so that a journey has somebody to travel with. The pages themselves are looked
at closely in the journeys of the staff; here they are only used.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.journeys.conftest import Visitor
from tests.journeys.invented import CHANCE, Person, word, workbook

JAKARTA = ZoneInfo("Asia/Jakarta")
PLACES = ("Cengkareng", "Kalideres", "Kebon Jeruk", "Kembangan", "Pal Merah", "Taman Sari", "Tambora")
ROOMS = [f"{room} {place}," for room in ("RPTRA", "Aula Kantor Kecamatan") for place in PLACES]
ROOMS.remove("Aula Kantor Kecamatan Pal Merah,")  # test_calendar and test_camat need it on given days


def register(office: Visitor, person: Person) -> str:
    """At the counter; the new participant number."""
    office.goto("/peserta/daftar/")
    office.fill(nik=person.nik)
    office.press("Periksa NIK")
    office.fill(full_name=person.name, phone=person.phone, category="starter", is_informed="on")
    office.page.locator("[name=kelurahan]").select_option(label=person.kelurahan)
    office.fill(business_name=f"Dapur {person.name.split()[0]}", sector="kuliner", messages="on")
    office.press("Daftarkan peserta")
    return re.search(r"[A-Z]{2}-[A-Z]{2}-\d{5}", office.page.inner_text("h1")).group()


def import_list(office: Visitor, people: list[Person], folder: Path) -> None:
    """Uploads and saves a list of these people; all of them are right."""
    path = workbook(folder / f"daftar-{word().lower()}.xlsx", [person.row() for person in people])
    office.goto("/peserta/impor/unggah/")
    office.page.set_input_files("[name=file]", path)
    office.press("Unggah dan periksa daftar")
    wait_for_work(office, "Impor diperiksa, belum disimpan")
    office.follow(re.compile("^Simpan"))
    office.fill(messages_consented="on")
    office.press(re.compile("^Simpan"))
    wait_for_work(office, "Daftar sudah disimpan")


def wait_for_work(office: Visitor, heading: str) -> None:
    """Until the worker is done. With scripts the page changes by itself; without one loads it again."""
    title = office.page.get_by_role("heading", level=1, name=heading)
    if office.javascript:
        expect(title).to_be_visible(timeout=90_000)
        return
    for _time in range(300):
        if title.is_visible():
            return
        office.page.wait_for_timeout(250)  # a person also waits before pressing again
        office.page.reload()
    expect(title).to_be_visible()


def number_of(office: Visitor, person: Person) -> str:
    """By name, in the list of participants."""
    office.goto("/peserta/")
    office.page.fill("#q", person.name)
    office.press("Terapkan")
    row = office.page.get_by_role("row", name=re.compile(person.name, re.I))
    return re.search(r"[A-Z]{2}-[A-Z]{2}-\d{5}", row.inner_text()).group()


def some_day() -> datetime:
    """A working day of the next weeks."""
    day = datetime.now(JAKARTA) + timedelta(days=CHANCE.randint(5, 35))
    return day + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])


def publish_session(office: Visitor, *, seats: int, activity: int = 2) -> str:
    """A session of the office, published and without people; its address."""
    title = office.page.get_by_role("heading", level=1)
    for _time in range(10):
        plan_session(office, some_day(), seats=seats, activity=activity, room=CHANCE.choice(ROOMS))
        if not title.filter(has_text="Buat sesi").is_visible():  # else an earlier journey has this room
            break
    office.follow("Terbitkan")
    if office.page.locator("main [name=note]").count():  # a day off, or another warning
        office.fill(note="Aula hanya bisa dipakai hari itu")
    office.press("Terbitkan sesi")
    office.page.wait_for_url("**/undang/")
    return re.sub(r"undang/$", "", office.page.url.removeprefix(office.portal.address))


def plan_session(office: Visitor, day: datetime, *, seats: int, activity: int = 2, room: str = "") -> None:
    """In the afternoon, when the demonstration has none."""
    office.goto("/pelatihan/sesi/buat/")
    page = office.page
    page.locator("[name=activity]").select_option(index=activity)
    page.locator("[name=venue]").select_option(label=option(office, "venue", room))
    office.fill(date=f"{day:%Y-%m-%d}", start="13:00", end="15:30", capacity=str(seats))
    office.press("Simpan draf")


def leave_the_line(person: Visitor) -> None:
    """Who still waits for a seat would stand before the people of the next journey, or of its second try."""
    person.goto("/pelatihan/antrean-saya/")
    out = re.compile("^Keluar dari antrean")
    if person.page.locator("main").get_by_role("button", name=out).count():  # else a seat is offered
        person.press(out)
        person.sees("Anda sudah keluar dari antrean")


def option(office: Visitor, name: str, words: str) -> str:
    """The whole label of the first choice that contains these words."""
    labels = office.page.locator(f"[name={name}] option").all_inner_texts()
    return next(label for label in labels if words in label)
