"""Trainer, mentor, pengampu, province, auditor: what they find when they come in; nothing leads nowhere."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import ONE_OF_A_KIND, Visitor

ROLES = ("pelatih.palmerah", "pendamping.palmerah", "pengampu.kpkp", "pengampu.pkk", "provinsi", "auditor")


def menu_of(person: Visitor) -> list[str]:
    return person.page.locator("nav.oo-side a").evaluate_all("links => links.map(a => a.pathname)")


def one_link_of_each_kind(person: Visitor) -> list[str]:
    """Addresses that the page leads to, one for all sessions, one for all participants, and so on."""
    found = person.page.locator("a[href]").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    kinds = {}
    for link in found:
        address = urljoin(person.page.url, link).partition("#")[0]
        if address.startswith(person.portal.address):
            kinds.setdefault(ONE_OF_A_KIND.sub("", address), address)
    return sorted(kinds.values())


@pytest.mark.parametrize("username", ROLES)
def test_every_page_of_the_menu_is_good_and_leads_somewhere(visitor, username):
    person = visitor()
    person.sign_in_staff(username)
    menu = menu_of(person)
    assert menu, f"{username} has no menu"
    opened: set[str] = set()
    if "/pelatihan/" in menu:
        menu.append("/pelatihan/?tampilan=daftar")
    for path in menu:
        person.visit(path)
        expect(person.page.get_by_role("heading", level=1)).to_be_visible()
        for address in one_link_of_each_kind(person):
            kind = ONE_OF_A_KIND.sub("", address)
            if kind not in opened:
                opened.add(kind)
                answer = person.context.request.get(address)
                assert answer.status == 200, f"{address}, from {path}, answers {answer.status}"


@pytest.mark.parametrize("username", ROLES)
def test_the_home_page_on_a_phone_in_the_dark(visitor, username):
    person = visitor(width=390, dark=True)
    person.sign_in_staff(username)
    person.check()
    person.menu("Keluar", role="button")
    person.goto("/dasbor/")
    expect(person.page.get_by_role("heading", level=1)).to_have_text(re.compile("^Masuk"))


@pytest.mark.parametrize("javascript", [True, False])
def test_somebody_with_two_roles_says_which_one_and_sees_it(visitor, javascript):
    person = visitor(width=390, javascript=javascript)
    person.sign_in_staff("camat.kembangan")
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Untuk unit mana Anda bekerja sekarang?")
    person.check()
    person.page.locator("main").get_by_label("Kecamatan Kembangan").check()
    person.press("Bekerja untuk unit ini")
    expect(person.page.locator("header")).to_contain_text("Kembangan")
    person.check()
    person.menu("Ganti unit")
    person.page.locator("main").get_by_label(re.compile("Pelatih")).check()
    person.press("Bekerja untuk unit ini")
    person.check()
    assert person.context.request.get(f"{person.portal.address}/pelatihan/sesi/buat/").status == 403


def test_a_trainer_takes_attendance_and_sees_no_numbers_of_people(visitor):
    person = visitor(width=390)
    person.sign_in_staff("pelatih.palmerah")
    person.goto("/pelatihan/")
    person.page.locator("td.today a.oo-ev").first.click()
    person.page.wait_for_url("**/absen/")
    first = person.page.locator("#orang > li").first
    name = first.locator("b").inner_text()
    first.get_by_role("button", name=re.compile("^Hadir")).click()
    expect(person.page.locator("#kabar")).to_contain_text(f"{name} hadir")
    person.check()
    person.page.locator("#kabar").get_by_role("button", name="Batalkan").click()
    expect(person.page.locator("#kabar")).to_contain_text(f"{name} tidak hadir")
    assert not re.search(r"\b(?:\d{16}|08\d{8,11})\b", person.page.locator("main").inner_text())


def test_an_auditor_reads_what_was_done_and_no_names_of_participants(visitor):
    person = visitor()
    person.sign_in_staff("auditor")
    person.menu("Jejak audit")
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Jejak audit")
    person.page.get_by_label("Yang dilakukan").select_option(label="masuk")
    person.press("Terapkan")
    person.sees("Bambang Nugroho")
    person.check()
    person.page.locator("main tbody a").first.click()
    person.page.wait_for_url(re.compile(r"/audit/\d+/"))
    person.check()


@pytest.mark.parametrize("width", [1280, 390])
def test_an_auditor_reads_the_trainings_and_can_change_nothing(visitor, width):
    person = visitor(width=width)
    person.sign_in_staff("auditor")
    person.menu("Pelatihan")
    sessions = person.page.locator("main a[href*='/pelatihan/sesi/']")
    first = sessions.first.get_attribute("href")
    for path in (
        "/pelatihan/", "/pelatihan/?tampilan=daftar", first, "/pelatihan/tahap/", "/pelatihan/tahap/1/",
        "/pelatihan/radar/", "/pelatihan/antrean/", "/pelatihan/rilis/catatan/", "/pelatihan/tempat/",
        "/pelatihan/pelatih/", "/pelatihan/kurikulum/", "/pelatihan/hari-libur/",
    ):  # fmt: skip
        person.goto(path)
        person.check()
        assert person.page.locator("main form[method=post]").count() == 0, path
        refused = person.page.get_by_role("heading", name="Halaman ini bukan untuk akun Anda")
        assert refused.count() == 0, path
    person.goto("/pelatihan/rilis/catatan/")
    person.page.locator("main tbody a").first.click()
    person.page.wait_for_url(re.compile(r"/rilis/catatan/\d+/"))
    person.check()
