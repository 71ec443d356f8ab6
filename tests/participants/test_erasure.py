"""After an erasure nothing in the database names the person, and every count is what it was."""

from __future__ import annotations

import binascii
from collections import Counter
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from bazaars.models import Application, TurnLedger
from okoce.accounts.roles import Role
from okoce.db.encryption import decrypt, lookup
from okoce.notifications import services as outbox
from okoce.notifications.compose import open_secret
from okoce.notifications.models import Message
from okoce.values.period import age_on
from participants.enums import Channel, Purpose, Step
from participants.models import ImportRow, Participant, StepReached
from participants.services import cards, consents, erasure
from tests.architecture.test_dump import disguises, dump_of, tables
from tests.factories import (
    BookingFactory,
    ParticipantFactory,
    ScanFactory,
    SessionFactory,
    member,
)
from tests.factories.bazaars import ApplicationFactory, vendor

pytestmark = pytest.mark.django_db

NIK, PHONE, NAME = "3173071708909901", "+6281288000077", "Zubaidah Qurrotul'aini Wxyz"
MARKS = {
    "name": NAME,
    "name in capitals": NAME.upper(),
    "name key": "zubaidah",
    "e-mail": "zubaidah.q@contoh.test",
    "address": "Gang Mawar Sembilan",
    "birth place": "Purwokertoqq",
    "business": "Keripik Zubaidah Asli",
    "product": "Keripik buatan Zubaidah",
    "birth date": "1990-08-17",
}


@pytest.fixture
def staff():
    return member(Role.SUDIN, "31.73")


def zubaidah(**fields) -> Participant:
    values = {
        "full_name": NAME,
        "nik": NIK,
        "phone": PHONE,
        "email": MARKS["e-mail"],
        "address": MARKS["address"],
        "birth_place": MARKS["birth place"],
        "birth_date": date(1990, 8, 17),
        "registered_on": date(2026, 3, 12),
    }
    return vendor(**{**values, **fields})


def erase(person, by=None):
    return erasure.erase(participant_id=person.pk, by=by, now=timezone.now())


def named_in_dump() -> list[str]:
    """``table: mark`` for everything in any table that names Zubaidah, sealed or not."""
    digests = {
        "NIK digest": lookup(NIK, column="participants.nik"),
        "phone digest": lookup(PHONE, column="participants.phone"),
    }
    needles = {label: text.encode() for label, text in MARKS.items()}
    needles |= {label: binascii.hexlify(digest) for label, digest in digests.items()}
    needles |= {f"NIK {label}": needle for label, needle in disguises(NIK).items()}
    needles |= {f"phone {label}": needle for label, needle in disguises(PHONE).items()}
    found = []
    for table in tables():
        text = dump_of(table)
        found += [f"{table}: {label}" for label, needle in needles.items() if needle in text]
    for row in ImportRow.objects.exclude(values_ciphertext=None):
        opened = decrypt(row.values_ciphertext, column="imports.values", row=row.uid)
        found += [
            f"row of a list: {label}" for label, text in MARKS.items() if text in opened or NIK in opened
        ]
    return sorted(set(found))


def a_life_in_the_programme(staff) -> Participant:
    """Everything the portal can know of somebody, each by the way it is really written."""
    person = zubaidah()
    person.businesses.update(name=MARKS["business"])
    person.full_name = NAME.upper()
    person.save()
    cards.issue(participant_id=person.pk, by=staff)
    for purpose in Purpose:
        consents.give(participant_id=person.pk, purpose=purpose, channel=Channel.COUNTER, by=staff)
    StepReached.objects.create(
        participant=person, step=Step.P1_REGISTRATION, reached_on=person.registered_on, evidence="counter:x"
    )
    booking = BookingFactory(participant=person, session=SessionFactory())
    ScanFactory(participant=person, session=booking.session)
    ApplicationFactory(participant=person, product=MARKS["product"])
    outbox.queue(
        kind="session_reminder", key="reminder:of-somebody", participant_id=person.pk, context={"x": NAME}
    )
    Client().post("/peserta/masuk/", {"phone": "0812 8800 0077"})
    phone = Client()
    phone.post("/peserta/masuk/", {"phone": "0812 8800 0077"})
    phone.post("/peserta/masuk/kode/", {"code": open_secret(Message.objects.latest("pk"))})
    assert phone.get("/status/").status_code == 200
    officer = Client()
    officer.post("/masuk/petugas/", {"login": staff.username, "password": "sandi-untuk-tes"})
    officer.post(f"/peserta/{person.number}/buka/", {"reason": "call"})
    officer.post("/peserta/daftar/", {"nik": NIK})
    person.refresh_from_db()
    return person


def figures() -> dict[str, object]:
    """Counts as the pages show them, and rows of every table that is counted."""
    people = Participant.objects.all()
    ages = Counter(age_on(p.birth_date, p.registered_on) for p in people)
    return {
        "in programme": people.in_programme().count(),
        "by kecamatan": people.by_kecamatan(),
        "by kelurahan": people.by_kelurahan(),
        "by sex": dict(
            people.order_by().values_list("sex").distinct().values_list("sex", "number").order_by("number")
        ),
        "by age": ages,
        "by category": Counter(people.values_list("category", flat=True)),
        "by sector": Counter(people.values_list("businesses__sector", flat=True)),
        "steps": StepReached.objects.of_programme().by_step(),
        "turns": TurnLedger.objects.count(),
        "applications": Application.objects.count(),
        "bookings": Counter(people.values_list("bookings__state", flat=True)),
        "scans": Counter(people.values_list("scans__result", flat=True)),
        "consents": Counter(people.values_list("consents__purpose", "consents__is_given")),
        "messages": Message.objects.exclude(kind="sign_in_code").count(),
        "number": sorted(people.values_list("number", flat=True)),
    }


def test_after_an_erasure_no_table_names_the_person(staff):
    person = a_life_in_the_programme(staff)
    before = {line.split(":")[0] for line in named_in_dump()}
    assert {"participants_participant", "participants_participantevent", "bazaars_application"} <= before

    erase(person, staff)

    assert named_in_dump() == []


def test_after_an_erasure_every_count_is_what_it_was(staff):
    ParticipantFactory.create_batch(3)
    person = a_life_in_the_programme(staff)
    before = figures()

    erase(person, staff)

    assert figures() == before
