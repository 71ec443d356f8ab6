"""Milestones recorded by hand, and what proves them."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from okoce.accounts.roles import Role
from participants.models import StepReached, StepTakenBack
from participants.services import steps
from participants.services.steps import StepProblem, StepRefused
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


@pytest.fixture
def officer():
    return member(Role.KECAMATAN, "31.73.07", full_name="Wawan Setiawan")


def registered(**fields):
    person = ParticipantFactory(**fields)
    StepReached.objects.create(
        participant=person, step=1, reached_on=person.registered_on, evidence="counter:kecamatan-31-73-07"
    )
    return person


def record(person, step, officer, **more):
    return steps.record_step(
        **{
            "participant_id": person.pk,
            "step": step,
            "reached_on": TODAY,
            "evidence": "NIB dilihat",
            "reason": "Terbit sebelum portal ada",
            "by": officer,
            "today": TODAY,
            **more,
        }
    )


@pytest.mark.parametrize("step", [2, 3, 4, 5, 6, 7])
def test_rule_16_any_step_without_the_earlier_ones(officer, step):
    person = registered()

    row, is_new = record(person, step, officer)

    assert (row.step, is_new) == (step, True)


def test_rule_16_nothing_before_the_registration(officer):
    with pytest.raises(StepRefused) as without:
        record(ParticipantFactory(), 4, officer)
    with pytest.raises(StepRefused) as too_early:
        record(registered(), 4, officer, reached_on=date(2026, 3, 11))

    assert (without.value.problem, too_early.value.problem) == (
        StepProblem.NOT_REGISTERED,
        StepProblem.BEFORE_REGISTRATION,
    )


def test_rule_17_a_step_by_hand_needs_its_reason(officer):
    person = registered()

    with pytest.raises(IntegrityError), transaction.atomic():
        StepReached.objects.create(participant=person, step=4, reached_on=TODAY, evidence="manual:NIB")
    row, _is_new = record(person, 4, officer)

    assert (row.evidence, row.reason) == ("manual:NIB dilihat", "Terbit sebelum portal ada")


def test_the_same_step_again_is_the_one_that_is_there(officer):
    person = registered()

    record(person, 4, officer)
    row, is_new = record(person, 4, officer, evidence="lain")

    assert (row.evidence, is_new) == ("manual:NIB dilihat", False)


def test_a_step_by_hand_is_taken_back_with_its_reason_and_stays_readable(officer):
    person = registered()
    record(person, 4, officer)

    answers = [
        steps.take_step_back(participant_id=person.pk, step=4, reason="Salah orang", by=officer)
        for _ in range(2)
    ]

    assert (answers, person.steps.filter(step=4).count()) == ([True, False], 0)
    assert list(StepTakenBack.objects.values_list("step", "evidence", "reason")) == [
        (4, "manual:NIB dilihat", "Salah orang")
    ]


def test_what_the_portal_recorded_itself_is_not_taken_back_by_hand(officer):
    person = registered()
    StepReached.objects.create(participant=person, step=2, reached_on=TODAY, evidence="session:5")

    with pytest.raises(StepRefused) as refused:
        steps.take_step_back(participant_id=person.pk, step=2, reason="x", by=officer)
    assert refused.value.problem == StepProblem.NOT_BY_HAND


def test_the_page_says_in_words_what_proves_a_step(officer, client_as):
    person = registered()
    record(person, 7, officer)

    page = client_as(officer).get(reverse("participants:steps", args=[person.number]))

    rows = {row["step"]: row for row in page.context["rows"] if row["proof"]}
    assert rows[1]["proof"].text == "Di loket Kecamatan Pal Merah"
    assert (rows[7]["proof"].text, rows[7]["may_take_back"]) == ("NIB dilihat", True)


def test_an_officer_records_a_step_on_the_page_and_a_wrong_day_keeps_what_was_typed(officer, client_as):
    person, client = registered(), client_as(officer)
    url = reverse("participants:step_record", args=[person.number, 4])
    typed = {"day": "2020-01-01", "evidence": "NIB dilihat", "reason": "Lama"}

    wrong = client.post(url, typed)
    client.post(url, {**typed, "day": "2026-03-15"})

    assert "sebelum pendaftaran" in wrong.content.decode()
    assert wrong.context["form"]["evidence"].value() == "NIB dilihat"
    assert person.steps.get(step=4).reached_on == date(2026, 3, 15)


@pytest.mark.parametrize("step", [1, 8, 0])
def test_there_is_no_page_to_record_what_is_no_step_by_hand(officer, client_as, step):
    person = registered()

    url = reverse("participants:step_record", args=[person.number, step])
    assert client_as(officer).get(url).status_code == 404
