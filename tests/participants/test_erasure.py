"""After an erasure nothing in the database names the person, and every count is what it was."""

from __future__ import annotations

import binascii
import json
from collections import Counter
from datetime import date

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from bazaars import verify_draw
from bazaars.models import Application, Draw, TurnLedger
from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from okoce.db.encryption import decrypt, encrypt, lookup
from okoce.notifications import services as outbox
from okoce.notifications.compose import open_secret
from okoce.notifications.models import Message
from okoce.values.period import age_on
from participants.enums import Channel, Purpose, Step
from participants.models import ImportBatch, ImportRow, Participant, StepReached
from participants.services import cards, consents, dossier, erasure, merging, registration, retention
from participants.services.sign_in import account_of
from tests.architecture.test_dump import disguises, dump_of, known_numbers_in_dump, tables
from tests.factories import (
    BookingFactory,
    ParticipantFactory,
    ScanFactory,
    SessionFactory,
    member,
)
from tests.factories.bazaars import ApplicationFactory, drawn_site, vendor
from tests.factories.trainings import day_at

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
    booking = BookingFactory(participant=person, session=SessionFactory(starts_at=day_at(-9, 9)))
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


def test_erasing_twice_changes_nothing_more(staff):
    person = a_life_in_the_programme(staff)
    erase(person, staff)
    person.refresh_from_db()
    first = (person.erased_at, AuditEvent.objects.count())

    assert erase(person, staff).total == 0
    person.refresh_from_db()
    assert (person.erased_at, AuditEvent.objects.count()) == first


def test_the_trail_says_who_erased_and_that_history_was_blanked(staff):
    person = zubaidah()

    erase(person, staff)

    lines = AuditEvent.objects.filter(action__contains="erased").order_by("pk")
    assert [(e.action, e.actor, e.target_id) for e in lines] == [
        ("participants.history.erased", staff, str(person.pk)),
        ("participants.participant.erased", staff, str(person.pk)),
    ]


def test_card_sign_in_and_search_end(staff):
    person = zubaidah()
    address = cards.address_of(cards.issue(participant_id=person.pk, by=staff))
    account = account_of(person.pk)

    erase(person, staff)

    account.refresh_from_db()
    assert (cards.open_card(address.rstrip("/").rpartition("/")[2]), account.is_active) == (None, False)
    people = Participant.objects.all()
    assert [list(q) for q in (people.with_nik(NIK), people.with_phone(PHONE), people.named_like(NAME))] == [
        [],
        [],
        [],
    ]


def test_who_registers_again_is_a_new_person(staff):
    person = zubaidah()
    erase(person, staff)

    again = registration.register_participant(
        nik=NIK, full_name="Zubaidah", birth_date=date(1990, 8, 17), sex="P", kelurahan="31.73.07.1001",
        category="would_be", by=staff, today=timezone.localdate(), now=timezone.now(),
    )  # fmt: skip

    assert (again.pk != person.pk, again.number != person.number, again.nik) == (True, True, NIK)


def test_rows_merged_into_the_person_go_with_it(staff):
    person = zubaidah()
    double = ParticipantFactory(full_name="Zubaidah Q. Wxyz", nik="3173071708909902", phone="+6281288000078")
    merging.merge(
        survivor_id=person.pk, merged_id=double.pk, chosen={}, reason="KTP sama", by=staff, now=timezone.now()
    )

    erase(person, staff)

    double = Participant.everybody.get(pk=double.pk)
    assert (double.full_name, double.nik, double.erased_at is not None) == ("", "", True)
    assert known_numbers_in_dump(["3173071708909902", "+6281288000078"]) == []
    assert named_in_dump() == []


def test_a_drawn_record_still_verifies_and_is_untouched(staff):
    site = drawn_site(applications=4)
    before = Draw.objects.get(site=site).record
    person = site.applications.first().participant

    erase(person, staff)

    after = Draw.objects.get(site=site).record
    verify_draw.verify(json.loads(json.dumps(after)))
    assert after == before


def test_coming_seats_and_open_applications_are_given_back(staff):
    person = zubaidah()
    booking = BookingFactory(participant=person, session=SessionFactory(state="published"))
    application = ApplicationFactory(participant=person)

    erase(person, staff)

    booking.refresh_from_db(), application.refresh_from_db()
    assert (booking.state, application.state) == ("released", "withdrawn")


def test_an_unfinished_form_at_another_counter_is_emptied_too(client_as, staff):
    client_as(staff).post("/peserta/daftar/", {"nik": NIK})
    person = zubaidah()

    erase(person, staff)

    assert named_in_dump() == []


