import uuid
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from okoce.accounts.roles import Role
from participants.models import StepReached
from tests.factories import (
    BookingFactory,
    ParticipantFactory,
    ScanFactory,
    SessionFactory,
    WaitingFactory,
    member,
)
from tests.factories.trainings import day_at
from tests.trainings.test_seats import in_parallel
from trainings import services
from trainings.enums import BookingState, ScanResult
from trainings.models import AttendanceScan, Waiting
from trainings.progress import done_counts, progress_of
from trainings.refusals import BookingRefused, Refusal
from trainings.scheduling import JAKARTA

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    user = member(Role.KECAMATAN, "31.73.07")
    assert user.active_membership.unit_name  # asked once, not in the counted part
    return user


@pytest.fixture
def session():
    """Today, 9 to 12; the tests say what time it is."""
    return SessionFactory(starts_at=day_at(0, 9))


def seat(session, **fields):
    return BookingFactory(session=session, **fields).participant


def mark(session, person, by, **more):
    more.setdefault("now", session.starts_at)
    return services.mark_present(session_id=session.pk, participant_id=person.pk, by=by, **more)


def present(session) -> set[int]:
    return set(session.scans.standing().values_list("participant_id", flat=True))


# ---------------------------------------------------------------- one person


def test_an_invited_person_is_marked_present(session, office):
    person = seat(session)

    scan = mark(session, person, office)

    assert (scan.result, present(session)) == (ScanResult.ACCEPTED, {person.pk})


def test_a_double_tap_is_one_row(session, office):
    person, nonce = seat(session), uuid.uuid4()
    first = mark(session, person, office, nonce=nonce)

    again = mark(session, person, office, nonce=nonce)

    assert (again, AttendanceScan.objects.count()) == (first, 1)


def test_two_phones_at_two_doors_record_one_person_once(session, office):
    person = seat(session)
    first = mark(session, person, office)

    again = mark(session, person, office, nonce=uuid.uuid4())

    assert (again, AttendanceScan.objects.count()) == (first, 1)


def test_rule_29_attendance_begins_with_the_day_of_the_session(session, office):
    person = seat(session)

    early = mark(session, person, office, now=day_at(0, 0) - timedelta(minutes=1))

    assert (early.result, present(session)) == (ScanResult.TOO_EARLY, set())


def test_rule_29_ten_minutes_past_midnight_is_the_day_of_the_session(session, office):
    person = seat(session)

    scan = mark(session, person, office, now=day_at(0, 0) + timedelta(minutes=10))

    assert scan.result == ScanResult.ACCEPTED


@pytest.mark.parametrize("state", [BookingState.LAPSED, BookingState.DECLINED, BookingState.RELEASED])
def test_rule_29_who_has_no_seat_is_not_marked_present(session, office, state):
    person = seat(session, state=state)

    assert mark(session, person, office).result == ScanResult.NOT_BOOKED


def test_rule_29_a_stranger_is_not_marked_present_and_the_attempt_is_kept(session, office):
    stranger = ParticipantFactory()

    mark(session, stranger, office)

    assert list(session.scans.values_list("participant", "result")) == [(stranger.pk, "not_booked")]


def test_taking_back_adds_a_row_and_the_person_counts_as_absent(session, office):
    person = seat(session)
    mark(session, person, office)

    services.take_back(session_id=session.pk, participant_id=person.pk, by=office)
    services.take_back(session_id=session.pk, participant_id=person.pk, by=office)

    assert list(session.scans.values_list("result", flat=True)) == ["accepted", "undone"]
    assert present(session) == set()


def test_who_was_taken_back_can_be_marked_again(session, office):
    person = seat(session)
    mark(session, person, office)
    services.take_back(session_id=session.pk, participant_id=person.pk, by=office)

    mark(session, person, office)

    assert present(session) == {person.pk}


# ---------------------------------------------------------------- everybody


def test_all_but_these_are_present_with_one_press(session, office):
    people = [seat(session) for _ in range(100)]
    absent = people[3]

    added = services.mark_all_present(
        session_id=session.pk, except_ids=[absent.pk], by=office, batch=uuid.uuid4()
    )

    assert added == 99
    assert present(session) == {p.pk for p in people} - {absent.pk}


def test_the_same_press_twice_adds_nobody(session, office):
    person, batch = seat(session), uuid.uuid4()
    services.mark_all_present(session_id=session.pk, except_ids=[], by=office, batch=batch)
    services.take_back(session_id=session.pk, participant_id=person.pk, by=office)

    again = services.mark_all_present(session_id=session.pk, except_ids=[], by=office, batch=batch)

    assert (again, present(session)) == (0, set())


