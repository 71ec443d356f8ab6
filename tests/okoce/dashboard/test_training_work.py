"""Work of the offices about sessions: changes nobody was told of, closed rooms, people out of reach."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.dashboard import work
from tests.factories import (
    BookingFactory,
    ParticipantFactory,
    SessionFactory,
    TrainerFactory,
    VenueFactory,
    member,
)
from tests.factories.trainings import PhaseFactory, day_at
from trainings.models import TrainerAbsence, VenueClosure
from trainings.services.sessions import change_session, plan_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def camat():
    return member(Role.KECAMATAN, "31.73.07")


@pytest.fixture
def sudin():
    return member(Role.SUDIN, "31.73")


def found(user):
    return work.work_for(user, now=timezone.now())


def moved_by_a_day(session, by):
    plan = plan_of(session)
    day = timedelta(days=1)
    return change_session(
        session_id=session.pk,
        plan=replace(plan, starts_at=plan.starts_at + day, ends_at=plan.ends_at + day),
        by=by,
    )


def full(session):
    """Nothing else speaks of the session."""
    BookingFactory(session=session)
    return session


# ---------------------------------------------------------------- changes nobody was told of


def test_a_change_that_was_not_released_is_work_with_how_many_do_not_know_of_it(camat):
    moved_by_a_day(full(SessionFactory(starts_at=day_at(9, 9), capacity=1)), camat)

    [item] = found(camat)

    assert (item.tone, item.url) == ("warn", reverse("trainings:release_pending"))
    assert item.title == "Perubahan 1 sesi belum dirilis"
    assert item.text.startswith("1 orang belum mengetahuinya.")


def test_a_change_of_the_next_days_is_urgent(camat):
    moved_by_a_day(full(SessionFactory(starts_at=day_at(1, 9), capacity=1)), camat)

    assert [item.tone for item in found(camat) if item.icon == "megaphone"] == ["bad"]


def test_a_change_of_another_kecamatan_is_no_work_for_the_office(camat, sudin):
    moved_by_a_day(full(SessionFactory(kecamatan_id="31.73.08", starts_at=day_at(9, 9), capacity=1)), sudin)

    assert found(camat) == []


# ---------------------------------------------------------------- rooms that closed, trainers who are away


def closed(session):
    day = timezone.localtime(session.starts_at).date()
    VenueClosure.objects.create(venue=session.venue, first_day=day, last_day=day, reason="Banjir")
    return session


def test_sessions_of_a_phase_in_a_flooded_room_lead_to_planning_it_anew(sudin):
    phase, venue = PhaseFactory(name="Tahap II"), VenueFactory(name="Aula Banjir")
    for number in (1, 2):
        closed(
            SessionFactory(
                phase=phase, group_number=number, venue=venue, starts_at=day_at(20 + number, 9), capacity=1
            )
        )

    [item] = found(sudin)

    assert (item.tone, item.url) == ("warn", reverse("trainings:replan", args=[phase.pk]))
    assert item.title == "2 sesi Tahap II tidak dapat diadakan sesuai rencana"
    assert item.text.startswith("Aula Banjir tutup. Sesi pertama pada")


def test_an_office_that_does_not_plan_is_led_to_the_page_of_the_phase(camat):
    phase = PhaseFactory()
    closed(SessionFactory(phase=phase, group_number=1, starts_at=day_at(20, 9), capacity=1))

    assert [item.url for item in found(camat)] == [reverse("trainings:phase", args=[phase.pk])]


def test_a_single_session_whose_trainer_is_away_is_arranged_by_hand(camat):
    session = SessionFactory(starts_at=day_at(20, 9), trainer=TrainerFactory(name="Maya"), capacity=1)
    day = timezone.localtime(session.starts_at).date()
    TrainerAbsence.objects.create(trainer=session.trainer, first_day=day, last_day=day)

    [item] = found(camat)

    assert item.url == reverse("trainings:session_edit", args=[session.pk])
    assert item.text.startswith("Maya tidak hadir pada hari itu.")


def test_a_room_that_is_closed_on_another_day_is_no_work(camat):
    session = SessionFactory(starts_at=day_at(20, 9), capacity=1)
    VenueClosure.objects.create(
        venue=session.venue, first_day=date(2020, 1, 1), last_day=date(2020, 1, 2), reason="Renovasi"
    )

    assert found(camat) == []


# ---------------------------------------------------------------- people out of reach


def test_people_who_cannot_finish_the_year_are_work_for_their_office(camat):
    ParticipantFactory.create_batch(work.reach.WORTH_A_SESSION)

    [item] = found(camat)

    assert item.url == reverse("trainings:radar")
    assert item.title.startswith("5 orang tidak dapat menuntaskan tiga kegiatan tahun ini")


def test_the_work_names_where_four_more_sessions_would_help(sudin):
    ParticipantFactory.create_batch(6)
    for code in ("dasar", "izin-keuangan"):
        SessionFactory(activity_code=code, starts_at=day_at(20 if code == "dasar" else 21, 9), capacity=40)

    items = [item for item in found(sudin) if item.icon == "circle-half"]

    assert [item.text.startswith("Empat sesi tambahan di ") for item in items] in ([True], [])


def test_a_few_people_out_of_reach_are_left_to_the_radar(camat):
    ParticipantFactory.create_batch(work.reach.WORTH_A_SESSION - 1)

    assert found(camat) == []


def test_the_province_plans_no_sessions_and_is_shown_no_such_work():
    ParticipantFactory.create_batch(work.reach.WORTH_A_SESSION)

    assert found(member(Role.PROVINCE)) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_work_asks_the_same_number_of_queries_for_one_and_three(sudin, count):
    phase = PhaseFactory()
    for number in range(1, count + 1):
        session = SessionFactory(
            phase=phase, group_number=number, starts_at=day_at(20 + number, 9), capacity=1
        )
        moved_by_a_day(full(session), sudin)
        session.refresh_from_db()
        closed(session)

    with CaptureQueriesContext(connection) as queries:
        items = found(sudin)

    assert len(items) == 2
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == 27
