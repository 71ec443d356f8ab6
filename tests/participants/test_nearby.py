"""Names are found however they are mistyped: nine kinds of slips, five candidates."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from okoce.values import names as name_values
from participants import nearby
from participants.enums import Sex, Source
from participants.models import NameWord, Participant
from tests.benchmarks import jakarta_names
from tests.factories import ParticipantFactory
from tests.table_statistics import learn

pytestmark = pytest.mark.django_db

PEOPLE, TRIED = 5_000, 450


def register(names):
    Participant.objects.bulk_create(
        [
            Participant(
                number=f"JB-PM-{n:05d}", full_name=name, name_key=name_values.key(name), sex=Sex.FEMALE,
                birth_date=date(1990, 1, 1), registered_on=date(2026, 1, 1), source=Source.IMPORT,
                kelurahan_id="31.73.07.1001", kecamatan_id="31.73.07", city_id="31.73",
            )
            for n, name in enumerate(names)
        ]
    )  # fmt: skip
    nearby.relearn()
    learn(Participant, NameWord)


def test_of_five_candidates_one_is_the_name_that_was_meant():
    known = list(jakarta_names.names(PEOPLE))
    register(known)
    missed, tried = [], Counter()
    for kind, name, typed in jakarta_names.variants(known, TRIED):
        tried[kind] += 1
        near = nearby.names_near(Participant.objects.all(), typed)
        assert len(near) <= 5
        if name_values.key(name) not in {one.name_key for one in near}:
            missed.append((kind, name, typed, [one.name_key for one in near]))

    assert len(missed) / TRIED <= 0.02, "\n".join(map(str, missed))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Soekarno Putra", "sukarno putra"),
        ("Djoko Tjahjono", "joko cahyono"),
        ("Moh Ichsan", "muhammad ikhsan"),
        ("Khairunisa", "khairunnisa"),
        ("nuraini", "nur'aini"),
        ("Aminah Siti", "siti aminah"),
        ("sitiaminah", "siti aminah"),
        ("Siti Ami", "siti aminah"),
    ],
)
def test_a_name_is_found_as_it_is_heard(typed, meant):
    register(["Sukarno Putra", "Joko Cahyono", "Muhammad Ikhsan", "Khairunnisa", "Nur'aini", "Siti Aminah"])

    assert nearby.names_near(Participant.objects.all(), typed)[0].name_key == meant


@pytest.mark.parametrize("typed", ["", " ", "a", "'", "--", "\\", "a & b | c", "siti:*", "🙂", "!(x"])
def test_what_is_no_name_finds_nobody_and_breaks_nothing(typed):
    register(["Budi Santoso"])

    assert nearby.names_near(Participant.objects.all(), typed) == []
    assert list(Participant.objects.named_like(typed)) == []


def test_words_are_learnt_counted_and_forgotten():
    siti = ParticipantFactory(full_name="Siti Zubaedah")
    ParticipantFactory(full_name="Siti Aminah")
    nearby.learn(["siti zubaedah", "siti aminah", "wagiman"])

    assert nearby.relearn() == (0, 1)
    assert dict(NameWord.objects.values_list("word", "seen")) == {"siti": 2, "zubaedah": 1, "aminah": 1}
    assert nearby.forget(siti.name_key, participant_id=siti.pk) == 1
    assert set(NameWord.objects.values_list("word", flat=True)) == {"siti", "aminah"}