def test_rows_of_lists_lose_the_person_also_where_they_were_rejected(staff):
    """Three rows: the accepted one, a rejected one with another NIK but the same name, and somebody else."""
    batch = ImportBatch.objects.create(
        city_id="31.73", uploaded_by=staff, file="", file_name="daftar.xlsx", file_size=9, sha256="0" * 64,
        as_of=date(2026, 3, 1), state="checked", checked_at=timezone.now(), rows_total=3,
        totals={"rows": 3, "accepted": 2, "rejected": 1}, new_count=2,
    )  # fmt: skip
    cells = [
        ("accepted", {"nama": "Z. Q. Wxyz", "nik": NIK}),
        ("rejected", {"nama": NAME.upper(), "nik": "317307"}),
        ("accepted", {"nama": "Wagiman", "nik": "3173071708909903"}),
    ]
    rows = []
    for position, (status, values) in enumerate(cells, 1):
        row = ImportRow(batch=batch, position=position, sheet="S", row=position, status=status)
        row.values_ciphertext = encrypt(json.dumps(values), column="imports.values", row=row.uid)
        row.save()
        rows.append(row)
    person = zubaidah()

    erase(person, staff)

    for row in (*rows, batch):
        row.refresh_from_db()
    assert [row.values_ciphertext is None for row in rows] == [True, True, False]
    assert (batch.totals["accepted"], batch.totals["rejected"], batch.new_count) == (1, 2, 1)
    assert named_in_dump() == []


def test_the_row_somebody_came_from_loses_its_digests_also_when_its_cells_are_gone(staff):
    person = zubaidah()
    batch = ImportBatch.objects.create(
        city_id="31.73", uploaded_by=staff, file="", file_name="daftar.xlsx", file_size=9, sha256="0" * 64,
        as_of=date(2026, 3, 1), state="saved", saved_at=timezone.now(), saved_by=staff,
    )  # fmt: skip
    row = ImportRow.objects.create(
        batch=batch, position=1, sheet="S", row=2, status="accepted", uid=person.uid,
        nik_lookup=person.nik_lookup, person_lookup=b"0" * 32,
    )  # fmt: skip

    erase(person, staff)

    row.refresh_from_db()
    assert (row.nik_lookup, row.person_lookup) == (None, None)


def test_files_of_the_person_are_deleted(staff, settings, tmp_path, django_capture_on_commit_callbacks):
    settings.MEDIA_ROOT = tmp_path
    person = zubaidah()
    dossier.add_document(
        participant=person, kind="other", title="Surat Zubaidah", content=b"isi", content_type="image/jpeg",
        by=staff,
    )  # fmt: skip
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 1

    with django_capture_on_commit_callbacks(execute=True):
        erase(person, staff)

    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize(
    ("born", "registered"),
    [
        (date(1990, 8, 17), date(2026, 3, 12)),
        (date(1990, 8, 17), date(2026, 8, 17)),
        (date(2004, 2, 29), date(2026, 2, 28)),
        (date(2000, 1, 1), date(2024, 2, 29)),
        (date(2001, 3, 1), date(2024, 2, 29)),
        (date(1970, 12, 31), date(2026, 1, 1)),
    ],
)
def test_the_age_at_registration_is_all_that_a_birth_date_still_says(born, registered):
    blurred = erasure.same_age_at(registered, born)

    assert age_on(blurred, registered) == age_on(born, registered)
    assert (blurred.month, blurred.day) in {(registered.month, registered.day), (2, 28)}


# ---------------------------------------------------------------- retention
def long_ago(**fields):
    return ParticipantFactory(registered_on=date(2019, 1, 2), **fields)


def test_rule_64_after_the_retention_period_people_are_anonymised_and_counts_stay(staff):
    old, active = long_ago(full_name=NAME, nik=NIK, phone=PHONE), long_ago(birth_date=date(1985, 4, 5))
    BookingFactory(participant=active)
    recent = ParticipantFactory(registered_on=timezone.localdate(), birth_date=date(1985, 4, 5))
    before = figures()

    done = retention.keep(now=timezone.now())

    for person in (old, active, recent):
        person.refresh_from_db()
    assert done["participants"] == 1
    assert [p.erased_at is not None for p in (old, active, recent)] == [True, False, False]
    assert figures() == before
    assert named_in_dump() == []


def test_rule_64_a_dry_run_counts_and_changes_nothing(capsys):
    old = long_ago()

    call_command("keep_retention", "--dry-run")

    old.refresh_from_db()
    assert ("participants: 1 past 1825 days" in capsys.readouterr().out, old.erased_at) == (True, None)


def test_erased_numbers_can_be_erased_again_after_a_restore(tmp_path, capsys):
    person, other = zubaidah(), ParticipantFactory()
    listed = tmp_path / "erased.txt"
    listed.write_text(f"{person.number}\n")

    call_command("erasures", "--repeat", str(listed))
    call_command("erasures")

    person.refresh_from_db(), other.refresh_from_db()
    assert (person.erased_at is not None, other.erased_at) == (True, None)
    assert capsys.readouterr().out.split() == ["1", "erased", "again", person.number]
