"""What a phone at the door sends: every scan once, whatever the line, the clock and the other door do."""

import uuid
from datetime import datetime, timedelta

import pytest
from django.db import connection

from okoce.accounts.roles import Role
from participants.services import cards
from tests.factories import BookingFactory, ParticipantFactory, ScanFactory, SessionFactory, member
from tests.factories.trainings import completed, day_at
from tests.trainings.test_seats import in_parallel
from trainings import services
from trainings.enums import BookingState, ScanMethod
from trainings.models import AttendanceScan
from trainings.scheduling import JAKARTA
from trainings.services import certificates, door

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return member(Role.KECAMATAN, "31.73.07")


@pytest.fixture
def session():
    """Today, 9 to 12."""
    return SessionFactory(starts_at=day_at(0, 9))


def seat(session, **fields):
    return BookingFactory(session=session, **fields).participant


def token_of(person, by) -> str:
    return cards.address_of(cards.issue(participant_id=person.pk, by=by)).split("/")[-2]


def entry(person=None, *, token="", at=None, does=door.IN, nonce=None, undoes=None, how=None):
    return door.Entry(
        nonce=nonce or uuid.uuid4(),
        does=does,
        how=how or (ScanMethod.CARD if token else ScanMethod.NUMBER),
        at=at or day_at(0, 9),
        token=token,
        number="" if token else person.number,
        undoes=undoes,
    )


def send(session, entries, by, *, now=None, device_now=None, device="hp-1"):
    now = now or day_at(0, 9)
    return [
        scan.result
        for scan in door.receive(
            session_id=session.pk,
            entries=entries,
            device=device,
            device_now=device_now or now,
            by=by,
            now=now,
        )
    ]


def present(session) -> set[int]:
    return set(session.scans.standing().values_list("participant_id", flat=True))


# ---------------------------------------------------------------- cards


def test_a_card_of_the_list_is_let_in(session, office):
    person = seat(session)

    assert send(session, [entry(token=token_of(person, office))], office) == ["accepted"]
    assert present(session) == {person.pk}


def test_a_code_that_is_no_card_of_ours_is_refused_and_kept(session, office):
    assert send(session, [entry(token="x" * 22)], office) == ["unknown"]
    assert list(session.scans.values_list("participant", "result")) == [(None, "unknown")]


def test_a_withdrawn_card_is_refused_and_the_log_says_whose(session, office):
    person = seat(session)
    old = token_of(person, office)
    cards.issue(participant_id=person.pk, by=office)

    assert send(session, [entry(token=old)], office) == ["revoked"]
    assert list(session.scans.values_list("participant", "result")) == [(person.pk, "revoked")]


def test_a_card_scanned_again_is_not_counted_again_and_the_attempt_is_kept(session, office):
    token = token_of(seat(session), office)
    send(session, [entry(token=token)], office)

    assert send(session, [entry(token=token)], office, device="hp-2") == ["duplicate"]
    assert list(session.scans.values_list("result", "device")) == [
        ("accepted", "hp-1"),
        ("duplicate", "hp-2"),
    ]


def test_rule_29_a_card_of_another_session_is_refused_and_the_log_says_which(session, office):
    other = SessionFactory(starts_at=day_at(0, 13), activity_code="izin-keuangan")
    token = token_of(seat(other), office)

    assert send(session, [entry(token=token)], office) == ["elsewhere"]
    assert session.scans.get().elsewhere == other


def test_rule_29_a_card_without_any_seat_is_refused(session, office):
    assert send(session, [entry(token=token_of(ParticipantFactory(), office))], office) == ["not_booked"]


def test_rule_32_after_the_certificate_a_required_activity_is_not_recorded_again(session, office):
    person = seat(session)
    completed(person, year=session.starts_at.year, month=1)
    certificates.confirm_name(participant_id=person.pk, name=person.full_name, by=office)
    certificates.issue(participant_id=person.pk, year=session.starts_at.year, by=office)

    assert send(session, [entry(person)], office) == ["certified"]


def test_the_card_of_another_person_takes_back_who_was_let_in_by_it(session, office):
    person = seat(session)
    first = entry(token=token_of(person, office))
    send(session, [first], office)

    told = send(session, [entry(person, does=door.OTHER_PERSON, undoes=first.nonce)], office)

    assert (told, present(session)) == (["other_person"], set())


# ---------------------------------------------------------------- the queue


def test_the_same_queue_twice_changes_nothing_more(session, office):
    people = [seat(session) for _ in range(3)]
    queue = [entry(p) for p in people]
    first = send(session, queue, office)

    assert send(session, queue, office) == first == ["accepted"] * 3
    assert AttendanceScan.objects.count() == 3


def test_half_a_queue_and_then_the_whole_of_it_is_the_whole(session, office):
    queue = [entry(seat(session)) for _ in range(4)]
    send(session, queue[:2], office)

    send(session, queue, office)

    assert (len(present(session)), AttendanceScan.objects.count()) == (4, 4)


def test_an_undo_that_arrives_before_its_tap_leaves_the_person_absent(session, office):
    person = seat(session)
    tap = entry(person)
    undo = entry(person, does=door.UNDO, undoes=tap.nonce)

    told = send(session, [undo], office) + send(session, [tap], office)

    assert (told, present(session)) == (["nothing", "nothing"], set())


