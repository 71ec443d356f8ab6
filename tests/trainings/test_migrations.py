"""Migrations that move people's data: run on rows of the time before, by the owner of the tables."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.factories import ParticipantFactory, SessionFactory
from tests.factories.trainings import WaitingFactory, class_of
from trainings.enums import SessionState
from trainings.models import Booking, Waiting

pytestmark = pytest.mark.django_db

BEFORE = ("trainings", "0014_groups_and_swaps")
MOVES_THE_LINE = import_module("trainings.migrations.0015_no_seat_to_wait_for").into_the_line
EARLY, LATE = datetime(2026, 3, 1, 2, tzinfo=UTC), datetime(2026, 3, 5, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def old(django_db_setup, django_db_blocker):
    """The models as the migration meets them."""
    with django_db_blocker.unblock():
        return MigrationExecutor(connection).loader.project_state([BEFORE]).apps


def as_owner_of_the_time_before():
    """The tables take people who wait for a seat again. Undone with the transaction of the test."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("ALTER TABLE trainings_booking DROP CONSTRAINT trainings_booking_known_state")


def wait(old, *waits):
    """Each (session, person, since) as it was kept before 0015."""
    taken = Counter()
    for session, person, since in waits:
        taken[session.pk] += 1
        old.get_model("trainings", "Booking").objects.create(
            session_id=session.pk,
            participant_id=person.pk,
            state="waitlisted",
            queue_number=taken[session.pk],
            during=(session.starts_at, session.ends_at),
            booked_at=since,
        )


@pytest.fixture
def line(old):
    """What the migration makes of them: (participant, activity, area, since), in order."""

    def after(*waits):
        as_owner_of_the_time_before()
        wait(old, *waits)
        MOVES_THE_LINE(old, None)
        return standing()

    return after


def standing():
    return sorted(Waiting.objects.values_list("participant_id", "activity_id", "area_id", "since"))


def test_who_waited_in_a_session_waits_for_its_activity_in_its_kecamatan(line):
    session, person = SessionFactory(), ParticipantFactory()

    rows = line((session, person, EARLY))

    assert rows == [(person.pk, "dasar", "31.73.07", EARLY)]
    assert not Booking.objects.exists()


def test_who_waited_in_two_sessions_of_an_activity_waits_once_since_the_earlier(line):
    first = SessionFactory()
    second = SessionFactory(starts_at=first.starts_at + timedelta(days=7))
    person = ParticipantFactory()

    rows = line((second, person, LATE), (first, person, EARLY))

    assert rows == [(person.pk, "dasar", "31.73.07", EARLY)]


def test_each_activity_and_each_kecamatan_has_its_own_line(line):
    first = SessionFactory()
    other = SessionFactory(activity_code="izin-keuangan", starts_at=first.starts_at + timedelta(days=7))
    elsewhere = SessionFactory(kecamatan_id="31.73.08", starts_at=first.starts_at + timedelta(days=9))
    person = ParticipantFactory()

    rows = line((first, person, EARLY), (other, person, LATE), (elsewhere, person, LATE))

    assert [row[1:3] for row in rows] == [
        ("dasar", "31.73.07"),
        ("dasar", "31.73.08"),
        ("izin-keuangan", "31.73.07"),
    ]


def test_nobody_waits_on_for_a_session_that_is_over_and_a_class_is_one_line(line):
    over = SessionFactory(state=SessionState.CANCELLED)
    held = SessionFactory(state=SessionState.HELD, starts_at=over.starts_at - timedelta(days=30))
    days = class_of(2, starts_at=over.starts_at + timedelta(days=20), activity_code="kemasan-pemasaran")
    person = ParticipantFactory()

    rows = line((over, person, EARLY), (held, person, EARLY), (days[0], person, LATE))

    assert [row[1:] for row in rows] == [("kemasan-pemasaran", "31.73.07", LATE)]
    assert not Booking.objects.exists()


def test_the_place_that_was_given_up_stays_in_the_history(line):
    session, person = SessionFactory(), ParticipantFactory()

    line((session, person, EARLY))

    history = apps.get_model("trainings", "BookingEvent").objects.filter(participant_id=person.pk)
    assert list(history.order_by("pgh_id").values_list("pgh_label", "state")) == [
        ("insert", "waitlisted"),
        ("delete", "waitlisted"),
    ]


def test_who_waits_already_is_not_in_line_twice(line):
    session, person = SessionFactory(), ParticipantFactory()
    WaitingFactory(participant=person, since=LATE)

    assert line((session, person, EARLY)) == [(person.pk, "dasar", "31.73.07", LATE)]


def test_it_runs_a_second_time_without_changing_anything(line, old):
    rows = line((SessionFactory(), ParticipantFactory(), EARLY))

    MOVES_THE_LINE(old, None)

    assert standing() == rows


@pytest.mark.drill
def test_the_tables_go_back_and_forth_with_people_in_line():
    """By Django's own executor, on the tables themselves; it is one transaction, nothing is left."""
    session, person = SessionFactory(), ParticipantFactory()
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table is altered with checks outstanding
    executor = MigrationExecutor(connection)
    latest = [node for node in executor.loader.graph.leaf_nodes() if node[0] == "trainings"]

    wait(executor.migrate([BEFORE]).apps, (session, person, EARLY))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    MigrationExecutor(connection).migrate(latest)

    assert standing() == [(person.pk, "dasar", "31.73.07", EARLY)]
    assert not Booking.objects.exists()
