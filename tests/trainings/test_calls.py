"""Calling whom no message reached: the list, its paper with phone numbers, what people say on the phone."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from tests.factories import ParticipantFactory, member
from tests.factories.accounts import KEMBANGAN, PALMERAH
from tests.factories.trainings import BookingFactory, SessionFactory
from trainings.enums import BookingState
from trainings.models import CallAttempt, Waiting
from trainings.services import calls

pytestmark = pytest.mark.django_db

PHONE = "+6281234567890"


@pytest.fixture
def camat():
    return member(Role.KECAMATAN, PALMERAH)


@pytest.fixture
def office(client_as, camat):
    return client_as(camat)


@pytest.fixture(autouse=True)
def _near(monkeypatch):
    """Tomorrow is near, whatever the hour."""
    monkeypatch.setattr("okoce.notifications.desk.CALL_BEFORE", timedelta(hours=40))


@pytest.fixture
def session():
    return SessionFactory()


def invited(session, **person):
    person = ParticipantFactory(phone=PHONE, **person)
    return BookingFactory(session=session, participant=person, state=BookingState.INVITED)


def page(client, session):
    return client.get(reverse("trainings:session_call_list", args=[session.pk]))


def say(client, booking, outcome):
    address = reverse("trainings:note_call", args=[booking.session_id, booking.pk])
    return client.post(address, {"hasil": outcome}, follow=True)


def test_the_list_shows_who_must_be_called_with_a_masked_number(office, session):
    invited(session, full_name="Siti Rahmawati")
    confirmed = invited(session, full_name="Budi Santoso")
    confirmed.state = BookingState.CONFIRMED
    confirmed.save()

    said = page(office, session).content.decode()

    assert "Siti Rahmawati" in said
    assert "Budi Santoso" not in said
    assert "34567890" not in said


def test_the_sheet_shows_numbers_once_records_each_person_and_is_not_kept(office, session):
    first, second = invited(session), invited(session)

    answer = office.post(reverse("trainings:call_sheet", args=[session.pk]))

    assert answer.content.decode().count("0812-3456-7890") == 2
    assert "no-store" in answer["Cache-Control"]
    opened = AuditEvent.objects.filter(action="trainings.call_list.printed")
    assert sorted(opened.values_list("target_id", flat=True)) == sorted(
        str(one.participant_id) for one in (first, second)
    )
    assert PHONE not in str(list(opened.values_list("details", flat=True)))


def test_the_numbers_are_not_there_by_reading_an_address(office, session):
    assert office.get(reverse("trainings:call_sheet", args=[session.pk])).status_code == 405


def test_another_kecamatan_and_the_province_do_not_open_numbers(client_as, session):
    invited(session)
    address = reverse("trainings:call_sheet", args=[session.pk])
    assert client_as(member(Role.KECAMATAN, KEMBANGAN)).post(address).status_code == 404
    assert client_as(member(Role.PROVINCE)).post(address).status_code == 403


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("datang", "confirmed"), ("berhalangan", "declined"), ("tidak", "declined"), ("gagal", "invited")],
)
def test_what_is_said_on_the_phone_changes_the_seat_like_the_own_answer(office, session, outcome, state):
    booking = invited(session)
    for _time in range(2):
        say(office, booking, outcome)

    booking.refresh_from_db()
    assert booking.state == state
    assert CallAttempt.objects.count() == 1


def test_who_cannot_come_stays_in_line_and_who_does_not_want_does_not(office, session):
    later, never = invited(session), invited(session)
    say(office, later, "berhalangan")
    say(office, never, "tidak")
    waiting = Waiting.objects.filter(left_at=None).values_list("participant_id", flat=True)
    assert list(waiting) == [later.participant_id]


def test_who_was_not_reached_stays_on_the_list_with_the_number_of_tries(office, session, camat):
    booking = invited(session)
    for hours in (5, 3):
        calls.note(
            booking_id=booking.pk, outcome="not_reached", by=camat,
            now=timezone.now() - timedelta(hours=hours),
        )  # fmt: skip
    assert "Tidak tersambung 2 kali" in page(office, session).content.decode()


def test_a_seat_that_was_answered_meanwhile_says_so_and_changes_nothing(office, session):
    booking = invited(session)
    booking.state = BookingState.RELEASED
    booking.save()
    said = say(office, booking, "datang").content.decode()
    booking.refresh_from_db()
    assert (booking.state, CallAttempt.objects.count()) == ("released", 0)
    assert 'role="alert"' in said


def test_a_press_without_an_answer_changes_nothing(office, session):
    booking = invited(session)
    assert "Pilih jawaban orang itu" in say(office, booking, "").content.decode()
    assert not CallAttempt.objects.exists()


def test_a_seat_of_another_session_is_not_there(office, session):
    other = invited(SessionFactory(starts_at=session.starts_at + timedelta(days=7)))
    address = reverse("trainings:note_call", args=[session.pk, other.pk])
    assert office.post(address, {"hasil": "datang"}).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_for_one_person_and_for_three(
    office, session, django_assert_num_queries, count
):
    for _n in range(count):
        invited(session)
    page(office, session)
    with django_assert_num_queries(6):
        page(office, session)


def test_a_call_goes_with_its_seat(session, camat):
    booking = invited(session)
    calls.note(booking_id=booking.pk, outcome="not_reached", by=camat)

    booking.delete()

    assert not CallAttempt.objects.exists()
