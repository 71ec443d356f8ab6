"""Freed seats: offered to the next with a deadline, and never given twice."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from okoce.accounts.roles import Role
from okoce.notifications.models import Message
from tests.factories import (
    BookingFactory,
    ParticipantFactory,
    ScanFactory,
    SessionFactory,
    WaitingFactory,
    member,
)
from tests.factories.trainings import class_of, day_at
from trainings import services, tasks
from trainings.enums import BookingState, LeftReason
from trainings.models import Availability, Booking, Waiting
from trainings.refusals import BookingRefused, Refusal
from trainings.scheduling import JAKARTA
from trainings.services import offers, waits
from trainings.services.locks import locked

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 8, 10, 9, 0, tzinfo=JAKARTA)  # Monday


@pytest.fixture(autouse=True)
def _monday_morning(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def office():
    return member(Role.KECAMATAN, "31.73.07")


def states(session) -> list[tuple[int, str]]:
    return list(session.bookings.order_by("queue_number").values_list("participant_id", "state"))


def full_session(**fields):
    """One seat, taken, a week from now."""
    fields = {"starts_at": day_at(7, 9), "capacity": 1} | fields
    session = SessionFactory(**fields)
    return session, BookingFactory(session=session, state=BookingState.CONFIRMED, queue_number=1)


def give_back(seat, **more):
    return services.decline(booking_id=seat.pk, by=None, **more)


# ---------------------------------------------------------------- the next


def test_a_freed_seat_is_offered_to_the_next_at_once_with_a_deadline():
    session, seat = full_session()
    waiting = WaitingFactory()

    give_back(seat)

    offer = session.bookings.get(participant=waiting.participant)
    assert (offer.state, offer.answer_by) == ("invited", NOW + timedelta(hours=24))
    assert list(Message.objects.values_list("kind", "participant_id")) == [
        ("seat_offered", waiting.participant_id)
    ]


@pytest.mark.parametrize(
    ("starts_at", "now", "until"),
    [
        (day_at(7, 9), NOW, NOW + timedelta(hours=24)),
        (NOW + timedelta(hours=30), NOW, NOW + timedelta(hours=6)),
        (NOW + timedelta(hours=8), NOW, NOW + timedelta(hours=2)),
        (NOW + timedelta(hours=3), NOW, NOW + timedelta(hours=2)),
        (NOW + timedelta(minutes=40), NOW, NOW + timedelta(minutes=40)),
        # at 22.00 nobody is told before 08.00, and the time counts from there
        (NOW + timedelta(days=7), NOW.replace(hour=22), NOW + timedelta(days=1, hours=23)),
    ],
)
def test_the_deadline_leaves_time_to_think_and_ends_before_the_session(starts_at, now, until):
    starts_at = starts_at if starts_at < NOW + timedelta(days=6) else NOW + timedelta(days=7)

    assert offers.answer_until(SessionFactory.build(starts_at=starts_at), now=now) == until


def test_who_does_not_answer_in_time_loses_the_seat_to_the_next_and_goes_to_the_end(time_machine):
    session, seat = full_session()
    silent, second = WaitingFactory(since=day_at(-9, 9)), WaitingFactory(since=day_at(-8, 9))
    give_back(seat)
    late = NOW + timedelta(hours=24)
    time_machine.move_to(late, tick=False)

    tasks.settle_offers()
    tasks.settle_offers()

    assert states(session)[1:] == [(silent.participant_id, "lapsed"), (second.participant_id, "invited")]
    silent.refresh_from_db()
    assert (silent.since, silent.missed_count, silent.left_at) == (late, 1, None)


def test_an_offer_cannot_be_taken_after_its_deadline_even_if_the_clock_never_fired():
    session, seat = full_session()
    WaitingFactory()
    give_back(seat)
    offer = session.bookings.get(state="invited")

    with pytest.raises(BookingRefused) as refused:
        services.confirm(booking_id=offer.pk, by=None, now=offer.answer_by)

    assert refused.value.code == Refusal.TOO_LATE


def test_a_late_offer_does_not_keep_anybody_from_the_seat(office):
    session, seat = full_session()
    WaitingFactory()
    give_back(seat)
    offer = session.bookings.get(state="invited")
    stranger = ParticipantFactory()

    given = services.book_seat(
        session_id=session.pk, participant=stranger, by=office, now=offer.answer_by + timedelta(minutes=1)
    )

    assert (given.participant_id, given.state) == (stranger.pk, "invited")


def test_three_offers_without_an_answer_end_the_waiting():
    wait = WaitingFactory(missed_count=2)
    _session, seat = full_session()
    give_back(seat)

    offers.settle_all(now=NOW + timedelta(hours=25))

    wait.refresh_from_db()
    assert wait.left_reason == LeftReason.SILENT


def test_saying_yes_ends_the_waiting_and_the_deadline_counts_no_more():
    session, seat = full_session()
    wait = WaitingFactory()
    give_back(seat)
    offer = session.bookings.get(state="invited")

    services.confirm(booking_id=offer.pk, by=None)
    offers.settle_all(now=NOW + timedelta(days=3))

    wait.refresh_from_db()
    assert (session.bookings.get(pk=offer.pk).state, wait.left_reason) == ("confirmed", LeftReason.SEATED)


def test_a_no_with_a_reason_keeps_the_person_in_line_and_one_without_ends_it():
    _session, seat = full_session()
    _other, unwilling = full_session(starts_at=day_at(8, 9))

    give_back(seat, reason="trade")
    give_back(unwilling)

    assert list(Waiting.objects.values_list("participant", "since", "left_at")) == [
        (seat.participant_id, seat.booked_at, None)
    ]


# ---------------------------------------------------------------- who is next


def test_who_has_the_fewest_sessions_left_comes_before_who_waits_longer():
    session, _seat = full_session()
    SessionFactory(starts_at=day_at(20, 9), kecamatan_id="31.73.08")
    anywhere = WaitingFactory(area_id="31.73", since=day_at(-50, 9))  # can go to the other one too
    here = WaitingFactory(since=day_at(-2, 9))

    assert waits.line_of(session, now=NOW) == [here.participant_id, anywhere.participant_id]


def test_of_equals_who_lacks_less_then_who_waits_longest_comes_first():
    session, _seat = full_session()
    SessionFactory(activity_code="izin-keuangan", starts_at=day_at(9, 9))
    later, earlier, nearly = (WaitingFactory(since=day_at(-n, 9)) for n in (1, 2, 0))
    held = SessionFactory(activity_code="izin-keuangan", state="held", starts_at=day_at(-30, 9))
    ScanFactory(session=held, participant=nearly.participant)

    line = waits.line_of(session, now=NOW)

    assert line == [nearly.participant_id, earlier.participant_id, later.participant_id]


def test_a_session_that_overlaps_a_seat_elsewhere_is_not_within_reach():
    session, _seat = full_session()
    other = SessionFactory(starts_at=day_at(20, 9))
    free, busy = WaitingFactory(since=day_at(-9, 9)), WaitingFactory(since=day_at(-1, 9))
    elsewhere = SessionFactory(
        activity_code="izin-keuangan", starts_at=other.starts_at, kecamatan_id="31.73.08"
    )
    BookingFactory(session=elsewhere, participant=busy.participant)

    assert waits.line_of(session, now=NOW) == [busy.participant_id, free.participant_id]


def test_who_cannot_come_at_that_time_of_the_week_is_passed_over_and_stays_in_line():
    session, seat = full_session()
    trader, able = WaitingFactory(since=day_at(-9, 9)), WaitingFactory()
    Availability.objects.create(participant=trader.participant, weekdays=False, changed_at=NOW)

    give_back(seat)

    assert states(session)[1:] == [(able.participant_id, "invited")]
    assert list(Waiting.objects.still()) == [trader]


def test_a_place_in_line_counts_for_every_session_of_the_activity_in_its_area():
    far, far_seat = full_session(kecamatan_id="31.73.08")
    here_only, anywhere = WaitingFactory(since=day_at(-9, 9)), WaitingFactory(area_id="31.73")

    give_back(far_seat)

    assert states(far)[1:] == [(anywhere.participant_id, "invited")]
    assert list(Waiting.objects.still()) == [here_only]


def test_a_class_of_several_days_is_offered_once_and_whole():
    days = class_of(2, starts_at=day_at(7, 9), capacity=1)
    seat = BookingFactory(session=days[0], state="confirmed", queue_number=1)
    waiting = WaitingFactory()

    give_back(seat)

    seats = Booking.objects.filter(participant=waiting.participant).order_by("during")
    assert list(seats.values_list("session", "state")) == [(day.pk, "invited") for day in days]


# ---------------------------------------------------------------- sessions that are off


def test_who_loses_a_place_is_offered_the_next_session_as_soon_as_it_is_saved(
    office, django_capture_on_commit_callbacks
):
    off, following = SessionFactory(starts_at=day_at(5, 9)), SessionFactory(starts_at=day_at(8, 9))
    lost = BookingFactory(session=off, state=BookingState.CONFIRMED)
    off.bookings.update(state=BookingState.RELEASED)

    with django_capture_on_commit_callbacks(execute=True):
        offers.offer_next(off, people=[lost.participant_id], by=office)

    assert states(following) == [(lost.participant_id, "invited")]


def test_who_lost_a_place_stands_before_who_came_later(office):
    off, later = SessionFactory(starts_at=day_at(5, 9)), WaitingFactory()
    lost = BookingFactory(session=off, booked_at=day_at(-20, 9))

    offers.offer_next(off, people=[lost.participant_id], by=office)

    line = list(Waiting.objects.order_by("since").values_list("participant_id", flat=True))
    assert line == [lost.participant_id, later.participant_id]


def test_offering_the_next_twice_puts_nobody_in_line_twice(office):
    off = SessionFactory(starts_at=day_at(5, 9))
    lost = BookingFactory(session=off)
    offers.offer_next(off, people=[lost.participant_id], by=office)

    assert offers.offer_next(off, people=[lost.participant_id], by=office) == 0
    assert Waiting.objects.count() == 1


def test_nobody_waits_twice_for_one_activity_in_one_area():
    wait = WaitingFactory()

    with pytest.raises(IntegrityError, match="trainings_waiting_once"):
        WaitingFactory(participant=wait.participant)


def test_one_waits_in_a_kecamatan_or_a_city_and_not_in_a_kelurahan():
    with pytest.raises(IntegrityError, match="trainings_waiting_for_a_kecamatan_or_city"):
        WaitingFactory(area_id="31.73.07.1001")


def test_waiting_ends_with_the_activity():
    held = SessionFactory(state="held", starts_at=day_at(-1, 9))
    came = WaitingFactory()
    ScanFactory(session=held, participant=came.participant)

    assert (waits.tidy(now=NOW), waits.tidy(now=NOW)) == (1, 0)
    came.refresh_from_db()
    assert came.left_reason == LeftReason.DONE


# ---------------------------------------------------------------- all at once


def in_parallel(jobs) -> list:
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
def test_a_late_offer_settled_by_ten_at_once_is_given_on_once():
    session, seat = full_session()
    people = [WaitingFactory(since=day_at(-n, 9)) for n in range(9, 3, -1)]
    give_back(seat)
    late = session.bookings.get(state="invited").answer_by + timedelta(minutes=1)

    in_parallel([lambda: offers.settle(session.pk, now=late) for _ in range(10)])

    assert states(session)[1:] == [
        (people[0].participant_id, "lapsed"),
        (people[1].participant_id, "invited"),
    ]
    assert Message.objects.filter(kind="seat_offered", state__in=["pending", "held", "ready"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_transaction_killed_while_it_gives_a_seat_on_gives_it_to_nobody_and_the_next_gives_it_once():
    session, seat = full_session()
    first, _second = WaitingFactory(since=day_at(-9, 9)), WaitingFactory()
    Booking.objects.filter(pk=seat.pk).update(state="released")
    died = []

    def give_and_die():
        try:
            with transaction.atomic():
                offers.promote(locked(session.pk), now=NOW)
                connection.connection.pgconn.finish()  # the line breaks, as when the process is killed
        except OperationalError:
            died.append(True)
        finally:
            connection.close()

    thread = threading.Thread(target=give_and_die)
    thread.start()
    thread.join(20)

    assert (died, states(session)[1:]) == ([True], [])
    assert [offers.fill("dasar", "31.73.07", now=NOW) for _ in range(2)] == [1, 0]
    assert states(session)[1:] == [(first.participant_id, "invited")]
