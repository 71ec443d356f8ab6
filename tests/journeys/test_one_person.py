"""Somebody was registered twice: the officer compares, joins the two, and takes it back."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.journeys import deeds, invented

DESKS = [
    pytest.param({}, id="desk"),
    pytest.param({"javascript": False}, id="without JavaScript"),
]


def again(known: invented.Person) -> invented.Person:
    """The same woman at another counter: a letter doubled in the name, a digit of the NIK wrong."""
    serial = known.nik[:-1] + str((int(known.nik[-1]) + 1) % 10)
    return replace(known, name=known.name + known.name[-1], nik=serial)


@pytest.mark.parametrize("device", DESKS)
def test_an_officer_joins_two_entries_and_takes_it_back(visitor, device):
    officer = visitor(**device)
    officer.sign_in_staff("sudin.jakbar")
    known = invented.person()
    first = deeds.register(officer, known)
    second = deeds.register(officer, again(known))

    officer.goto(f"/peserta/{first}/")
    officer.sees("Mungkin terdaftar dua kali")
    officer.page.get_by_role("link", name=re.compile(f"^Bandingkan dengan .*{second}")).click()
    officer.sees("Apakah ini satu orang?")
    officer.sees("NIK berbeda satu angka")
    assert known.nik not in officer.page.content()
    officer.check("two entries side by side")
    officer.page.fill("[name=reason]", "KTP dibandingkan di loket")
    officer.press("Gabungkan kedua data")
    officer.sees(f"{second} kini menjadi satu dengan {first}")

    officer.goto(f"/peserta/{second}/")
    assert officer.page.url.endswith(f"/peserta/{first}/")
    officer.check("a person with a joined entry")
    officer.follow("Batalkan penggabungan")
    officer.sees("catatan kembali ke")
    officer.press("Batalkan penggabungan")
    officer.sees(f"{second} kembali menjadi data tersendiri.")
    officer.goto(f"/peserta/{second}/")
    assert officer.page.url.endswith(f"/peserta/{second}/")


def test_two_people_of_one_name_leave_the_queue(visitor):
    officer = visitor()
    officer.sign_in_staff("sudin.jakbar")
    known = invented.person()
    first = deeds.register(officer, known)
    second = deeds.register(officer, again(known))
    officer.goto(f"/peserta/{first}/")
    officer.page.get_by_role("link", name=re.compile(f"^Bandingkan dengan .*{second}")).click()
    officer.follow("Bukan orang yang sama")
    officer.page.fill("[name=note]", "kembar, kedua KTP dilihat")
    officer.press("Simpan: bukan orang yang sama")
    officer.sees("keduanya dua orang")
    officer.goto(f"/peserta/{first}/")
    assert not officer.page.get_by_text("Mungkin terdaftar dua kali").is_visible()
