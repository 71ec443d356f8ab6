"""Calendar feeds: read by two parsers that know nothing of each other, and hold nobody's data."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from django.db import IntegrityError, transaction
from django.urls import reverse

from okoce.accounts.roles import Role
from okoce.accounts.sessions import PARTICIPANT
from participants.services.sign_in import account_of
from tests.factories import BookingFactory, ParticipantFactory, SessionFactory, member
from trainings import services
from trainings.enums import BookingState, SessionState
from trainings.models import CalendarFeed, TrainingSession
from trainings.services import feeds
from trainings.services.sessions import plan_of

pytestmark = pytest.mark.django_db
WIB = ZoneInfo("Asia/Jakarta")


@pytest.fixture(autouse=True)
def _in_summer(time_machine):
    """The sessions with a date of their own are to come: a feed forgets what is long over."""
    time_machine.move_to(datetime(2026, 8, 10, 9, 0, tzinfo=WIB))


@pytest.fixture
def officer():
    return member(Role.KECAMATAN, "31.73.07")


def read(client, feed) -> bytes:
    return client.get("/" + feeds.address_of(feed).split("/", 3)[3]).content


def office_feed(officer):
    return feeds.subscribe(kind="office", area_id="31.73.07", by=officer)


def events(content: bytes) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def test_two_parsers_read_the_same_time(client, officer):
    starts = datetime(2026, 12, 31, 20, 30, tzinfo=WIB)
    SessionFactory(starts_at=starts, ends_at=starts + timedelta(hours=2))
    content = read(client, office_feed(officer))

    (first,) = events(content)
    second = vobject.readOne(content.decode()).vevent

    assert first["DTSTART"].dt == starts
    assert second.dtstart.value == starts
    assert second.dtend.value == starts + timedelta(hours=2)


def test_the_zone_is_defined_in_the_file(client, officer):
    SessionFactory()

    content = read(client, office_feed(officer))

    assert b"BEGIN:VTIMEZONE" in content
    assert b"DTSTART;TZID=Asia/Jakarta:" in content


def test_a_moved_session_keeps_its_uid_and_raises_its_sequence(client, officer):
    session = SessionFactory()
    feed = office_feed(officer)
    (before,) = events(read(client, feed))

    later = session.starts_at + timedelta(days=1)
    TrainingSession.objects.filter(pk=session.pk).update(
        starts_at=later, ends_at=later + timedelta(hours=3), plan_version=2
    )
    (after,) = events(read(client, feed))

    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (1, 2)
    assert after["DTSTART"].dt == later


def test_what_an_office_changes_is_the_same_event_at_the_new_time_for_both_parsers(client, officer):
    session, feed = SessionFactory(), office_feed(officer)
    before = vobject.readOne(read(client, feed).decode()).vevent
    later = session.starts_at + timedelta(days=2, hours=1)

    plan = replace(plan_of(session), starts_at=later, ends_at=later + timedelta(hours=2))
    services.change_session(session_id=session.pk, plan=plan, by=officer)

    content = read(client, feed)
    (first,), second = events(content), vobject.readOne(content.decode()).vevent
    assert {str(first["UID"]), second.uid.value} == {before.uid.value}
    assert (first["DTSTART"].dt, second.dtstart.value, second.dtend.value) == (
        later, later, later + timedelta(hours=2),
    )  # fmt: skip
    assert int(first["SEQUENCE"]) > int(before.sequence.value)


def test_a_session_called_off_is_the_same_event_struck_out(client, officer):
    session, feed = SessionFactory(), office_feed(officer)
    (before,) = events(read(client, feed))

    services.cancel(session_id=session.pk, reason="Banjir", by=officer)

    (after,) = events(read(client, feed))
    assert (after["UID"], after["STATUS"]) == (before["UID"], "CANCELLED")
    assert after["SEQUENCE"] > before["SEQUENCE"]


@pytest.mark.parametrize("kind", ["office", "venue", "trainer"])
def test_no_feed_holds_anything_of_a_person_with_a_seat(client, officer, kind):
    person = ParticipantFactory(full_name="Suminah Rahasiawati")
    session = BookingFactory(participant=person, state=BookingState.CONFIRMED).session
    subject = {
        "office": {"area_id": "31.73.07"}, "venue": {"venue": session.venue},
        "trainer": {"trainer": session.trainer},
    }[kind]  # fmt: skip

    content = read(client, feeds.subscribe(kind=kind, by=officer, **subject))

    assert len(events(content)) == 1
    for secret in (person.full_name, "Suminah", person.number, person.nik, person.phone, person.phone[3:]):
        assert secret.encode() not in content


def test_a_cancelled_session_is_struck_out(client, officer):
    SessionFactory(state=SessionState.CANCELLED)

    (event,) = events(read(client, office_feed(officer)))

    assert event["STATUS"] == "CANCELLED"


def test_a_draft_is_not_in_it(client, officer):
    SessionFactory(state=SessionState.DRAFT)

    assert events(read(client, office_feed(officer))) == []


def test_an_office_reads_its_own_area_only(client, officer):
    SessionFactory(kecamatan_id="31.73.08")
    own = SessionFactory()

    (event,) = events(read(client, office_feed(officer)))

    assert event["UID"].startswith(f"sesi-{own.pk}@")


def test_names_with_commas_and_semicolons_survive(client, officer):
    session = SessionFactory()
    session.venue.name = "Aula; lantai 2, sayap \\ timur"
    session.venue.save()
    content = read(client, office_feed(officer))

    second = vobject.readOne(content.decode()).vevent.location.value

    assert str(events(content)[0]["LOCATION"]).startswith("Aula; lantai 2, sayap \\ timur")
    assert second.startswith("Aula; lantai 2, sayap \\ timur")


def test_a_participants_feed_shows_only_sessions_with_a_seat_and_no_personal_data(client):
    person = ParticipantFactory(full_name="Suminah Rahasiawati")
    seat = BookingFactory(participant=person, state=BookingState.CONFIRMED)
    BookingFactory(
        participant=person, state=BookingState.DECLINED,
        session=SessionFactory(starts_at=datetime(2026, 12, 1, 9, tzinfo=WIB)),
    )  # fmt: skip
    feed = feeds.subscribe(kind="participant", participant=person, by=account_of(person.pk))

    content = read(client, feed)

    assert [e["UID"].split("@")[0] for e in events(content)] == [f"sesi-{seat.session_id}"]
    for secret in (person.full_name, person.number, person.nik, person.phone):
        assert secret.encode() not in content


def test_a_withdrawn_address_is_gone(client, officer):
    feed = office_feed(officer)
    feeds.withdraw(feed_id=feed.pk, by=officer)

    assert client.get(reverse("trainings:feed", args=["x" * 32])).status_code == 404
    assert client.get("/" + feeds.address_of(feed).split("/", 3)[3]).status_code == 404


def test_asking_again_gives_the_same_address(officer):
    assert office_feed(officer).pk == office_feed(officer).pk


def test_the_address_of_somebody_who_left_is_gone(client, officer):
    feed = office_feed(officer)
    officer.is_active = False
    officer.save()

    assert client.get("/" + feeds.address_of(feed).split("/", 3)[3]).status_code == 404


def test_the_database_wants_exactly_one_subject(officer):
    with pytest.raises(IntegrityError, match="of_one_thing"), transaction.atomic():
        CalendarFeed.objects.create(
            kind="office", created_by=officer, token_lookup=b"1" * 32, token_ciphertext=b"1"
        )


def test_the_participant_makes_and_withdraws_the_own_address(client_as):
    person = ParticipantFactory()
    client = client_as(account_of(person.pk), kind=PARTICIPANT)

    client.post(reverse("trainings:own_feed"))
    feed = CalendarFeed.objects.get()
    client.post(reverse("trainings:own_feed_withdraw", args=[feed.uid]))

    feed.refresh_from_db()
    assert feed.revoked_at is not None


def test_the_office_chooses_what_the_address_shows(client_as, officer):
    session = SessionFactory()
    url = reverse("trainings:feeds")
    client = client_as(officer)

    client.post(url, {"kind": "venue", "venue": session.venue_id})
    missing = client.post(url, {"kind": "trainer"})

    assert list(CalendarFeed.objects.values_list("kind", "venue")) == [("venue", session.venue_id)]
    assert "Pilih satu dari daftar." in missing.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_a_feed_asks_as_often_for_many_sessions_as_for_one(client, officer, count, django_assert_num_queries):
    for n in range(count):
        SessionFactory(starts_at=datetime(2027, 1, 5 + n, 9, tzinfo=WIB))
    address = "/" + feeds.address_of(office_feed(officer)).split("/", 3)[3]

    with django_assert_num_queries(4):
        client.get(address)
