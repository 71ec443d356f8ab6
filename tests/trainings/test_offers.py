import pytest
from django.db import IntegrityError

from okoce.accounts.roles import Role
from okoce.notifications.models import Message
from tests.factories import BookingFactory, ParticipantFactory, SessionFactory, member
from tests.factories.trainings import day_at
from trainings.enums import BookingState
from trainings.models import Waiting
from trainings.services import offers

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return member(Role.KECAMATAN, "31.73.07")


def waits(person, **fields):
    fields = {"activity_id": "dasar", "area_id": "31.73.07", "since": day_at(-5, 9)} | fields
    return Waiting.objects.create(participant=person, **fields)


def states(session) -> list[tuple[int, str]]:
    return list(session.bookings.order_by("queue_number").values_list("participant_id", "state"))


def test_who_loses_a_place_is_offered_the_next_session_as_soon_as_it_is_saved(
    office, django_capture_on_commit_callbacks
):
    off = SessionFactory(starts_at=day_at(5, 9))
    lost = BookingFactory(session=off, state=BookingState.CONFIRMED)
    following = SessionFactory(starts_at=day_at(8, 9))
    off.bookings.update(state=BookingState.RELEASED)

    with django_capture_on_commit_callbacks(execute=True):
        offers.offer_next(off, people=[lost.participant_id], by=office)

    assert states(following) == [(lost.participant_id, "invited")]
    assert list(Message.objects.values_list("kind", "participant_id")) == [
        ("seat_offered", lost.participant_id)
    ]


def test_who_lost_a_place_stands_before_who_came_later(office):
    off, later = SessionFactory(starts_at=day_at(5, 9)), ParticipantFactory()
    lost = BookingFactory(session=off, booked_at=day_at(-20, 9))
    waits(later)

    offers.offer_next(off, people=[lost.participant_id], by=office)

    line = list(Waiting.objects.order_by("since").values_list("participant_id", flat=True))
    assert line == [lost.participant_id, later.pk]


def test_offering_the_next_twice_puts_nobody_in_line_twice(office):
    off = SessionFactory(starts_at=day_at(5, 9))
    lost = BookingFactory(session=off)
    offers.offer_next(off, people=[lost.participant_id], by=office)

    assert offers.offer_next(off, people=[lost.participant_id], by=office) == 0
    assert Waiting.objects.count() == 1


def test_nobody_waits_twice_for_one_activity_in_one_area():
    person = ParticipantFactory()
    waits(person)

    with pytest.raises(IntegrityError, match="trainings_waiting_once"):
        waits(person)
