import threading
from datetime import datetime

import pytest
from django.db import connection

from okoce.accounts.roles import Role
from okoce.notifications.models import Message
from participants.enums import Category, Status
from participants.models import Participant
from tests.factories import (
    BookingFactory,
    ParticipantFactory,
    ScanFactory,
    SessionFactory,
    WaitingFactory,
    member,
)
from tests.factories.trainings import day_at, tomorrow_at
from trainings import services
from trainings.enums import BookingState
from trainings.models import Booking, Waiting
from trainings.querysets import can_come
from trainings.refusals import BookingRefused, Refusal
from trainings.rules import why_not
from trainings.scheduling import JAKARTA

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_summer(time_machine):
    """Seats and activities are counted by the year: no test begins in one and ends in the next."""
    time_machine.move_to(datetime(2026, 8, 10, 9, 0, tzinfo=JAKARTA))


@pytest.fixture
def office():
    user = member(Role.KECAMATAN, "31.73.07")
    assert user.active_membership.unit_name  # asked once, not in the counted part
    return user


def book(session, person, by, **more):
    return services.book_seat(session_id=session.pk, participant=person, by=by, **more)


def states(session) -> list[tuple[int, str]]:
    return list(session.bookings.order_by("queue_number").values_list("participant_id", "state"))


def line(session) -> list[int]:
    waits = Waiting.objects.still().for_session(session).order_by("since", "pk")
    return list(waits.values_list("participant_id", flat=True))


# ---------------------------------------------------------------- one seat


def test_a_free_seat_is_given_and_the_person_invited_once(office):
    session, person = SessionFactory(), ParticipantFactory()

    booking = book(session, person, office)

    assert booking.state == BookingState.INVITED
    assert list(Message.objects.values_list("kind", "participant_id")) == [("session_invitation", person.pk)]


def test_booking_again_returns_the_same_seat_and_tells_nobody_twice(office):
    session, person = SessionFactory(), ParticipantFactory()
    first = book(session, person, office)

    again = book(session, person, office)

    assert again == first
    assert (Booking.objects.count(), Message.objects.count()) == (1, 1)


def test_rule_23_the_one_after_the_last_seat_waits(office):
    session = SessionFactory(capacity=1)
    book(session, ParticipantFactory(), office)

    assert isinstance(book(session, ParticipantFactory(), office), Waiting)


def test_who_declined_may_get_a_seat_anew_with_a_number_of_its_own(office):
    session, person = SessionFactory(), ParticipantFactory()
    services.decline(booking_id=book(session, person, office).pk, by=office)

    again = book(session, person, office)

    assert (states(session), again.queue_number) == ([(person.pk, "invited")], 2)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        (lambda: {"state": "draft"}, Refusal.DRAFT),
        (lambda: {"state": "cancelled"}, Refusal.CANCELLED),
        (lambda: {"state": "held", "starts_at": day_at(-1, 9)}, Refusal.CLOSED),
        (lambda: {"starts_at": day_at(-1, 9)}, Refusal.BEGUN),
    ],
    ids=["draft", "cancelled", "held", "begun"],
)
def test_a_session_that_is_not_open_gives_no_seat(office, fields, code):
    session = SessionFactory(**fields())

    with pytest.raises(BookingRefused) as refused:
        book(session, ParticipantFactory(), office)

    assert refused.value.code == code


# ---------------------------------------------------------------- who may sit


def ineligible() -> dict[Refusal, object]:
    """One person for each reason, for a session of activity 1 tomorrow from 09.00."""
    done, elsewhere, same = (ParticipantFactory() for _ in range(3))
    ScanFactory(participant=done, session=SessionFactory(state="held", starts_at=day_at(-1, 9)))
    BookingFactory(
        participant=elsewhere,
        session=SessionFactory(
            kecamatan_id="31.73.08", activity_code="izin-keuangan", starts_at=tomorrow_at(10)
        ),
    )
    BookingFactory(participant=same, session=SessionFactory(starts_at=day_at(3, 9)))
    return {
        Refusal.NOT_IN_PROGRAMME: ParticipantFactory(status=Status.MOVED),
        Refusal.CATEGORY: ParticipantFactory(category=Category.SCALING_UP),
        Refusal.DONE: done,
        Refusal.ELSEWHERE: elsewhere,
        Refusal.SAME_ACTIVITY: same,
    }


def test_rule_28_each_reason_is_told_in_its_own_words(office):
    people = ineligible()
    session = SessionFactory()

    found = {}
    for person in people.values():
        with pytest.raises(BookingRefused) as refused:
            book(session, person, office)
        found[refused.value.code] = person
        assert person.full_name in refused.value.sentence

    assert found == people


def test_one_person_and_many_people_agree_on_who_can_come():
    ineligible()
    ParticipantFactory(is_outside_dki=True)
    ParticipantFactory()
    ParticipantFactory(kelurahan_id="31.73.08.1001")
    session = SessionFactory()

    many = set(can_come(Participant.objects.all(), session))

    assert many == {p for p in Participant.objects.all() if why_not(session, p) is None}
    assert len(many) == 2