def test_an_undo_of_a_second_scan_does_not_take_back_the_first_door(session, office):
    person = seat(session)
    send(session, [entry(person)], office, device="hp-1")
    second = entry(person)
    send(session, [second], office, device="hp-2")

    send(session, [entry(person, does=door.UNDO, undoes=second.nonce)], office, device="hp-2")

    assert present(session) == {person.pk}


def test_an_undo_takes_back_its_own_tap_in_one_row(session, office):
    person = seat(session)
    tap = entry(person)
    undo = entry(person, does=door.UNDO, undoes=tap.nonce)

    send(session, [tap, undo, undo], office)

    assert list(session.scans.values_list("result", flat=True)) == ["accepted", "undone"]


@pytest.mark.django_db(transaction=True)
def test_two_doors_that_send_everybody_at_once_have_everybody_once():
    office = member(Role.KECAMATAN, "31.73.07")
    session = SessionFactory(starts_at=day_at(0, 9), capacity=12)
    people = [seat(session) for _ in range(12)]
    queues = [[entry(p) for p in people] for _ in range(2)]
    connection.close()

    in_parallel(
        [
            lambda q=q, d=d: send(session, q, office, device=d)
            for q, d in zip([*queues, *queues], "abab", strict=True)
        ]
    )

    assert session.scans.filter(result="accepted").count() == 12
    assert session.scans.filter(result="duplicate").count() == 12
    assert present(session) == {p.pk for p in people}


# ---------------------------------------------------------------- clocks


@pytest.mark.parametrize("wrong_by", [timedelta(hours=7), timedelta(hours=-7), timedelta(days=400)])
def test_a_clock_that_is_wrong_by_hours_is_kept_and_not_believed(session, office, wrong_by):
    now = day_at(0, 9) + timedelta(minutes=30)
    scanned = day_at(0, 9) + timedelta(minutes=5)

    told = send(
        session, [entry(seat(session), at=scanned + wrong_by)], office, now=now, device_now=now + wrong_by
    )

    scan = session.scans.get()
    assert (told, scan.happened_at, scan.device_at) == (["accepted"], scanned, scanned + wrong_by)
    assert session.scans.with_moment().get().at == scanned


def test_rule_29_a_wrong_clock_does_not_let_anybody_in_the_day_before(session, office):
    yesterday = day_at(-1, 20)

    told = send(
        session, [entry(seat(session), at=day_at(0, 9))], office, now=yesterday, device_now=day_at(0, 9)
    )

    assert told == ["too_early"]


def test_rule_29_a_scan_of_the_evening_before_that_is_sent_on_the_day_stays_refused(session, office):
    told = send(session, [entry(seat(session), at=day_at(-1, 20))], office, now=day_at(0, 9))

    assert told == ["too_early"]


@pytest.mark.parametrize("at", [timedelta(hours=2), timedelta(days=-9)])
def test_a_clock_that_was_set_between_scan_and_sending_counts_as_now(session, office, at):
    now = day_at(0, 10)

    send(session, [entry(seat(session), at=now + at)], office, now=now)

    assert session.scans.get().happened_at == now


def test_rule_30_a_session_on_new_years_eve_scanned_at_ten_past_midnight_counts_for_the_old_year(
    time_machine, office
):
    time_machine.move_to(datetime(2026, 12, 31, 8, 0, tzinfo=JAKARTA))
    session = SessionFactory(starts_at=day_at(0, 20), activity_code="kemasan-pemasaran")
    person = seat(session)
    for days, code in ((-20, "dasar"), (-10, "izin-keuangan")):
        ScanFactory(
            participant=person,
            session=SessionFactory(state="held", starts_at=day_at(days, 9), activity_code=code),
        )
    ten_past = day_at(1, 0) + timedelta(minutes=10)

    told = send(session, [entry(person, at=ten_past)], office, now=ten_past)

    assert told == ["accepted"]
    assert [str(s.reached_on) for s in person.steps.filter(step=2)] == ["2026-12-31"]


# ---------------------------------------------------------------- after the list was closed


def test_a_scan_from_before_the_closing_that_arrives_after_it_counts(session, office):
    trainer_like, person = member(Role.TRAINER), seat(session)
    services.close_list(session_id=session.pk, by=office, now=day_at(0, 12))

    told = send(session, [entry(person, at=day_at(0, 9))], trainer_like, now=day_at(0, 13))

    assert (told, present(session)) == (["accepted"], {person.pk})


def test_a_scan_after_the_closing_is_refused_to_who_may_not_correct(session, office):
    services.close_list(session_id=session.pk, by=office, now=day_at(0, 12))

    told = send(session, [entry(seat(session), at=day_at(0, 13))], member(Role.TRAINER), now=day_at(0, 13))

    assert told == ["closed"]


# ---------------------------------------------------------------- coming and leaving


def test_who_leaves_and_comes_back_has_a_row_for_each(session, office):
    session.activity.counts_hours = True
    session.activity.save()
    person = seat(session)
    moves = [(door.IN, 9), (door.OUT, 10), (door.IN, 11), (door.OUT, 12)]

    told = send(
        session, [entry(person, does=d, at=day_at(0, h)) for d, h in moves], office, now=day_at(0, 13)
    )

    assert told == ["accepted", "left", "back", "left"]


def test_who_never_came_does_not_leave(session, office):
    assert send(session, [entry(seat(session), does=door.OUT)], office) == ["not_in"]


def test_a_walk_in_may_be_marked_by_number_once_admitted(session, office):
    person = seat(session, state=BookingState.WALKED_IN)

    assert send(session, [entry(person)], office) == ["accepted"]
