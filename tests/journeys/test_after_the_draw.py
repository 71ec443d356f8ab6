"""After the draw: confirming by the address in the message; a stall taken back goes to the next, once."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

PHONES = [
    pytest.param({"width": 390}, id="phone"),
    pytest.param({"width": 390, "javascript": False, "dark": True}, id="without JavaScript, in the dark"),
]
PLACE = re.compile("^Kantor Wali Kota Jakarta Barat$")


def who_comes(office):
    office.goto("/bazar/kelola/")
    office.follow(PLACE)
    office.follow(re.compile("iapa yang datang"))
    office.sees("Siapa yang datang?", "Menunggu jawaban")


def address_in_the_text(office) -> str:
    """Opens WhatsApp for the next person who has not been told, and ticks it off; the link in the text."""
    asked: list[str] = []
    office.context.on("request", lambda request: asked.append(request.url))
    row = office.page.locator(
        "main li", has=office.page.get_by_role("button", name=re.compile("^Buka WhatsApp"))
    )
    with office.context.expect_page():
        row.first.get_by_role("button", name=re.compile("^Buka WhatsApp")).click()
    for _time in range(100):
        if texts := [unquote(url) for url in asked if "/bazar/jawab/" in unquote(url)]:
            break
        office.page.wait_for_timeout(100)
    with office.page.expect_navigation():
        row.first.get_by_role("button", name=re.compile("^Tandai")).click()
    return re.search(r"/bazar/jawab/[^/\s]+/", texts[0]).group()


@pytest.mark.parametrize("device", PHONES)
def test_a_vendor_confirms_by_the_address_in_the_message_without_signing_in(visitor, device):
    office = visitor()
    office.sign_in_staff("sudin.jakbar")
    who_comes(office)
    office.check("who comes")
    office.follow("Ingatkan lewat WhatsApp")
    address = address_in_the_text(office)

    vendor = visitor(**device)
    vendor.goto(address)
    stall = re.search(r"Stan (\w+)", vendor.page.inner_text("h1"))[1]
    vendor.sees("Jawab sampai")
    vendor.check("a stall to confirm")
    vendor.press("Saya datang berjualan")
    vendor.sees("Terima kasih. Stan ini milik Anda.", "Anda sudah mengonfirmasi.")
    vendor.check("a stall that is confirmed")
    vendor.goto(address)
    vendor.sees("Anda sudah mengonfirmasi.")

    who_comes(office)
    row = office.page.locator("main tbody tr", has=office.page.get_by_text(stall, exact=True)).first
    expect(row).to_contain_text("Akan hadir")


def test_a_stall_taken_back_is_offered_once_to_the_next_who_reads_it(visitor, portal):
    office, other = visitor(), visitor()
    for officer in (office, other):
        officer.sign_in_staff("sudin.jakbar")
        who_comes(officer)
    keeps = portal.participant("stall")["name"].split(":")[0]  # other journeys look at this one's stall
    waiting = office.page.locator("main tbody tr", has_text="Belum dikonfirmasi").filter(has_not_text=keeps)
    stall = waiting.first.locator("td").first.inner_text()
    for officer in (office, other):
        officer.follow(re.compile(rf"^Tarik kembali\s+{stall}"))
        officer.check("taking a stall back")
        officer.fill(reason="Izin edar belum diperpanjang")
    office.press(re.compile("^Ambil kembali stan"))
    office.sees(re.compile(r"Stan \w+ kini ditawarkan kepada"))
    offered = office.page.locator("main").get_by_text("Ditawarkan", exact=True).count()
    other.press(re.compile("^Ambil kembali stan"))
    who_comes(office)
    assert office.page.locator("main").get_by_text("Ditawarkan", exact=True).count() == offered


@pytest.mark.parametrize("device", PHONES)
def test_a_vendor_reads_the_next_step_the_own_turns_and_what_costs_none(visitor, portal, device):
    who = portal.participant("stall")
    vendor = visitor(**device)
    vendor.sign_in_participant(who["phone"], who["number"])
    vendor.sees("Giliran bazar", "Menolak stan, juga hari ini, tidak mengurangi giliran")
    vendor.follow("Lihat giliran saya")
    vendor.sees("Yang tidak dihitung sebagai giliran", "Giliran Anda satu per satu")
    vendor.check("own turns")