def test_rule_24_a_person_with_a_seat_elsewhere_is_refused_with_that_session(office):
    person = ParticipantFactory(full_name="Siti Rahmawati")
    BookingFactory(
        participant=person,
        session=SessionFactory(
            kecamatan_id="31.73.08", activity_code="izin-keuangan", starts_at=tomorrow_at(10)
        ),
    )

    with pytest.raises(BookingRefused) as refused:
        book(SessionFactory(), person, office)

    assert (refused.value.params["kecamatan"], refused.value.params["clock"]) == ("Kembangan", "10.00-13.00")


# ---------------------------------------------------------------- many seats


def test_a_hundred_are_invited_at_once_and_the_next_ones_wait_in_order(office):
    people = [ParticipantFactory() for _ in range(105)]
    session = SessionFactory(capacity=100)

    outcome = services.invite(session_id=session.pk, by=office, waiting=3)

    assert outcome == services.InviteOutcome(seated=100, waiting=3)
    assert states(session) == [(p.pk, "invited") for p in people[:100]]
    assert line(session) == [p.pk for p in people[100:103]]
    assert Message.objects.filter(kind="session_invitation").count() == 100


def test_inviting_again_changes_nothing(office):
    for _ in range(5):
        ParticipantFactory()
    session = SessionFactory(capacity=2)
    services.invite(session_id=session.pk, by=office, waiting=1)

    again = services.invite(session_id=session.pk, by=office, waiting=1)

    assert again == services.InviteOutcome(0, 0)
    assert (session.bookings.count(), len(line(session)), Message.objects.count()) == (2, 1, 2)


def test_an_invitation_of_a_hundred_takes_as_many_statements_as_one_of_three(
    office, django_assert_num_queries
):
    for _ in range(3):
        ParticipantFactory()
    first, second = SessionFactory(), SessionFactory(starts_at=tomorrow_at(14))
    with django_assert_num_queries(18):
        services.invite(session_id=first.pk, by=office)
    Booking.objects.all().delete()
    for _ in range(97):
        ParticipantFactory()

    with django_assert_num_queries(18):
        services.invite(session_id=second.pk, by=office)


def test_the_batch_asks_people_of_the_kecamatan_only_and_nobody_who_declined(office):
    here, declined = ParticipantFactory(), ParticipantFactory()
    ParticipantFactory(kelurahan_id="31.73.08.1001")
    session = SessionFactory()
    BookingFactory(session=session, participant=declined, state=BookingState.DECLINED)

    services.invite(session_id=session.pk, by=office)

    assert list(session.bookings.seated().values_list("participant", flat=True)) == [here.pk]


def test_who_waits_for_the_activity_elsewhere_is_invited_first(office):
    ParticipantFactory()
    waiting = ParticipantFactory()
    WaitingFactory(participant=waiting, area_id="31.73")
    session = SessionFactory(capacity=1, starts_at=tomorrow_at(14))

    services.invite(session_id=session.pk, by=office)

    assert states(session) == [(waiting.pk, "invited")]


def test_the_page_promises_what_the_batch_does(office):
    for _ in range(7):
        ParticipantFactory()
    session = SessionFactory(capacity=4)

    promised = services.invite_preview(session, waiting=2)

    assert promised == (7, services.invite(session_id=session.pk, by=office, waiting=2))


# ---------------------------------------------------------------- answers


def full_session(office, *, waiting: int):
    """One seat, taken, and so many people in line."""
    session = SessionFactory(capacity=1)
    bookings = [book(session, ParticipantFactory(), office) for _ in range(waiting + 1)]
    return session, bookings


def test_a_seat_given_back_goes_to_the_next_in_order_once(office):
    session, (seat, first, second) = full_session(office, waiting=2)

    services.release_seat(booking_id=seat.pk, by=office)
    services.release_seat(booking_id=seat.pk, by=office)

    assert states(session) == [
        (seat.participant_id, "released"),
        (first.participant_id, "invited"),
    ]
    assert line(session) == [second.participant_id]
    assert list(Message.objects.filter(kind="seat_offered").values_list("participant_id", flat=True)) == [
        first.participant_id
    ]


def test_who_declines_gets_no_reminder_any_more(office):
    _session, (seat,) = full_session(office, waiting=0)

    services.decline(booking_id=seat.pk, by=office)

    assert list(Message.objects.values_list("state", "reason")) == [("cancelled", "seat_gone")]


def test_a_freed_seat_passes_over_who_sits_elsewhere_by_now(office):
    session, (seat, busy, able) = full_session(office, waiting=2)
    BookingFactory(participant=busy.participant, session=SessionFactory(activity_code="izin-keuangan"))

    services.release_seat(booking_id=seat.pk, by=office)

    assert states(session) == [
        (seat.participant_id, "released"),
        (able.participant_id, "invited"),
    ]


