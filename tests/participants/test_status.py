"""How somebody stands, as dated facts: who takes part, what is sent, and what can be taken back."""

from datetime import date

import pytest

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from participants import directory, figures, rules
from participants.enums import Status
from participants.models import Participant, StatusChange
from participants.services import status as statuses
from participants.services.status import StatusProblem, StatusRefused
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
PALMERAH = "31.73.07"


@pytest.fixture
def officer():
    return member(Role.KECAMATAN, PALMERAH)


def change(person, status, officer, *, starts_on=TODAY, today=TODAY, **more):
    return statuses.change_status(
        participant_id=person.pk,
        status=status,
        starts_on=starts_on,
        reason="Keterangan keluarga",
        by=officer,
        today=today,
        **more,
    )


@pytest.mark.parametrize("status", [Status.MOVED, Status.WITHDRAWN, Status.DIED])
def test_who_moved_away_withdrew_or_died_takes_no_part_and_is_not_deleted(officer, status):
    person = ParticipantFactory()

    change(person, status, officer)

    person.refresh_from_db()
    assert (person.status, rules.takes_part(person)) == (status, False)
    assert Participant.objects.taking_part().count() == 0
    assert Participant.objects.count() == 1


@pytest.mark.parametrize(
    ("status", "answers"), [(Status.MOVED, [False]), (Status.WITHDRAWN, [False]), (Status.DIED, [])]
)
def test_no_message_reaches_who_left(officer, status, answers):
    person = ParticipantFactory()
    change(person, status, officer)

    found = directory.people([person.pk], with_phone=False)

    assert [p.consent for p in found.values()] == answers


def test_outside_jakarta_is_flagged_and_counts_nowhere(officer):
    person = ParticipantFactory()

    change(person, Status.ACTIVE, officer, is_outside_dki=True)

    person.refresh_from_db()
    assert (person.status, person.is_outside_dki) == (Status.ACTIVE, True)
    assert figures.in_kecamatan(PALMERAH, on=TODAY) == 0


def test_the_same_again_changes_nothing(officer):
    person = ParticipantFactory()

    first = change(person, Status.MOVED, officer)
    again = change(person, Status.MOVED, officer)

    assert (first is not None, again) == (True, None)
    assert StatusChange.objects.count() == 1
    assert AuditEvent.objects.filter(action="participants.status.changed").count() == 1


@pytest.mark.parametrize(
    ("day", "problem"),
    [
        (date(2026, 11, 21), StatusProblem.FUTURE),
        (date(2026, 3, 11), StatusProblem.BEFORE_REGISTRATION),
    ],
)
def test_a_day_that_cannot_be_is_refused(officer, day, problem):
    person = ParticipantFactory()  # registered on 12 March 2026

    with pytest.raises(StatusRefused) as refused:
        change(person, Status.DIED, officer, starts_on=day)
    assert refused.value.problem == problem


def test_who_has_died_does_not_come_back_but_a_mistake_is_taken_back(officer):
    person = ParticipantFactory()
    died = change(person, Status.DIED, officer)

    with pytest.raises(StatusRefused):
        change(person, Status.ACTIVE, officer)
    statuses.take_back(change_id=died.pk, reason="Salah orang", by=officer, today=TODAY)
    statuses.take_back(change_id=died.pk, reason="Salah orang", by=officer, today=TODAY)

    person.refresh_from_db()
    assert person.status == Status.ACTIVE
    assert StatusChange.objects.count() == 2
    assert figures.in_kecamatan(PALMERAH, on=TODAY) == 1


def test_only_the_newest_change_is_taken_back(officer):
    person = ParticipantFactory()
    first = change(person, Status.MOVED, officer, starts_on=date(2026, 11, 1))
    change(person, Status.WITHDRAWN, officer)

    with pytest.raises(StatusRefused) as refused:
        statuses.take_back(change_id=first.pk, reason="x", by=officer, today=TODAY)
    assert refused.value.problem == StatusProblem.NOT_THE_NEWEST


def test_a_fact_told_late_leaves_the_closed_quarter_as_it_was(officer):
    person = ParticipantFactory()
    in_august, in_october = date(2026, 8, 10), date(2026, 10, 1)

    row = change(person, Status.DIED, officer, starts_on=in_august)

    assert (row.starts_on, row.counts_from) == (in_august, in_october)
    assert [figures.in_kecamatan(PALMERAH, on=day) for day in (date(2026, 9, 30), in_october)] == [1, 0]


def test_an_earlier_fact_told_later_does_not_overwrite_the_later_one(officer):
    person = ParticipantFactory()
    change(person, Status.DIED, officer, starts_on=date(2026, 11, 10))

    change(person, Status.MOVED, officer, starts_on=date(2026, 11, 2))

    person.refresh_from_db()
    assert person.status == Status.DIED
    assert statuses.standing_on(person, date(2026, 11, 5)).status == Status.MOVED
