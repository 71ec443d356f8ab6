"""A merged row is nobody's row any more: the person is found under the survivor, once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.urls import reverse

from okoce.accounts.roles import Role
from participants.models import FosterLink, Participant, StepReached
from participants.services import cards
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return member(Role.KECAMATAN, "31.73.07")


@pytest.fixture
def survivor():
    return ParticipantFactory(number="JB-PM-00001", nik="3173075708909001")


@pytest.fixture
def merged(survivor):
    return ParticipantFactory(number="JB-PM-00002", nik="3173075708909002", merged_into=survivor)


def test_lists_and_counts_have_the_person_once(officer, survivor, merged):
    StepReached.objects.create(participant=survivor, step=1, reached_on="2026-03-01", evidence="x")
    StepReached.objects.create(participant=merged, step=1, reached_on="2026-03-01", evidence="x")

    assert list(Participant.objects.visible_to(officer)) == [survivor]
    assert Participant.objects.in_programme().by_kecamatan() == {"31.73.07": 1}
    assert StepReached.objects.visible_to(officer).by_step()[1] == 1
    assert StepReached.objects.of_programme().by_step()[1] == 1


def test_two_agencies_count_their_own_and_the_province_counts_once(survivor):
    agencies = ["ppkukm-31-73", "ppapp-31-73"]
    for agency in agencies:
        FosterLink.objects.create(participant=survivor, organisation_id=agency, valid_from="2026-01-01")

    counts = [FosterLink.objects.of_people().filter(organisation_id=agency).count() for agency in agencies]
    assert (counts, Participant.objects.in_programme().count()) == ([1, 1], 1)


def test_the_nik_of_the_merged_row_finds_the_survivor(survivor, merged):
    assert list(Participant.objects.with_nik("3173075708909002")) == [survivor]


def test_the_old_number_leads_to_the_survivors_page(client_as, officer, survivor, merged):
    answer = client_as(officer).get(reverse("participants:detail", args=[merged.number]))

    assert (answer.status_code, answer.url) == (302, survivor.get_absolute_url())


def test_the_old_number_of_another_area_is_not_found(client_as, survivor, merged):
    stranger = member(Role.KECAMATAN, "31.73.08")

    answer = client_as(stranger).get(reverse("participants:detail", args=[merged.number]))

    assert answer.status_code == 404


def test_searching_the_old_number_finds_the_survivor(client_as, officer, survivor, merged):
    client = client_as(officer)
    whole = client.post(reverse("participants:search"), {"q": merged.number})
    serial = client.get(reverse("participants:list"), {"q": "2"})

    assert whole.url == survivor.get_absolute_url()
    assert [row.number for row in serial.context["rows"]] == [survivor.number]


def test_the_old_card_opens_the_survivors_status(officer, survivor, merged):
    card = cards.issue(participant_id=survivor.pk, by=officer)
    token = cards.address_of(card).rstrip("/").rsplit("/", 1)[-1]
    Participant.everybody.filter(pk=merged.pk).update(merged_into=None)
    Participant.everybody.filter(pk=survivor.pk).update(merged_into=merged)

    assert cards.open_card(token) == merged


def test_nobody_is_merged_into_themselves(survivor):
    with pytest.raises(IntegrityError) as refused:
        Participant.objects.filter(pk=survivor.pk).update(merged_into=survivor)

    assert "participants_participant_not_into_itself" in str(refused.value)
