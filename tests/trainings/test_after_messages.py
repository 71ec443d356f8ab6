"""What people are told after a training: missed, completed, certificate ready."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.notifications import compose
from okoce.notifications.models import Message
from tests.factories import BookingFactory, ParticipantFactory, ScanFactory, SessionFactory, member
from tests.factories.trainings import completed, day_at
from trainings import after_messages, links, services
from trainings.enums import BookingState
from trainings.models import Booking
from trainings.scheduling import JAKARTA
from trainings.services import attendance, certificates

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_summer(time_machine):
    """Seats and activities are counted by the year: no test begins in one and ends in the next."""
    time_machine.move_to(datetime(2026, 8, 10, 9, 0, tzinfo=JAKARTA))


@pytest.fixture
def office():
    return member(Role.KECAMATAN, "31.73.07")


@pytest.fixture
def held(office):
    """A session of this morning whose list is closed: somebody came, somebody did not."""
    session = SessionFactory(starts_at=day_at(0, 0) + timedelta(minutes=1))
    came, missed = (
        BookingFactory(session=session, state=BookingState.CONFIRMED, participant=ParticipantFactory())
        for _ in range(2)
    )
    ScanFactory(session=session, participant=came.participant)
    services.close_list(session_id=session.pk, by=office, now=session.ends_at)
    return missed


def missed_messages():
    return Message.objects.filter(kind="session_missed")


def test_who_was_not_there_is_told_once_and_who_came_is_not(held, office):
    services.close_list(session_id=held.session_id, by=office, now=held.session.ends_at)

    assert list(missed_messages().values_list("participant_id", flat=True)) == [held.participant_id]


def test_the_message_names_the_nearest_next_session_and_the_own_link(held):
    following = SessionFactory(starts_at=day_at(3, 9))

    (prepared,), refused = compose.prepare(list(missed_messages()))

    assert refused == []
    assert prepared.details["instead"] == [after_messages.messages.when_and_where(following)]
    assert prepared.details["again_path"] == links.again_path_of(held.pk, held.queue_number)


def test_it_is_not_sent_to_who_was_there_after_all(held):
    ScanFactory(session=held.session, participant=held.participant)

    assert set(after_messages.missed_void(list(missed_messages())).values()) == {"was_there"}


def test_it_is_not_sent_to_who_has_another_seat_by_then(held):
    BookingFactory(session=SessionFactory(starts_at=day_at(3, 9)), participant=held.participant)

    assert set(after_messages.missed_void(list(missed_messages())).values()) == {"has_seat"}


def test_an_old_list_closed_late_tells_nobody(office):
    session = SessionFactory(starts_at=datetime(2026, 3, 10, 9, tzinfo=JAKARTA))
    BookingFactory(session=session, state=BookingState.CONFIRMED)

    services.close_list(session_id=session.pk, by=office, now=session.starts_at + timedelta(days=60))

    assert not missed_messages().exists()


def test_one_press_on_the_link_takes_a_seat_and_a_second_changes_nothing(client, held):
    following = SessionFactory(starts_at=day_at(3, 9))
    path = links.again_path_of(held.pk, held.queue_number)
    assert b'name="ke"' in client.get(path).content
    assert not Booking.objects.filter(session=following).exists()

    answers = [client.post(path, {"ke": following.pk}) for _ in range(2)]

    seat = Booking.objects.get(session=following)
    assert (seat.participant_id, seat.state) == (held.participant_id, "confirmed")
    assert {answer.url for answer in answers} == {links.path_of(seat.pk, seat.queue_number)}


def test_one_link_takes_one_seat_and_then_leads_to_it(client, held):
    first, second = (SessionFactory(starts_at=day_at(day, 9)) for day in (3, 10))
    path = links.again_path_of(held.pk, held.queue_number)

    client.post(path, {"ke": first.pk})
    answers = [client.post(path, {"ke": second.pk}), client.get(path)]

    seat = Booking.objects.get(session=first)
    assert not Booking.objects.filter(session=second).exists()
    assert {answer.url for answer in answers} == {links.path_of(seat.pk, seat.queue_number)}


def test_the_link_offers_nothing_to_who_was_there_after_all(client, held):
    following = SessionFactory(starts_at=day_at(3, 9))
    ScanFactory(session=held.session, participant=held.participant)
    path = links.again_path_of(held.pk, held.queue_number)

    page = client.get(path).content.decode()
    client.post(path, {"ke": following.pk})

    assert ("sudah mengikuti kegiatan ini" in page, 'name="ke"' in page) == (True, False)
    assert not Booking.objects.filter(session=following).exists()


def test_the_link_gives_no_seat_elsewhere_and_no_other_right(client, held):
    other = SessionFactory(starts_at=day_at(3, 9), activity_code="kemasan-pemasaran")
    path = links.again_path_of(held.pk, held.queue_number)

    client.post(path, {"ke": other.pk})
    answer = client.get(path.replace("/lagi/", "/jawab/"))

    assert not Booking.objects.filter(session=other).exists()
    assert answer.status_code == 404


def test_whoever_completes_the_year_is_told_once():
    person = ParticipantFactory()
    last = completed(person, year=timezone.localdate().year)[-1]
    last.starts_at = timezone.now() - timedelta(hours=3)

    for _ in range(2):
        after_messages.queue_completed([person.pk], last, year=2026, now=timezone.now())

    message = Message.objects.get(kind="training_completed")
    assert message.key == f"completed:2026:participant:{person.pk}"
    assert after_messages.completed_void([message]) == {message.key: "not_complete"}  # no step was reached


def test_completion_is_queued_where_the_step_is_written():
    person = ParticipantFactory()
    year = timezone.localdate().year
    session = completed(person, year=year)[-1]
    type(session).objects.filter(pk=session.pk).update(state="published", held_at=None)
    after = []
    original, after_messages.TOLD_FOR = after_messages.TOLD_FOR, timedelta(days=400)
    try:
        attendance.settle_completion([person.pk], session, by=None)
        after = list(Message.objects.filter(kind="training_completed"))
    finally:
        after_messages.TOLD_FOR = original

    assert [m.participant_id for m in after] == [person.pk]
    assert after_messages.completed_void(after) == {}


def test_a_certificate_made_by_the_office_is_told_and_one_withdrawn_is_not_sent(office):
    person = ParticipantFactory()
    completed(person)
    certificates.confirm_name(participant_id=person.pk, name=person.full_name, by=office)
    certificate = certificates.issue(participant_id=person.pk, year=2018, by=office)
    certificates.issue(participant_id=person.pk, year=2018, by=office)

    (message,) = Message.objects.filter(kind="certificate_ready")
    assert (message.participant_id, message.cause_id) == (person.pk, certificate.pk)
    assert after_messages.certificate_void([message]) == {}

    certificates.revoke(certificate_id=certificate.pk, reason="salah", by=office)
    assert after_messages.certificate_void([message]) == {message.key: "certificate_revoked"}