def test_a_press_is_taken_back_whole_and_leaves_the_others(session, office):
    first, _second, batch = seat(session), seat(session), uuid.uuid4()
    mark(session, first, office)
    services.mark_all_present(session_id=session.pk, except_ids=[], by=office, batch=batch)

    services.take_back_batch(session_id=session.pk, batch=batch, by=office)

    assert present(session) == {first.pk}


def test_a_hundred_present_take_as_many_statements_as_three(session, office, django_assert_num_queries):
    other = SessionFactory(starts_at=day_at(0, 13))
    for _ in range(3):
        seat(session)
    for _ in range(100):
        seat(other)
    for one in (session, other):
        with django_assert_num_queries(11):
            services.mark_all_present(
                session_id=one.pk, except_ids=[], by=office, batch=uuid.uuid4(), now=day_at(0, 14)
            )


# ---------------------------------------------------------------- without a seat


def admit(session, person, by, **more):
    more.setdefault("now", session.starts_at)
    return services.admit(session_id=session.pk, participant=person, by=by, **more)


def test_rule_29_a_walk_in_is_let_in_where_a_seat_is_free_and_recorded_as_such(session, office):
    person = ParticipantFactory()

    scan = admit(session, person, office)

    assert scan.result == ScanResult.ACCEPTED
    assert list(session.bookings.values_list("participant", "state")) == [(person.pk, "walked_in")]


def test_a_walk_in_does_not_take_the_seat_of_an_invited_person_at_the_start(office):
    session = SessionFactory(starts_at=day_at(0, 9), capacity=1)
    seat(session)

    with pytest.raises(BookingRefused) as refused:
        admit(session, ParticipantFactory(), office)

    assert refused.value.code == Refusal.ROOM_FULL


def test_half_an_hour_after_the_start_the_seats_of_the_absent_are_open(office):
    session = SessionFactory(starts_at=day_at(0, 9), capacity=1)
    seat(session)
    person = ParticipantFactory()

    admit(session, person, office, now=session.starts_at + timedelta(minutes=30))

    assert present(session) == {person.pk}


def test_never_more_people_are_present_than_the_room_holds(office):
    session = SessionFactory(starts_at=day_at(0, 9), capacity=1)
    late = seat(session)
    admit(session, ParticipantFactory(), office, now=session.starts_at + timedelta(minutes=30))

    scan = mark(session, late, office, now=session.starts_at + timedelta(minutes=40))

    assert scan.result == ScanResult.FULL


def test_a_walk_in_taken_back_is_off_the_list_and_who_waited_waits_again(session, office):
    stranger, waiting = ParticipantFactory(), WaitingFactory(activity_id=session.activity_id).participant
    for person in (stranger, waiting):
        admit(session, person, office)
        services.take_back(session_id=session.pk, participant_id=person.pk, by=office)

    assert dict(session.bookings.values_list("participant", "state")) == {
        stranger.pk: "released",
        waiting.pk: "released",
    }
    assert [w.participant for w in Waiting.objects.still().for_session(session)] == [waiting]


def test_who_has_a_seat_at_that_time_elsewhere_is_not_let_in(session, office):
    person = ParticipantFactory()
    BookingFactory(
        participant=person, session=SessionFactory(starts_at=day_at(0, 9), activity_code="izin-keuangan")
    )

    with pytest.raises(BookingRefused) as refused:
        admit(session, person, office)

    assert refused.value.code == Refusal.ELSEWHERE


# ---------------------------------------------------------------- closing


def test_a_closed_list_makes_the_session_held(session, office):
    closed = services.close_list(session_id=session.pk, by=office, now=session.ends_at)

    assert (closed.state, closed.held_at, closed.closed_by) == ("held", session.ends_at, office)


def test_closing_twice_keeps_the_first_moment(session, office):
    services.close_list(session_id=session.pk, by=office, now=session.starts_at)

    again = services.close_list(session_id=session.pk, by=office, now=session.ends_at)

    assert again.held_at == session.starts_at


def test_a_list_is_not_closed_before_the_session_begins(session, office):
    with pytest.raises(BookingRefused) as refused:
        services.close_list(session_id=session.pk, by=office, now=session.starts_at - timedelta(minutes=1))

    assert refused.value.code == Refusal.NOT_BEGUN


# ---------------------------------------------------------------- completion


def steps() -> list:
    return list(StepReached.objects.values_list("participant", "step", "reached_on", "evidence"))


def two_done(person) -> None:
    for days, code in ((-20, "dasar"), (-10, "izin-keuangan")):
        ScanFactory(
            participant=person,
            session=SessionFactory(state="held", starts_at=day_at(days, 9), activity_code=code),
        )


