from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.factories import BookingFactory, ParticipantFactory, ScanFactory, SessionFactory, VenueFactory
from tests.factories.trainings import tomorrow_at
from trainings.enums import BookingState
from trainings.models import AttendanceScan, Booking, TrainingSession, Venue

pytestmark = pytest.mark.django_db


def refused_by(action) -> str:
    """The name of the constraint that stopped ``action``."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        action()
    return caught.value.__cause__.diag.constraint_name


def change(row, **values) -> str:
    return refused_by(lambda: type(row).objects.filter(pk=row.pk).update(**values))


def test_a_session_has_at_least_one_seat():
    assert change(SessionFactory(), capacity=0) == "trainings_session_capacity_positive"


def test_a_session_ends_after_it_starts():
    session = SessionFactory()

    assert change(session, ends_at=session.starts_at) == "trainings_session_ends_after_start"


def test_a_session_does_not_pass_midnight_in_jakarta():
    session = SessionFactory()
    midnight = session.starts_at.replace(hour=0) + timedelta(days=1)

    assert change(session, ends_at=midnight) == "trainings_session_within_one_day"


def test_a_session_may_last_until_a_minute_before_midnight():
    session = SessionFactory(starts_at=tomorrow_at(20))

    changed = TrainingSession.objects.filter(pk=session.pk).update(
        ends_at=session.starts_at.replace(hour=23, minute=59)
    )

    assert changed == 1


def test_a_cancelled_session_says_when():
    assert change(SessionFactory(), state="cancelled") == "trainings_session_cancelled_whole"


def test_a_held_session_says_when_its_list_was_closed():
    assert change(SessionFactory(), state="held") == "trainings_session_held_whole"


def test_a_published_session_says_since_when():
    assert change(SessionFactory(), published_at=None) == "trainings_session_published_whole"


def test_rule_25_a_room_holds_one_session_at_a_time():
    first = SessionFactory()
    second = SessionFactory(venue=first.venue, starts_at=tomorrow_at(12))

    assert change(second, starts_at=tomorrow_at(11)) == "trainings_session_venue_free"


def test_rule_25_a_trainer_teaches_one_session_at_a_time():
    first = SessionFactory()
    second = SessionFactory()

    assert change(second, trainer=first.trainer) == "trainings_session_trainer_free"


def test_a_cancelled_session_frees_room_and_trainer():
    first = SessionFactory(state="cancelled")

    second = SessionFactory(venue=first.venue, trainer=first.trainer)

    assert second.starts_at == first.starts_at


def test_a_venue_holds_at_least_one_person():
    assert change(VenueFactory(), capacity=0) == "trainings_venue_capacity_positive"


def test_a_venue_is_listed_once_a_kecamatan():
    venue = VenueFactory()

    assert (
        refused_by(
            lambda: Venue.objects.create(
                name=venue.name, kecamatan_id="31.73.07", city_id="31.73", capacity=5
            )
        )
        == "trainings_venue_once"
    )


def test_a_person_has_one_place_in_a_session():
    booking = BookingFactory()

    assert (
        refused_by(lambda: BookingFactory(session=booking.session, participant=booking.participant))
        == "trainings_booking_once_per_session"
    )


def test_a_queue_number_is_given_once():
    booking = BookingFactory()

    assert (
        refused_by(lambda: BookingFactory(session=booking.session, queue_number=booking.queue_number))
        == "trainings_booking_queue_number_once"
    )


@pytest.mark.parametrize("state", [BookingState.INVITED, BookingState.CONFIRMED, BookingState.WALKED_IN])
def test_rule_24_nobody_is_in_two_sessions_at_one_time_in_whatever_kecamatan(state):
    person = ParticipantFactory()
    BookingFactory(participant=person)
    far = SessionFactory(kecamatan_id="31.73.08", starts_at=tomorrow_at(11))
    waiting = BookingFactory(session=far, participant=person, state=BookingState.RELEASED)

    assert change(waiting, state=state) == "trainings_booking_person_free"


def test_rule_24_sessions_that_touch_do_not_overlap():
    person = ParticipantFactory()
    BookingFactory(participant=person)

    second = BookingFactory(participant=person, session=SessionFactory(starts_at=tomorrow_at(12)))

    assert Booking.objects.filter(pk=second.pk, state="invited").count() == 1


def test_a_scan_sent_twice_is_one_row():
    scan = ScanFactory()

    assert (
        refused_by(
            lambda: AttendanceScan.objects.create(
                session=scan.session,
                participant=scan.participant,
                nonce=scan.nonce,
                method="list",
                result="accepted",
                device_at=timezone.now(),
            )
        )
        == "trainings_attendancescan_nonce_key"
    )


def test_scans_are_never_changed_by_the_application():
    scan = ScanFactory()

    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        AttendanceScan.objects.filter(pk=scan.pk).update(result="undone")