def test_a_seat_freed_after_the_start_is_not_promised_to_anybody(office):
    session, (seat, _waiting) = full_session(office, waiting=1)

    with pytest.raises(BookingRefused) as refused:
        services.release_seat(booking_id=seat.pk, by=office, now=session.starts_at)

    assert refused.value.code == Refusal.BEGUN


def test_a_confirmed_seat_stays_confirmed_when_answered_twice(office):
    _session, (seat,) = full_session(office, waiting=0)
    first = services.confirm(booking_id=seat.pk, by=office)

    again = services.confirm(booking_id=seat.pk, by=office)

    assert (again.state, again.answered_at) == (BookingState.CONFIRMED, first.answered_at)


def test_a_seat_that_was_given_back_cannot_be_confirmed(office):
    _session, (seat, waiting) = full_session(office, waiting=1)
    services.decline(booking_id=seat.pk, by=office)

    assert isinstance(waiting, Waiting)
    with pytest.raises(BookingRefused) as refused:
        services.confirm(booking_id=seat.pk, by=office)

    assert refused.value.code == Refusal.NOT_INVITED


# ---------------------------------------------------------------- all at once


def in_parallel(jobs) -> list:
    """Runs every job in a thread with a connection of its own, as near to one moment as threads allow."""
    gate, results, errors = threading.Barrier(len(jobs)), [], []

    def run(job):
        try:
            gate.wait()
            results.append(job())
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    return results


@pytest.mark.django_db(transaction=True)
def test_rule_23_fifty_bookings_at_once_for_the_last_five_seats_seat_exactly_five():
    office = member(Role.KECAMATAN, "31.73.07")
    session = SessionFactory(capacity=5)
    people = [ParticipantFactory() for _ in range(50)]

    in_parallel([lambda p=p: book(session, p, office) for p in people])

    seats = list(session.bookings.order_by("queue_number").values_list("queue_number", "state"))
    assert (seats, len(line(session))) == ([(n, "invited") for n in range(1, 6)], 45)
    assert Message.objects.filter(kind="session_invitation").count() == 5


def enrol_at_once(session, people, *, connections):
    """Everybody at one moment; as many speak to the database at a time as it has connections for us."""
    office = member(Role.KECAMATAN, "31.73.07")
    slots = threading.BoundedSemaphore(connections)

    def enrol(person):
        with slots:
            try:
                return book(session, person, office)
            finally:
                connection.close()

    return in_parallel([lambda p=p: enrol(p) for p in people])


def order_of(session) -> tuple[list[int], list[int]]:
    """Queue numbers of the seats, and the people in line."""
    seats = session.bookings.seated().order_by("queue_number")
    return list(seats.values_list("queue_number", flat=True)), line(session)


@pytest.mark.django_db(transaction=True)
def test_rule_23_sixty_enrolments_at_once_for_twelve_seats_seat_twelve_and_the_rest_wait_in_order():
    session = SessionFactory(capacity=12)
    people = [ParticipantFactory() for _ in range(60)]

    enrol_at_once(session, people, connections=40)

    seats, waiting = order_of(session)
    since = list(Waiting.objects.order_by("since", "pk").values_list("participant_id", flat=True))
    assert (seats, waiting) == (list(range(1, 13)), since)
    assert len(set(waiting)) == 48


@pytest.mark.drill
@pytest.mark.django_db(transaction=True)
def test_rule_23_five_hundred_enrolments_at_once_for_a_hundred_seats_seat_exactly_a_hundred():
    session = SessionFactory(capacity=100)
    people = [ParticipantFactory() for _ in range(500)]

    enrol_at_once(session, people, connections=150)

    seats, waiting = order_of(session)
    assert seats == list(range(1, 101))
    assert len(set(waiting)) == 400
    assert Message.objects.filter(kind="session_invitation").count() == 100


@pytest.mark.django_db(transaction=True)
def test_one_person_wanted_by_two_sessions_at_one_time_sits_in_one():
    office = member(Role.KECAMATAN, "31.73.07")
    first, second = SessionFactory(), SessionFactory(activity_code="izin-keuangan")
    for _ in range(20):
        ParticipantFactory()

    outcomes = in_parallel([lambda s=s: services.invite(session_id=s.pk, by=office) for s in (first, second)])

    assert sorted(o.seated for o in outcomes) == [0, 20]
    assert Booking.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_ten_seats_given_back_at_once_are_given_on_once_each():
    office = member(Role.KECAMATAN, "31.73.07")
    session = SessionFactory(capacity=10)
    bookings = [book(session, ParticipantFactory(), office) for _ in range(25)]

    in_parallel([lambda b=b: services.decline(booking_id=b.pk, by=office) for b in bookings[:10]])

    assert [state for _p, state in states(session)] == ["declined"] * 10 + ["invited"] * 10
    assert len(line(session)) == 5
    assert Message.objects.filter(kind="seat_offered").count() == 10
