"""Who may be registered twice: the rules, the search for pairs, and what is never asked twice."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.values import names
from participants import nearby
from participants.duplicates import Person, Reason, is_nik_near, likeness, niks_near
from participants.models import DuplicateCandidate, NameWord, Participant
from participants.services import duplicates, merging
from participants.services.registration import register_participant
from tests.factories import ParticipantFactory, member

BORN = date(1990, 8, 17)


def person(name, *, born=BORN, **fields):
    return Person(names.key(name), born, fields.pop("sex", "P"), **fields)


def reasons(one, other, **more):
    found = likeness(one, other, **more)
    return set(found.reasons) if found else None


# ---------------------------------------------------------------- the rules


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("Siti Aminah", "Siti Aminah", Reason.NAME_SAME),
        ("Siti Aminah", "St. Aminah, S.E.", Reason.NAME_SAME),
        ("Moh. Iqbal", "Muhammad Iqbal", Reason.NAME_SAME),
        ("Aminah Siti", "Siti Aminah", Reason.NAME_SAME),
        ("Siti Aminah", "Siti Amina", Reason.NAME_NEAR),
        ("Nur Aini", "Nuraini", Reason.NAME_NEAR),
        ("Soekarno Putra", "Sukarno Putra", Reason.NAME_NEAR),
        ("Siti Aminah", "Siti Aminah Rahayu", Reason.NAME_PART),
        ("Siti Aminah R", "Siti Aminah Rahayu", Reason.NAME_PART),
    ],
)
def test_rule_08_names_are_compared_as_heard_and_not_letter_by_letter(one, other, why):
    assert reasons(person(one), person(other)) == {why, Reason.BIRTH_SAME}


def test_rule_08_same_name_and_phone_are_enough():
    one, other = (person("Siti Aminah", born=day, phone=b"x") for day in (BORN, date(1971, 2, 3)))

    assert reasons(one, other) == {Reason.NAME_SAME, Reason.PHONE}


def test_the_same_name_alone_is_not():
    assert likeness(person("Siti Aminah"), person("Siti Aminah", born=date(1971, 2, 3))) is None


def test_twins_are_two_people():
    budi, beni = (
        person(f"{first} Santoso", sex="L", phone=b"x", kk=b"k", nik=f"317307170890900{n}")
        for n, first in enumerate(["Budi", "Beni"], 1)
    )

    assert likeness(budi, beni) is None


def test_twins_whose_names_differ_in_one_letter_are_two_people_when_both_are_names():
    rani, rini = (person(f"{first} Lestari", phone=b"x", kk=b"k") for first in ("Rani", "Rini"))

    assert likeness(rani, rini, frequent={"rani", "rini"}) is None
    assert likeness(rani, rini) is not None


def test_a_nik_with_one_slip_says_much():
    one, other = (
        person("Siti Aminah", born=day, nik=nik)
        for day, nik in ((BORN, "3173075708909001"), (date(1990, 8, 11), "3173075708909010"))
    )

    assert reasons(one, other) == {Reason.NAME_SAME, Reason.BIRTH_NEAR, Reason.NIK_NEAR}


def test_near_niks_are_those_that_are_near():
    nik = "3173075708909001"
    near = niks_near(nik)

    assert nik not in near
    assert len(near) == len(set(near))
    assert all(is_nik_near(nik, other) for other in near)
    assert "3173075708909010" in near
    assert not is_nik_near(nik, "3173075708909111")


# ---------------------------------------------------------------- the search

pytestmark_db = pytest.mark.django_db


def look(*people):
    return duplicates.look_for([p.pk for p in people], now=timezone.now())


def pairs():
    return list(DuplicateCandidate.objects.waiting().values_list("first_id", "second_id"))


@pytest.mark.django_db
def test_pairs_are_found_once_with_their_reasons():
    one = ParticipantFactory(full_name="Siti Aminah", nik="3173075708909001")
    other = ParticipantFactory(full_name="Siti Aminnah", nik="3173075708909002", kelurahan_id="31.71.06.1001")

    assert (look(one, other), look(one), look(other)) == (1, 0, 0)
    pair = DuplicateCandidate.objects.get()
    assert (pair.first_id, pair.second_id) == (one.pk, other.pk)
    assert set(pair.reasons) == {"name_near", "birth_same", "nik_near"}


@pytest.mark.django_db
def test_day_and_month_that_changed_places_are_found():
    one = ParticipantFactory(full_name="Siti Aminah", birth_date=date(1990, 3, 8))
    other = ParticipantFactory(full_name="Siti Aminah", birth_date=date(1990, 8, 3))
    look(one)

    assert pairs() == [(one.pk, other.pk)]


@pytest.mark.django_db
def test_whoever_is_registered_at_the_counter_is_compared_at_once():
    known = ParticipantFactory(full_name="Wagiman Suparno", nik="3173071708909001", sex="L")
    officer = member(Role.KECAMATAN, "31.73.07")
    made = register_participant(
        nik="3173071708909010", full_name="Wagiman Soeparno", birth_date=BORN, sex="L",
        kelurahan="31.73.07.1001", category="would_be", by=officer, today=date(2026, 3, 12),
        now=timezone.now(),
    )  # fmt: skip

    assert pairs() == [(known.pk, made.pk)]
    assert NameWord.objects.filter(word="soeparno").exists()


@pytest.mark.django_db
def test_a_correction_is_compared_too():
    from participants.services.changes import change_participant, version_of

    known = ParticipantFactory(full_name="Siti Aminah")
    other = ParticipantFactory(full_name="Bambang Purnomo")
    look(known, other)
    assert pairs() == []

    other.refresh_from_db()
    change_participant(
        participant_id=other.pk, version=version_of(other), changes={"full_name": "Siti Aminah"},
        by=member(Role.KECAMATAN, "31.73.07"),
    )  # fmt: skip
    assert pairs() == [(known.pk, other.pk)]


@pytest.mark.django_db
def test_who_was_found_to_be_two_people_is_never_asked_about_again():
    one, other = (ParticipantFactory(full_name="Siti Aminah") for _ in range(2))
    look(one, other)
    officer = member(Role.SUDIN, "31.73")
    pair = DuplicateCandidate.objects.get()
    duplicates.say_different(candidate_id=pair.pk, note="kembar", by=officer, now=timezone.now())
    duplicates.say_different(candidate_id=pair.pk, note="lagi", by=officer, now=timezone.now())

    assert (look(one, other), pairs()) == (0, [])
    assert DuplicateCandidate.objects.get().note == "kembar"


@pytest.mark.django_db
def test_not_even_under_the_row_it_was_joined_to():
    one, other = (ParticipantFactory(full_name="Siti Aminah") for _ in range(2))
    look(one, other)
    officer = member(Role.SUDIN, "31.73")
    duplicates.say_different(
        candidate_id=DuplicateCandidate.objects.get().pk, note="kembar", by=officer, now=timezone.now()
    )
    third = ParticipantFactory(full_name="Siti Aminah")
    merging.merge(
        survivor_id=third.pk, merged_id=other.pk, chosen={}, reason="", by=officer, now=timezone.now()
    )

    assert (look(third), pairs()) == (0, [])


@pytest.mark.django_db
def test_people_of_a_frequent_name_are_not_taken_for_each_other():
    for n in range(25):
        ParticipantFactory(full_name=f"Rini {chr(97 + n) * 5}")
        ParticipantFactory(full_name=f"Rani {chr(97 + n) * 5}")
    nearby.relearn()
    rini, rani = ParticipantFactory(full_name="Rini Lestari"), ParticipantFactory(full_name="Rani Lestari")
    look(rini, rani)

    assert pairs() == []


@pytest.mark.django_db
def test_rule_07_a_family_card_may_repeat():
    one = ParticipantFactory()
    other = ParticipantFactory(full_name="Bambang Purnomo")
    for row in (one, other):
        row.kk = "3173071201150001"
        row.save()

    assert Participant.objects.filter(kk_lookup=bytes(one.kk_lookup)).count() == 2


@pytest.mark.django_db
def test_rule_10_a_phone_of_three_people_is_counted():
    people = [ParticipantFactory(phone="+6281200000001") for _ in range(3)]

    assert duplicates.people_on_phone(people[0]) == 3


@pytest.mark.django_db
def test_searching_asks_the_same_number_of_questions_for_one_and_for_many(django_assert_num_queries):
    people = [ParticipantFactory(full_name="Siti Aminah") for _ in range(6)]
    look(*people)
    with django_assert_num_queries(7):
        look(people[0])
    with django_assert_num_queries(7):
        look(*people)
