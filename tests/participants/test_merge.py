"""Two rows of one person are joined, and taken apart again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.notifications.models import Message
from participants.models import Consent, Enrolment, Merge, Participant, StepReached
from participants.services import cards, merging
from participants.services.merging import CannotMerge, Why
from tests.factories import (
    BookingFactory,
    ParticipantFactory,
    ScanFactory,
    SessionFactory,
    WaitingFactory,
    member,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return member(Role.SUDIN, "31.73")


@pytest.fixture
def siti():
    return ParticipantFactory(full_name="Siti Aminah", nik="3173075708909001", phone="+6281200010000")


@pytest.fixture
def double():
    return ParticipantFactory(full_name="St. Aminah", nik="3173075708909011", phone="+6281200020000")


def join(survivor, merged, by, *, now=None, **chosen):
    return merging.merge(
        survivor_id=survivor.pk,
        merged_id=merged.pk,
        chosen=dict.fromkeys(chosen, "merged"),
        reason="KTP sama",
        by=by,
        now=now or timezone.now(),
    )


def again(participant):
    return Participant.everybody.get(pk=participant.pk)


def step(participant, number, day):
    return StepReached.objects.create(
        participant=participant, step=number, reached_on=day, evidence="counter:1"
    )


def test_everything_goes_to_the_survivor(officer, siti, double):
    scan = ScanFactory(participant=double)
    consent = Consent.objects.create(
        participant=double, purpose="messages", is_given=True, text_version="1", channel="counter",
        at=timezone.now(),
    )  # fmt: skip
    year = Enrolment.objects.create(participant=double, year=2026, enrolled_on=date(2026, 2, 1))

    join(siti, double, officer)

    for row in (scan, consent, year):
        row.refresh_from_db()
    assert {scan.participant_id, consent.participant_id, year.participant_id} == {siti.pk}
    assert again(double).merged_into_id == siti.pk


def test_of_a_step_the_earlier_day_counts_and_comes_back(officer, siti, double):
    late, early = step(siti, 2, date(2026, 5, 1)), step(double, 2, date(2026, 3, 1))

    done = join(siti, double, officer)
    assert [s.reached_on for s in siti.steps.all()] == [date(2026, 3, 1)]

    merging.undo(merge_id=done.pk, by=officer, now=timezone.now())
    late.refresh_from_db()
    early.refresh_from_db()
    assert (late.participant_id, early.participant_id) == (siti.pk, double.pk)


def test_chosen_values_and_numbers_survive_and_come_back(officer, siti, double):
    done = join(siti, double, officer, full_name=1, nik=1, phone=1)
    kept = again(siti)
    assert (kept.full_name, kept.name_key) == ("St. Aminah", "siti aminah")
    assert (kept.nik, kept.phone) == ("3173075708909011", "+6281200020000")
    assert again(double).nik == "3173075708909001"
    assert Participant.objects.with_nik("3173075708909001").get() == siti

    merging.undo(merge_id=done.pk, by=officer, now=timezone.now())
    assert (again(siti).full_name, again(siti).nik, again(siti).phone) == (
        "Siti Aminah", "3173075708909001", "+6281200010000",
    )  # fmt: skip
    assert (again(double).nik, again(double).phone) == ("3173075708909011", "+6281200020000")


def test_a_correction_after_the_merge_outlives_the_undoing(officer, siti, double):
    done = join(siti, double, officer, full_name=1)
    Participant.objects.filter(pk=siti.pk).update(full_name="Siti Aminah Rahayu")

    merging.undo(merge_id=done.pk, by=officer, now=timezone.now())

    assert again(siti).full_name == "Siti Aminah Rahayu"


def test_both_numbers_and_cards_stay_valid(officer, siti, double):
    tokens = [
        cards.address_of(cards.issue(participant_id=p.pk, by=officer)).rstrip("/").rsplit("/", 1)[-1]
        for p in (siti, double)
    ]
    join(siti, double, officer)

    assert [cards.open_card(token) for token in tokens] == [siti, siti]
    assert Participant.objects.with_number(double.number).get() == siti


def test_two_seats_in_one_session_become_one_and_the_next_in_line_gets_the_other(officer, siti, double):
    session = SessionFactory(capacity=2)
    own = BookingFactory(session=session, participant=siti, state="invited")
    better = BookingFactory(session=session, participant=double, state="confirmed")
    waiting = WaitingFactory(activity_id=session.activity_id)

    done = join(siti, double, officer)

    states = {b.pk: (b.participant_id, b.state) for b in session.bookings.all()}
    assert states[better.pk] == (siti.pk, "confirmed")
    assert states[own.pk] == (double.pk, "released")
    assert session.bookings.get(participant=waiting.participant_id).state == "invited"
    assert session.bookings.seated().count() == 2

    merging.undo(merge_id=done.pk, by=officer, now=timezone.now())
    states = {b.pk: (b.participant_id, b.state) for b in session.bookings.all()}
    assert states[better.pk] == (double.pk, "confirmed")
    assert own.pk not in states  # the seat was given on: in line from the day of booking on
    assert siti.waits.get().since == own.booked_at
    assert session.bookings.seated().count() == 2


def test_seats_at_one_time_in_two_sessions_become_one(officer, siti, double):
    first, second = SessionFactory(), SessionFactory(activity_code="dasar")
    own = BookingFactory(session=first, participant=siti, state="invited")
    theirs = BookingFactory(session=second, participant=double, state="confirmed")

    done = join(siti, double, officer)
    own.refresh_from_db()
    theirs.refresh_from_db()
    assert (own.state, theirs.state, theirs.participant_id) == ("released", "confirmed", siti.pk)

    merging.undo(merge_id=done.pk, by=officer, now=timezone.now())
    own.refresh_from_db()
    theirs.refresh_from_db()
    assert (own.state, theirs.state, theirs.participant_id) == ("invited", "confirmed", double.pk)


def test_what_happened_after_the_merge_stays_with_the_survivor(officer, siti, double):
    done = join(siti, double, officer)
    later = ScanFactory(participant=siti)

    merging.undo(merge_id=done.pk, by=officer, now=timezone.now())

    later.refresh_from_db()
    assert later.participant_id == siti.pk


def test_a_reminder_goes_once(officer, siti, double):
    session = SessionFactory()
    for person in (siti, double):
        BookingFactory(session=session, participant=person, state="confirmed")
        Message.objects.create(
            key=f"session:{session.pk}:participant:{person.pk}:reminder-1d", kind="session_reminder",
            channel="email", participant_id=person.pk, due_at=timezone.now(),
            cause_type="trainings.trainingsession", cause_id=session.pk,
        )  # fmt: skip

    done = join(siti, double, officer)
    rows = Message.objects.order_by("pk").values_list("participant_id", "state")
    assert list(rows) == [(siti.pk, "pending"), (double.pk, "cancelled")]

    merging.undo(merge_id=done.pk, by=officer, now=timezone.now())
    assert list(rows.all()) == [(siti.pk, "pending"), (double.pk, "pending")]


def test_nobody_is_joined_to_themselves(officer, siti):
    with pytest.raises(CannotMerge) as refused:
        join(siti, siti, officer)

    assert refused.value.why is Why.SAME_ROW


def test_a_row_is_joined_once(officer, siti, double):
    join(siti, double, officer)
    with pytest.raises(CannotMerge) as refused:
        join(siti, double, officer)

    assert (refused.value.why, Merge.objects.count()) == (Why.MERGED_ALREADY, 1)


def test_after_thirty_days_it_stays(officer, siti, double):
    now = timezone.now()
    done = join(siti, double, officer, now=now)
    with pytest.raises(CannotMerge) as refused:
        merging.undo(merge_id=done.pk, by=officer, now=now + timedelta(days=30, seconds=1))

    assert refused.value.why is Why.TOO_LATE
    assert merging.undo(merge_id=done.pk, by=officer, now=now + timedelta(days=30)).undone_at is not None


def test_what_was_joined_later_is_taken_back_first(officer, siti, double):
    third = ParticipantFactory()
    done = join(siti, double, officer)
    join(third, siti, officer)
    with pytest.raises(CannotMerge) as refused:
        merging.undo(merge_id=done.pk, by=officer, now=timezone.now())

    assert refused.value.why is Why.LATER_FIRST
    assert again(double).merged_into_id == third.pk


def test_an_append_only_row_changes_hands_only_by_a_merge(officer, siti, double):
    from django.db import ProgrammingError, connection, transaction

    scan, stranger = ScanFactory(participant=double), ScanFactory()
    done = join(siti, double, officer)
    with connection.cursor() as cursor:
        move = "SELECT public.participants_move_rows(%s, %s, %s, %s)"
        cursor.execute(move, [done.pk, "trainings_attendancescan", "participant_id", [stranger.pk]])
        assert cursor.fetchone() == (0,)
        for table, column in (("trainings_attendancescan", "session_id"), ("audit_auditevent", "actor_id")):
            with pytest.raises(ProgrammingError), transaction.atomic():
                cursor.execute(move, [done.pk, table, column, [scan.pk]])
        with pytest.raises(ProgrammingError), transaction.atomic():
            cursor.execute(move, [0, "trainings_attendancescan", "participant_id", [scan.pk]])


def test_the_old_account_is_signed_out(officer, siti, double):
    from participants.services.sign_in import account_of

    user = account_of(double.pk)
    before = user.session_epoch

    join(siti, double, officer)

    user.refresh_from_db()
    assert user.session_epoch == before + 1


def test_versions_of_an_older_page_are_refused(officer, siti, double):
    with pytest.raises(CannotMerge) as refused:
        merging.merge(
            survivor_id=siti.pk, merged_id=double.pk, chosen={}, reason="x", by=officer,
            now=datetime.now(tz=timezone.get_current_timezone()),
            versions={siti.pk: "older", double.pk: "older"},
        )  # fmt: skip

    assert refused.value.why is Why.CHANGED


def test_a_closed_quarter_keeps_its_count(officer):
    from participants import figures

    now = timezone.now()
    closed, today = date(2026, 3, 31), timezone.localdate(now)
    one, other = (ParticipantFactory(registered_on=date(2026, 1, 5)) for _ in range(2))
    before = figures.in_province(on=closed)
    done = join(one, other, officer, now=now)

    assert today > closed
    assert (before, figures.in_province(on=closed), figures.in_province(on=today)) == (2, 2, 1)
    merging.undo(merge_id=done.pk, by=officer, now=now)
    assert (figures.in_province(on=closed), figures.in_province(on=today)) == (2, 2)


def test_what_was_erased_is_not_joined_and_an_erased_person_takes_the_joined_row_along(officer, siti, double):
    from participants.models import NameWord
    from participants.services.erasure import erase

    join(siti, double, officer, full_name=1)
    NameWord.objects.create(word="zubaedah", traces=["zubaedah"])
    erase(participant_id=siti.pk, by=officer, now=timezone.now())

    assert {(again(p).full_name, again(p).nik, again(p).erased_at is None) for p in (siti, double)} == {
        ("", "", False)
    }
    assert (Merge.objects.get().before, Merge.objects.get().reason) == ({}, "")
    with pytest.raises(CannotMerge) as refused:
        merging.undo(merge_id=Merge.objects.get().pk, by=officer, now=timezone.now())
    assert refused.value.why is Why.ERASED
