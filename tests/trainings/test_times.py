"""When a person can come: said by the person or written down by the office, and asked by every invitation."""

from datetime import date, datetime
from itertools import product

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from participants.models import Participant
from participants.services.sign_in import account_of
from tests.factories import ParticipantFactory, member
from trainings.models import Availability
from trainings.querysets import available_at
from trainings.scheduling import JAKARTA
from trainings.services import availability
from trainings.services.availability import Times
from trainings.times_words import times_in_words

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 8, 10, 9, 0, tzinfo=JAKARTA)
MOMENTS = [
    datetime(2026, 8, 12, 8, 30, tzinfo=JAKARTA),
    datetime(2026, 8, 12, 12, 0, tzinfo=JAKARTA),
    datetime(2026, 8, 12, 18, 0, tzinfo=JAKARTA),
    datetime(2026, 8, 15, 8, 30, tzinfo=JAKARTA),
]


@pytest.fixture
def person():
    return ParticipantFactory()


@pytest.fixture
def camat():
    return member(Role.KECAMATAN, "31.73.07")


def put(person, times, by=None):
    availability.put(person=person, times=times, by=by, now=NOW)


def test_one_person_and_many_people_agree_about_every_time(person):
    for halves in product([True, False], repeat=4):
        if not any(halves):
            continue
        put(person, times := Times(*halves))
        able = [available_at(Participant.objects.all(), moment).exists() for moment in MOMENTS]

        assert able == [times.can_come_at(moment) for moment in MOMENTS] == list(halves)


@pytest.mark.parametrize(
    ("day", "can"), [("2026-08-11", True), ("2026-08-12", False), ("2026-08-31", False), ("2026-09-01", True)]
)
def test_nobody_is_invited_to_a_day_on_which_they_are_away(person, day, can):
    put(person, times := Times(away_from=date(2026, 8, 12), away_until=date(2026, 8, 31)))
    at = datetime.fromisoformat(f"{day}T18:00+07:00")

    assert (available_at(Participant.objects.all(), at).exists(), times.can_come_at(at)) == (can, can)


def test_saying_the_same_twice_is_recorded_once(person):
    for _press in range(2):
        put(person, Times(evenings=False))

    assert AuditEvent.objects.filter(action="trainings.availability.said").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"mornings": False, "afternoons": False},
        {"away_from": "2026-08-12"},
        {"away_from": "2026-08-12", "away_until": "2026-08-11"},
    ],
)
def test_the_database_refuses_half_an_answer(person, wrong):
    put(person, Times(evenings=False))

    with pytest.raises(IntegrityError), transaction.atomic():
        Availability.objects.update(**wrong)


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (Times(), "Kapan saja"),
        (Times(afternoons=False, evenings=False), "Pagi pada hari kerja, Sabtu atau Minggu"),
        (Times(mornings=False, weekends=False), "Siang pada hari kerja, malam pada hari kerja"),
        (Times(away_from=date(2026, 7, 1), away_until=date(2026, 7, 31)), "Kapan saja"),
    ],
)
def test_what_was_said_reads_as_a_sentence(times, words):
    assert times_in_words(times, today=date(2026, 8, 10)) == words


def test_the_office_writes_down_what_a_person_said_on_the_phone(client_as, camat, person):
    client, url = client_as(camat), reverse("trainings:times_of", args=[person.number])
    page = reverse("participants:detail", args=[person.number])

    assert url in client.get(page).content.decode()
    done = client.post(
        url, {"mornings": "on", "away_from": "2126-12-01", "away_until": "2126-12-31"}, follow=True
    ).content.decode()

    assert "Pagi pada hari kerja. Tidak dari " in done
    assert availability.of(person) == Times(
        afternoons=False,
        evenings=False,
        weekends=False,
        away_from=date(2126, 12, 1),
        away_until=date(2126, 12, 31),
    )
    assert Availability.objects.get().changed_by_id == camat.pk


def test_what_was_typed_stays_when_a_day_is_missing(client_as, camat, person):
    url = reverse("trainings:times_of", args=[person.number])

    page = client_as(camat).post(url, {"evenings": "on", "away_from": "2026-12-01"}).content.decode()

    assert "Isi juga hari terakhirnya" in page
    assert 'value="2026-12-01"' in page
    assert not Availability.objects.exists()


def test_a_person_of_another_kecamatan_is_not_found(client_as, person):
    url = reverse("trainings:times_of", args=[person.number])

    assert client_as(member(Role.KECAMATAN, "31.73.08")).post(url, {"evenings": "on"}).status_code == 404


def test_the_own_page_keeps_what_was_typed_and_says_what_is_missing(client_as, person):
    client = client_as(account_of(person.pk))

    page = client.post(reverse("trainings:availability"), {"away_from": "2026-12-01"}).content.decode()

    assert "Centang sedikitnya satu waktu" in page
    assert 'value="2026-12-01"' in page
