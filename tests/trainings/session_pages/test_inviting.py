"""People are invited to a session: the batch, and one more."""

import pytest

from tests.factories import (
    BookingFactory,
    ParticipantFactory,
    SessionFactory,
    WaitingFactory,
)
from tests.trainings.session_pages.desk import url
from trainings.models import Booking, Waiting

pytestmark = pytest.mark.django_db


def test_the_page_says_how_many_match_and_the_button_invites_exactly_them(camat):
    for _ in range(5):
        ParticipantFactory()
    session = SessionFactory(capacity=3)

    page = camat.get(url("invite", session), {"waiting": "1"})
    camat.post(url("invite", session), {"waiting": "1"})

    assert (page.context["matching"], page.context["left_over"]) == (5, 1)
    assert list(session.bookings.values_list("state", flat=True)) == ["invited"] * 3
    assert Waiting.objects.still().for_session(session).count() == 1


def test_the_batch_can_be_limited_to_a_kelurahan(camat):
    near = ParticipantFactory(kelurahan_id="31.73.07.1002")
    ParticipantFactory()
    session = SessionFactory()

    camat.post(url("invite", session), {"waiting": "0", "kelurahan": ["31.73.07.1002"]})

    assert list(session.bookings.values_list("participant", flat=True)) == [near.pk]


@pytest.mark.parametrize("typed", ["JB-PM-00417", "417", "rahmawati x"])
def test_one_participant_is_found_and_added(camat, typed):
    person = ParticipantFactory(number="JB-PM-00417", full_name="Siti Rahmawati X")
    ParticipantFactory(number="JB-PM-01417", full_name="Ahmad")
    session = SessionFactory()

    page = camat.get(url("add", session), {"q": typed})
    camat.post(url("add", session), {"number": page.context["found"][0].number})

    assert page.context["found"] == [person]
    assert list(session.bookings.values_list("participant", "state")) == [(person.pk, "invited")]


def test_a_participant_of_another_kecamatan_cannot_be_added(camat):
    stranger = ParticipantFactory(kelurahan_id="31.73.08.1001")
    session = SessionFactory()

    response = camat.post(url("add", session), {"number": stranger.number})

    assert (response.status_code, Booking.objects.count()) == (404, 0)


def test_a_nik_typed_into_the_search_leaves_the_address(camat):
    response = camat.get(url("add", SessionFactory()), {"q": "3173075708900001"})

    assert "3173075708900001" not in response.url


def test_who_is_taken_off_makes_room_for_the_next(camat):
    session = SessionFactory(capacity=1)
    seat = BookingFactory(session=session, queue_number=1)
    waiting = WaitingFactory(activity_id=session.activity_id)

    camat.post(url("release", session, seat.pk))

    assert dict(session.bookings.values_list("participant", "state")) == {
        seat.participant_id: "released",
        waiting.participant_id: "invited",
    }