@pytest.fixture
def midyear(time_machine):
    time_machine.move_to(datetime(2026, 8, 12, 8, 0, tzinfo=JAKARTA))


def test_rule_30_the_third_activity_writes_the_step_with_its_evidence(midyear, office):
    session = SessionFactory(starts_at=day_at(0, 9), activity_code="kemasan-pemasaran")
    person = seat(session)
    two_done(person)

    mark(session, person, office)
    mark(session, person, office)

    assert steps() == [(person.pk, 2, timezone.localdate(), f"session:{session.pk}")]


def test_rule_30_the_step_goes_when_the_third_attendance_is_taken_back(midyear, office):
    session = SessionFactory(starts_at=day_at(0, 9), activity_code="kemasan-pemasaran")
    person = seat(session)
    two_done(person)
    mark(session, person, office)

    services.take_back(session_id=session.pk, participant_id=person.pk, by=office)

    assert steps() == []


def test_a_step_recorded_by_hand_stays(midyear, office):
    session = SessionFactory(starts_at=day_at(0, 9), activity_code="kemasan-pemasaran")
    person = seat(session)
    StepReached.objects.create(
        participant=person,
        step=2,
        reached_on=timezone.localdate(),
        evidence="manual:kelas dinas",
        reason="Kelas di tingkat dinas",
    )
    mark(session, person, office)

    services.take_back(session_id=session.pk, participant_id=person.pk, by=office)

    assert [row[3] for row in steps()] == ["manual:kelas dinas"]


def test_rule_30_a_session_on_new_years_eve_belongs_to_the_old_year(time_machine, office):
    time_machine.move_to(datetime(2026, 12, 31, 8, 0, tzinfo=JAKARTA))
    session = SessionFactory(starts_at=day_at(0, 20), activity_code="kemasan-pemasaran")
    person = seat(session)
    two_done(person)

    mark(session, person, office, now=day_at(1, 0) + timedelta(minutes=10))  # entered after midnight

    assert [(row[1], str(row[2])) for row in steps()] == [(2, "2026-12-31")]


def test_rule_30_three_activities_over_two_years_complete_none(time_machine, office):
    time_machine.move_to(datetime(2027, 1, 2, 8, 0, tzinfo=JAKARTA))
    session = SessionFactory(starts_at=day_at(0, 9), activity_code="kemasan-pemasaran")
    person = seat(session)
    two_done(person)

    mark(session, person, office)

    assert steps() == []
    assert done_counts([person.pk], 2026) == {person.pk: 2}
    assert done_counts([person.pk], 2027) == {person.pk: 1}


# ---------------------------------------------------------------- progress


def test_progress_tells_what_is_done_what_comes_and_what_is_missing(midyear, django_assert_num_queries):
    person = ParticipantFactory()
    held = SessionFactory(state="held", starts_at=day_at(-20, 9))
    ScanFactory(participant=person, session=held)
    coming = SessionFactory(activity_code="izin-keuangan")
    BookingFactory(participant=person, session=coming)
    wait = WaitingFactory(participant=person, activity_id="kemasan-pemasaran", area_id="31.73")

    with django_assert_num_queries(5):
        progress = progress_of(person, 2026)

    assert (progress.done_count, progress.required_count, progress.is_complete) == (1, 3, False)
    assert (progress.next_session.session_id, progress.next_session.needs_answer) == (coming.pk, True)
    assert [(a.code, a.done_session_id) for a in progress.activities] == [
        ("dasar", held.pk),
        ("izin-keuangan", None),
        ("kemasan-pemasaran", None),
    ]
    assert [(a.code, a.reachable, a.waiting and a.waiting.wait_id) for a in progress.missing] == [
        ("izin-keuangan", 1, None),
        ("kemasan-pemasaran", 0, wait.pk),
    ]


def test_attendance_of_a_cancelled_session_counts_for_nothing(midyear):
    person = ParticipantFactory()
    ScanFactory(participant=person, session=SessionFactory(state="cancelled", starts_at=day_at(-1, 9)))

    assert progress_of(person, 2026).done_count == 0


# ---------------------------------------------------------------- all at once


@pytest.mark.django_db(transaction=True)
def test_a_hundred_people_at_two_doors_are_present_once_each():
    office = member(Role.KECAMATAN, "31.73.07")
    session = SessionFactory(starts_at=day_at(0, 9), capacity=20)
    people = [seat(session) for _ in range(20)]
    connection.close()

    in_parallel([lambda p=p: mark(session, p, office) for p in [*people, *people]])

    assert session.scans.filter(result="accepted").count() == 20
    assert present(session) == {p.pk for p in people}
