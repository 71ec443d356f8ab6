"""Classes of several days: one seat for all of them, done when enough days were attended."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.factories import BookingFactory, ParticipantFactory, ScanFactory, SessionFactory
from tests.factories.trainings import class_of
from trainings.enums import BookingState
from trainings.models import AttendanceScan, Booking
from trainings.progress import attended_by, progress_of
from trainings.scheduling import JAKARTA

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 8, 10, 9, 0, tzinfo=JAKARTA)


def seats_of(person):
    rows = Booking.objects.filter(participant=person).order_by("session__day_number")
    return list(rows.values_list("session__day_number", "state"))


def test_seat_on_the_first_day_is_a_seat_on_each():
    days = class_of(3, starts_at=MONDAY)
    person = ParticipantFactory()

    BookingFactory(session=days[0], participant=person)

    assert seats_of(person) == [(1, "invited"), (2, "invited"), (3, "invited")]
    assert [b.during.lower for b in Booking.objects.filter(participant=person).order_by("pk")] == [
        MONDAY + timedelta(days=n) for n in range(3)
    ]


def test_seat_given_back_is_given_back_on_each_day():
    days = class_of(3, starts_at=MONDAY)
    booking = BookingFactory(session=days[0])

    Booking.objects.filter(pk=booking.pk).update(state=BookingState.DECLINED)

    assert seats_of(booking.participant) == [(1, "declined"), (2, "declined"), (3, "declined")]


def test_days_that_were_held_keep_their_list():
    days = class_of(2, starts_at=MONDAY)
    booking = BookingFactory(session=days[0])
    type(days[1]).objects.filter(pk=days[1].pk).update(state="held", held_at=days[1].ends_at)

    Booking.objects.filter(pk=booking.pk).update(state=BookingState.RELEASED)

    assert seats_of(booking.participant) == [(1, "released"), (2, "invited")]


def test_rule_24_a_seat_elsewhere_on_the_third_day_refuses_the_class():
    days = class_of(3, starts_at=MONDAY)
    person = ParticipantFactory()
    BookingFactory(
        session=SessionFactory(activity_code="izin-keuangan", starts_at=MONDAY + timedelta(days=2)),
        participant=person,
    )

    with pytest.raises(IntegrityError, match="trainings_booking_person_free"), transaction.atomic():
        BookingFactory(session=days[0], participant=person)

    assert not Booking.objects.filter(session__in=days).exists()


def test_rule_25_each_day_of_a_class_holds_its_room():
    days = class_of(3, starts_at=MONDAY)

    with pytest.raises(IntegrityError, match="trainings_session_venue_free"), transaction.atomic():
        SessionFactory(venue=days[2].venue, starts_at=days[2].starts_at + timedelta(hours=1))


@pytest.mark.parametrize(
    ("came", "done_on"), [((1, 2), None), ((1, 2, 4), 13), ((2, 3, 4), 13), ((1, 2, 3, 4), 12)]
)
def test_rule_31_class_is_complete_on_the_day_its_required_share_is_reached(came, done_on):
    days = class_of(4, required=3, starts_at=MONDAY)
    person = ParticipantFactory()
    for number in came:
        ScanFactory(session=days[number - 1], participant=person)

    attended = attended_by([person.pk], 2026)[person.pk]

    assert [one.on.day for one in attended] == ([done_on] if done_on else [])
    assert progress_of(person, 2026, now=MONDAY).done_count == (1 if done_on else 0)


def test_rule_31_a_day_taken_back_makes_the_class_incomplete_again():
    days = class_of(2, required=2, starts_at=MONDAY)
    person = ParticipantFactory()
    ScanFactory(session=days[0], participant=person)
    ScanFactory(session=days[1], participant=person)
    assert AttendanceScan.objects.counted().count() == 1

    ScanFactory(session=days[0], participant=person, result="undone")

    assert AttendanceScan.objects.counted().count() == 0


def test_class_over_the_new_year_counts_for_the_year_in_which_it_was_completed():
    days = class_of(2, required=2, starts_at=datetime(2026, 12, 31, 19, 0, tzinfo=JAKARTA))
    person = ParticipantFactory()
    for day in days:
        ScanFactory(session=day, participant=person)

    assert attended_by([person.pk], 2026)[person.pk] == []
    assert len(attended_by([person.pk], 2027)[person.pk]) == 1


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"day_number": 3}, "trainings_session_day_of_its_class|trainings_session_days_in_order"),
        ({"required_days": 0}, "trainings_session_days_in_order"),
        ({"required_days": 2}, "trainings_session_days_in_order"),
    ],
)
def test_the_database_knows_the_days_of_a_class(changes, constraint):
    session = SessionFactory()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        type(session).objects.filter(pk=session.pk).update(**changes)
