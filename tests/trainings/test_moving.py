"""A participant goes to another session of the same activity in one press; nothing is lost in between."""

from datetime import datetime

import pytest
from django.urls import reverse

from participants.services.sign_in import account_of
from tests.factories import (
    BookingFactory,
    ParticipantFactory,
    SessionFactory,
    WaitingFactory,
)
from tests.factories.trainings import day_at
from tests.trainings.test_offers import in_parallel
from trainings import services
from trainings.models import Booking, Waiting
from trainings.refusals import BookingRefused, Refusal
from trainings.scheduling import JAKARTA
from trainings.services import moving

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday_morning(time_machine):
    time_machine.move_to(datetime(2026, 8, 10, 9, 0, tzinfo=JAKARTA), tick=False)


@pytest.fixture
def seat():
    return BookingFactory(session=SessionFactory(starts_at=day_at(3, 9)), queue_number=1)


def move(seat, session):
    return services.move(booking_id=seat.pk, to_session_id=session.pk, by=None)


def seats_of(person) -> list[tuple[int, str]]:
    return list(person.bookings.order_by("pk").values_list("session_id", "state"))


def test_moving_gives_the_other_seat_frees_the_old_one_and_offers_it_on(seat):
    waiting = WaitingFactory()
    other = SessionFactory(starts_at=day_at(5, 9), kecamatan_id="31.73.08")

    new = move(seat, other)

    assert seats_of(seat.participant) == [(seat.session_id, "moved"), (other.pk, "confirmed")]
    assert new.session_id == other.pk
    assert seat.session.bookings.get(participant=waiting.participant).state == "invited"


def test_moving_twice_is_moving_once(seat):
    other = SessionFactory(starts_at=day_at(5, 9))

    assert move(seat, other) == move(seat, other)
    assert Booking.objects.count() == 2


def test_a_full_session_is_refused_and_the_old_seat_stays(seat):
    full = SessionFactory(starts_at=day_at(5, 9), capacity=1)
    BookingFactory(session=full)

    with pytest.raises(BookingRefused) as refused:
        move(seat, full)

    assert refused.value.code == Refusal.NO_SEAT
    assert seats_of(seat.participant) == [(seat.session_id, "invited")]


def test_rule_24_nobody_moves_into_a_time_at_which_they_sit_elsewhere(seat):
    busy = SessionFactory(activity_code="izin-keuangan", kecamatan_id="31.73.08", starts_at=day_at(5, 10))
    BookingFactory(session=busy, participant=seat.participant)
    other = SessionFactory(starts_at=day_at(5, 9))

    with pytest.raises(BookingRefused) as refused:
        move(seat, other)

    assert refused.value.code == Refusal.ELSEWHERE
    assert list(moving.targets(seat, now=day_at(0, 9))) == []


def test_another_activity_is_no_other_date(seat):
    with pytest.raises(BookingRefused) as refused:
        move(seat, SessionFactory(activity_code="izin-keuangan", starts_at=day_at(5, 9)))

    assert refused.value.code == Refusal.OTHER_ACTIVITY


def test_the_same_hours_in_another_kecamatan_are_a_way_out(seat):
    twin = SessionFactory(starts_at=seat.session.starts_at, kecamatan_id="31.73.08")

    assert list(moving.targets(seat, now=day_at(0, 9))) == [twin]
    assert move(seat, twin).session_id == twin.pk


@pytest.mark.django_db(transaction=True)
def test_two_who_exchange_their_sessions_at_once_both_arrive():
    first, second = (SessionFactory(starts_at=day_at(n, 9), capacity=3) for n in (3, 5))
    here = [BookingFactory(session=first, queue_number=n) for n in (1, 2)]
    there = [BookingFactory(session=second, queue_number=n) for n in (1, 2)]

    in_parallel(
        [lambda b=b: move(b, second) for b in here[:1]] + [lambda b=b: move(b, first) for b in there[:1]]
    )

    assert (first.bookings.seated().count(), second.bookings.seated().count()) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_the_last_seat_goes_to_one_of_ten_who_press_at_once():
    target = SessionFactory(starts_at=day_at(9, 9), capacity=1)
    seats = [BookingFactory(session=SessionFactory(starts_at=day_at(3, 7 + n))) for n in range(10)]

    def press(seat):
        try:
            return move(seat, target).participant_id
        except BookingRefused as refused:
            return refused.code

    answers = in_parallel([lambda s=s: press(s) for s in seats])

    assert answers.count(Refusal.NO_SEAT) == 9
    assert target.bookings.seated().count() == 1
    assert Booking.objects.seated().count() == 10


# ---------------------------------------------------------------- on the phone


@pytest.fixture
def siti(client_as):
    """A person with an account, and the phone it is signed in on."""
    person = ParticipantFactory()
    return person, client_as(account_of(person.pk))


def test_from_the_status_to_the_other_session_in_two_taps(siti):
    person, phone = siti
    here, there = (SessionFactory(starts_at=day_at(n, 9)) for n in (3, 5))
    BookingFactory(session=here, participant=person)

    status = phone.get(reverse("dashboard:status"))
    page = phone.get(status.context["next"].other_url)
    answer = phone.post(status.context["next"].other_url, {"ke": page.context["near"][0].pk})

    assert answer["Location"] == reverse("dashboard:status")
    assert seats_of(person) == [(here.pk, "moved"), (there.pk, "confirmed")]


def test_pressing_again_after_the_move_changes_nothing(siti):
    person, phone = siti
    here, there = (SessionFactory(starts_at=day_at(n, 9)) for n in (3, 5))
    BookingFactory(session=here, participant=person)
    url = reverse("trainings:move", args=[here.pk])
    phone.post(url, {"ke": there.pk})

    again = phone.post(url, {"ke": there.pk})

    assert again["Location"] == reverse("dashboard:status")
    assert seats_of(person) == [(here.pk, "moved"), (there.pk, "confirmed")]


def test_the_seat_of_another_cannot_be_moved(siti):
    other = BookingFactory(session=SessionFactory(starts_at=day_at(3, 9)))

    assert siti[1].get(reverse("trainings:move", args=[other.session_id])).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_other_dates_costs_the_same_with_one_and_three(siti, rows, django_assert_num_queries):
    person, phone = siti
    seat = BookingFactory(session=SessionFactory(starts_at=day_at(3, 9)), participant=person)
    for n in range(rows):
        SessionFactory(starts_at=day_at(5 + n, 9))
        SessionFactory(starts_at=day_at(5 + n, 9), kecamatan_id="31.73.08")
    url = reverse("trainings:move", args=[seat.session_id])
    phone.get(url)

    with django_assert_num_queries(7):
        page = phone.get(url)

    assert (len(page.context["near"]), len(page.context["page"].rows)) == (rows, rows)


def test_joining_and_leaving_the_line_twice_each_changes_one_thing(siti):
    person, phone = siti
    url = reverse("trainings:join", args=["dasar"])
    for _ in range(2):
        phone.post(url, {"dasar-area": "31.73.07"})
    wait = Waiting.objects.get()
    for _ in range(2):
        phone.post(reverse("trainings:leave", args=[wait.pk]))

    assert list(Waiting.objects.values_list("participant", "area", "left_reason")) == [
        (person.pk, "31.73.07", "own_wish")
    ]


def test_when_somebody_can_come_is_kept_and_no_time_at_all_is_refused(siti):
    person, phone = siti
    url = reverse("trainings:availability")
    phone.post(url, {"evenings": "on"})
    phone.post(url, {})

    said = person.availability
    assert (said.weekdays, said.evenings, said.weekends) == (False, True, False)
