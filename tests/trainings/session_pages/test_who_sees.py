"""Whose sessions somebody sees: the trainer, another kecamatan, the participant, the public."""

import pytest
from django.urls import reverse

from okoce.accounts.roles import Role
from tests.factories import (
    BookingFactory,
    SessionFactory,
    member,
)
from tests.factories.trainings import day_at
from tests.trainings.session_pages.desk import url
from trainings.models import AttendanceScan

pytestmark = pytest.mark.django_db


def test_a_trainer_sees_the_own_sessions_only(trainer, client_as):
    mine = SessionFactory(trainer=trainer)
    SessionFactory()

    page = client_as(trainer.user).get(reverse("trainings:sessions"), {"tampilan": "daftar"})

    assert page.context["page"].rows == [mine]


def test_a_trainer_takes_attendance_in_the_own_session(trainer, client_as):
    session = SessionFactory(trainer=trainer, starts_at=day_at(0, 9))
    person = BookingFactory(session=session).participant

    client_as(trainer.user).post(url("mark", session), {"participant": person.pk})

    assert list(session.scans.standing().values_list("participant", flat=True)) == [person.pk]


def test_a_trainer_does_not_change_a_closed_list(trainer, client_as):
    session = SessionFactory(trainer=trainer, state="held", starts_at=day_at(-1, 9))
    person = BookingFactory(session=session).participant

    response = client_as(trainer.user).post(url("mark", session), {"participant": person.pk})

    assert (response.status_code, session.scans.count()) == (403, 0)


def test_the_office_corrects_a_closed_list(camat):
    session = SessionFactory(state="held", starts_at=day_at(-1, 9))
    person = BookingFactory(session=session).participant

    camat.post(url("mark", session), {"participant": person.pk})

    assert list(session.scans.standing().values_list("participant", flat=True)) == [person.pk]


PAGES = (
    "session",
    "session_edit",
    "publish",
    "cancel",
    "ready_texts",
    "invite",
    "add",
    "attendance",
    "all_but",
    "close",
    "attendance_sheet",
)


@pytest.mark.parametrize("name", PAGES)
def test_a_session_of_another_kecamatan_is_not_there(camat, name):
    session = SessionFactory(kecamatan_id="31.73.08")

    assert camat.get(url(name, session)).status_code == 404


@pytest.mark.parametrize(
    "name", ["mark", "take_back", "admit", "publish", "cancel", "invite", "add", "close"]
)
def test_nothing_is_pressed_in_a_session_of_another_kecamatan(camat, name):
    session = SessionFactory(kecamatan_id="31.73.08", starts_at=day_at(0, 9))
    person = BookingFactory(session=session).participant

    response = camat.post(
        url(name, session), {"participant": person.pk, "number": person.number, "reason": "x"}
    )

    assert (response.status_code, AttendanceScan.objects.count()) == (404, 0)


def test_a_pengampu_agency_has_no_sessions(client_as):
    agency = member(Role.PENGAMPU, organisation="ppkukm-31-73")

    assert client_as(agency).get(reverse("trainings:sessions")).status_code == 403


@pytest.mark.parametrize(("word", "state"), [("hadir", "confirmed"), ("tidak", "declined")])
def test_a_participant_answers_the_own_invitation(siti, word, state):
    person, phone = siti
    booking = BookingFactory(participant=person)

    page = phone.get(url("answer", booking.session))
    phone.post(url("answer", booking.session), {"jawaban": word})

    booking.refresh_from_db()
    assert (page.status_code, booking.state) == (200, state)


def test_a_participant_does_not_see_the_invitation_of_another(siti):
    _person, phone = siti
    other = BookingFactory()

    assert phone.post(url("answer", other.session), {"jawaban": "hadir"}).status_code == 404
    other.refresh_from_db()
    assert other.state == "invited"


def test_everybody_sees_published_sessions_to_come_with_the_seats_left(client):
    session = SessionFactory(capacity=10)
    BookingFactory(session=session)
    for state in ("draft", "cancelled"):
        SessionFactory(state=state)
    SessionFactory(starts_at=day_at(-1, 9))

    page = client.get(reverse("trainings:schedule"))

    assert [(s.id, s.seats_left, s.tone) for s in page.context["sessions"]] == [(session.pk, 9, "warn")]


def test_the_public_schedule_can_be_narrowed_to_a_kecamatan(client):
    SessionFactory(kecamatan_id="31.73.08")
    mine = SessionFactory()

    page = client.get(reverse("trainings:schedule"), {"kecamatan": "31.73.07"})

    assert [s.id for s in page.context["sessions"]] == [mine.pk]
