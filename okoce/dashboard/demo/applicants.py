"""Residents who have registered themselves: some wait in every kecamatan of the city, one was asked back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from okoce.accounts.models import User
from okoce.dashboard.demo.accounts import CITY, PALMERAH
from participants import areas, self_steps
from participants.models import SelfRegistration
from participants.services import self_registration as services

ASKED = 1  # of Palmerah, the second one was asked back
PEOPLE = (
    ("Nurhayati", "P", date(1988, 3, 12), "Kue basah Nurhayati", "kuliner", "starter"),
    ("Bambang Hermawan", "L", date(1979, 11, 5), "Servis AC Bambang", "jasa", "scaling_up"),
    ("Dewi Anggraini", "P", date(1995, 6, 21), "", "", "would_be"),
)


def tell_applicants(users: dict[str, User], now: datetime) -> int:
    """How many wait in the queues."""
    count = 0
    for place, (kecamatan, _name) in enumerate(areas.kecamatan_within(CITY)):
        here = PEOPLE if kecamatan == PALMERAH else PEOPLE[: 1 + place % 2]
        rows = [_send(kecamatan, place, index, person, now) for index, person in enumerate(here)]
        count += len(rows)
        if kecamatan == PALMERAH:
            officer = users["camat.palmerah"]
            question = "Nomor rumah di KTP tidak terbaca. Mohon tulis alamat lengkapnya."
            services.ask(uid=rows[ASKED].uid, question=question, by=officer, now=now)
    return count


def _send(kecamatan: str, place: int, index: int, person: Any, now: datetime) -> SelfRegistration:
    name, sex, born, business, sector, category = person
    sent = now - timedelta(days=(place + index) % 5, hours=3)
    kelurahan = areas.kelurahan_within(kecamatan)
    day = born.day + (40 if sex == "P" else 0)
    typed = {
        "nik": f"{kecamatan.replace('.', '')}{day:02d}{born:%m%y}9{900 + place * 5 + index:03d}",
        "full_name": name,
        "birth_date": born.isoformat(),
        "sex": sex,
        "kecamatan": kecamatan,
        "kelurahan": kelurahan[(place + index) % len(kelurahan)][0],
        "is_outside_dki": False,
        "address": f"Jalan Melati {place * 3 + index + 1}",
        "rt": f"{index + 1:03d}",
        "rw": f"{place + 1:03d}",
        "phone": f"+628120000{4600 + place * 5 + index}",
        "email": "",
        "category": category,
        "business_name": business,
        "sector": sector,
        "is_informed": True,
        "messages": index != 1,
        "photos": False,
        "partners": False,
    }
    row = services.begin(address=f"192.0.2.{place}", language="id", now=sent)
    for step in self_steps.steps_for(typed, today=sent.date()):
        row = services.save_step(uid=row.uid, step=step, answers=typed, now=sent)
    return services.send(uid=row.uid, today=sent.date(), now=sent)
