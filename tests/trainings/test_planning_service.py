"""A phase from its form to published sessions: what is asked, worked out, stopped, published once."""

from __future__ import annotations

import threading
from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from tests.factories import SessionFactory, member
from tests.factories.trainings import HolidayFactory, PhaseFactory, RamadanFactory
from trainings.enums import RunState, SessionState
from trainings.models import (
    Phase,
    PhaseKecamatan,
    PlanRun,
    TrainerAbsence,
    TrainingSession,
    VenueClosure,
    VenueHours,
)
from trainings.planning import runner
from trainings.planning.codec import plan_from_data, problem_as_data, problem_from_data
from trainings.planning.problem import Busy
from trainings.planning.validity import faults
from trainings.refusals import Clash, SessionRefused
from trainings.scheduling import JAKARTA
from trainings.services import planning, publishing

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 5)


@pytest.fixture(autouse=True)
def _monday_morning(time_machine):
    time_machine.move_to(datetime(2026, 1, 5, 8, 0, tzinfo=JAKARTA), tick=True)


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr(planning, "wake", lambda run_id: None)


@pytest.fixture
def officer():
    return member(Role.SUDIN, "31.73")


def phase(**changes):
    return PhaseFactory(**({"year": 2026} | changes))


def april(day, hour=8, minute=30):
    return datetime(2026, 4, day, hour, minute, tzinfo=JAKARTA)


# ---------------------------------------------------------------- what is asked


def test_days_are_those_of_the_phase_without_weekends_holidays_and_friday_prayer():
    HolidayFactory(day=date(2026, 4, 3))
    asked = phase(ends_on=date(2026, 4, 10), starts=[time(8, 30), time(11)])

    problem = planning.problem_of(asked, today=TODAY)

    assert [(day.date.day, day.slots) for day in problem.days] == [
        (1, (0, 1)),
        (2, (0, 1)),
        (6, (0, 1)),
        (7, (0, 1)),
        (8, (0, 1)),
        (9, (0, 1)),
        # Friday: 11.00-14.00 lies across the prayer; 08.30-11.30 ends as it begins
        (10, (0,)),
    ]


def test_ramadan_leaves_the_slots_within_its_office_hours():
    RamadanFactory(first_day=date(2026, 4, 1), last_day=date(2026, 4, 8), closes=time(15))
    asked = phase(ends_on=date(2026, 4, 9), starts=[time(8, 30), time(13)])

    problem = planning.problem_of(asked, today=TODAY)

    assert {day.date.day: day.slots for day in problem.days}[8] == (0,)
    assert {day.date.day: day.slots for day in problem.days}[9] == (0, 1)


def test_days_with_too_little_notice_are_not_planned_on():
    asked = phase()

    problem = planning.problem_of(asked, today=date(2026, 4, 10))

    assert problem.days[0].date == date(2026, 4, 13)


def test_other_sessions_keep_room_and_trainer_busy():
    asked = phase()
    venue, trainer = asked.venues.first(), asked.trainers.first()
    SessionFactory(
        kecamatan_id=venue.kecamatan_id,
        venue=venue,
        trainer=trainer,
        starts_at=april(7, 9, 0),
        ends_at=april(7, 12, 0),
    )

    problem = planning.problem_of(asked, today=TODAY)

    busy = (Busy(date(2026, 4, 7), time(9), time(12)),)
    assert problem.venue_of[venue.pk].busy == busy
    assert problem.trainer_of[trainer.pk].busy == busy


def test_opening_hours_closures_absences_and_subjects_are_read():
    asked = phase()
    venue, trainer = asked.venues.first(), asked.trainers.first()
    VenueHours.objects.create(venue=venue, weekday=1, opens=time(8), closes=time(15))
    VenueClosure.objects.create(
        venue=venue, first_day=date(2026, 4, 7), last_day=date(2026, 4, 8), reason="Banjir"
    )
    TrainerAbsence.objects.create(trainer=trainer, first_day=date(2026, 4, 9), last_day=date(2026, 4, 9))
    trainer.subjects.set(["dasar"])

    problem = planning.problem_of(asked, today=TODAY)

    assert problem.venue_of[venue.pk].hours == (None, (time(8), time(15)), *(None,) * 5)
    assert problem.venue_of[venue.pk].closed == {date(2026, 4, 7), date(2026, 4, 8)}
    assert problem.trainer_of[trainer.pk].closed == {date(2026, 4, 9)}
    assert problem.trainer_of[trainer.pk].subjects == {"dasar"}


def test_problem_survives_being_kept_as_json():
    problem = planning.problem_of(phase(), today=TODAY)

    assert problem_from_data(problem_as_data(problem)) == problem


# ---------------------------------------------------------------- asking and working


def test_first_plan_is_there_when_it_was_asked_for(officer):
    run = planning.request_plan(phase_id=phase().pk, by=officer, today=TODAY)

    plan = plan_from_data(run.plan)
    assert len(plan) == 12
    assert faults(problem_from_data(run.problem), plan) == []
    assert run.last_day == max(p.day for p in plan)


def test_asking_twice_is_one_run(officer):
    asked = phase()
    first = planning.request_plan(phase_id=asked.pk, by=officer, today=TODAY)
    PlanRun.objects.filter(pk=first.pk).update(state=RunState.QUEUED, finished_at=None)

    assert planning.request_plan(phase_id=asked.pk, by=officer, today=TODAY) == first
    assert AuditEvent.objects.filter(action="trainings.plan.requested").count() == 1


def test_database_refuses_a_second_run_at_work(officer):
    asked = phase()
    for state in (RunState.QUEUED, RunState.WORKING):
        make = {"phase": asked, "problem": {}, "requested_by": officer, "state": state}
        if state == RunState.QUEUED:
            PlanRun.objects.create(**make)
        else:
            with pytest.raises(IntegrityError, match="one_at_work"), transaction.atomic():
                PlanRun.objects.create(**make)


def test_phase_without_room_is_refused_at_once_in_figures(officer):
    asked = phase(ends_on=date(2026, 4, 3))

    run = planning.request_plan(phase_id=asked.pk, by=officer, today=TODAY)

    assert run.state == RunState.IMPOSSIBLE
    assert run.findings[0]["reason"] == "kecamatan_days"
    assert run.plan == []


def queued(officer, **changes):
    run = planning.request_plan(phase_id=phase(**changes).pk, by=officer, today=TODAY)
    PlanRun.objects.filter(pk=run.pk).update(
        state=RunState.QUEUED, finished_at=None, plan=[], is_proved=False
    )
    return run


@pytest.mark.django_db(transaction=True)
def test_worker_proves_the_earliest_last_day_in_a_process_of_its_own(officer):
    run = queued(officer)

    planning.work(run.pk, seconds=20)

    run.refresh_from_db()
    assert (run.state, run.is_proved, run.bound) == (RunState.DONE, True, run.last_day)
    assert faults(problem_from_data(run.problem), plan_from_data(run.plan)) == []


@pytest.mark.django_db(transaction=True)
def test_task_that_comes_twice_changes_nothing(officer):
    run = queued(officer)
    planning.work(run.pk, seconds=20)
    before = PlanRun.objects.values().get(pk=run.pk)

    planning.work(run.pk, seconds=20)

    assert PlanRun.objects.values().get(pk=run.pk) == before


@pytest.mark.django_db(transaction=True)
def test_stopped_run_keeps_its_best_plan_and_leaves_no_process(officer):
    run = planning.request_plan(phase_id=phase().pk, by=officer, today=TODAY)
    PlanRun.objects.filter(pk=run.pk).update(state=RunState.WORKING, finished_at=None)
    planning.cancel_run(run_id=run.pk, by=officer)

    planning.work(run.pk, seconds=20)

    run.refresh_from_db()
    assert run.state == RunState.STOPPED
    assert len(run.plan) == 12


@pytest.mark.django_db(transaction=True)
def test_killed_process_stops_the_run_and_keeps_the_plan(officer, monkeypatch):
    run = planning.request_plan(phase_id=phase().pk, by=officer, today=TODAY)
    PlanRun.objects.filter(pk=run.pk).update(state=RunState.QUEUED, finished_at=None)

    def die(*args, **kwargs):
        raise runner.Died

    monkeypatch.setattr(runner, "run", die)

    planning.work(run.pk)

    run.refresh_from_db()
    assert (run.state, len(run.plan)) == (RunState.STOPPED, 12)


# ---------------------------------------------------------------- publishing


def test_published_plan_is_sessions_of_the_groups(officer):
    asked = phase()
    run = planning.request_plan(phase_id=asked.pk, by=officer, today=TODAY)

    made = publishing.publish_plan(run_id=run.pk, by=officer)

    sessions = TrainingSession.objects.filter(phase=asked, state=SessionState.PUBLISHED, capacity=100)
    assert (made, sessions.count()) == (12, 12)
    assert sessions.filter(kecamatan="31.73.07", group_number=1).count() == 3


def test_publishing_twice_makes_one_set(officer):
    run = planning.request_plan(phase_id=phase().pk, by=officer, today=TODAY)

    assert [publishing.publish_plan(run_id=run.pk, by=officer) for _twice in range(2)] == [12, 0]
    assert TrainingSession.objects.count() == 12


@pytest.mark.django_db(transaction=True)
def test_two_officers_publish_at_once_and_there_is_one_set(officer):
    run = planning.request_plan(phase_id=phase().pk, by=officer, today=TODAY)
    begin, made = threading.Barrier(2), []

    def publish():
        try:
            begin.wait()
            made.append(publishing.publish_plan(run_id=run.pk, by=officer))
        finally:
            connection.close()

    threads = [threading.Thread(target=publish) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(made) == [0, 12]
    assert TrainingSession.objects.count() == 12


def test_room_taken_meanwhile_publishes_nothing(officer):
    run = planning.request_plan(phase_id=phase().pk, by=officer, today=TODAY)
    last = plan_from_data(run.plan)[-1]
    start = datetime.combine(last.day, time(9), tzinfo=JAKARTA)
    TrainingSession.objects.create(
        activity_id=last.activity,
        kecamatan_id=last.kecamatan,
        city_id="31.73",
        venue_id=last.venue,
        starts_at=start,
        ends_at=start + timedelta(hours=2),
        capacity=10,
    )

    with pytest.raises(publishing.PlanRefused, match="troubles"), transaction.atomic():
        publishing.publish_plan(run_id=run.pk, by=officer)

    assert TrainingSession.objects.filter(phase__isnull=False).count() == 0


def test_room_taken_at_the_last_moment_is_named_by_the_database(officer, monkeypatch):
    run = planning.request_plan(phase_id=phase().pk, by=officer, today=TODAY)
    last = plan_from_data(run.plan)[-1]
    start = datetime.combine(last.day, time(9), tzinfo=JAKARTA)
    other = SessionFactory(
        kecamatan_id=last.kecamatan, venue_id=last.venue, venue=None, trainer=None, starts_at=start
    )
    monkeypatch.setattr(publishing, "why_not", lambda run, now: [])  # nothing stood there when it was asked

    with pytest.raises(SessionRefused) as refused, transaction.atomic():
        publishing.publish_plan(run_id=run.pk, by=officer)

    assert refused.value.code == Clash.VENUE
    assert list(TrainingSession.objects.all()) == [other]


@pytest.mark.parametrize("groups", [1, 5])
def test_a_plan_of_many_sessions_is_published_in_as_many_statements_as_one_of_few(
    officer, groups, django_assert_num_queries
):
    asked = phase()
    asked.kecamatan.update(groups=groups, quota=groups * 100)
    run = planning.request_plan(phase_id=asked.pk, by=officer, today=TODAY)

    with django_assert_num_queries(50):
        made = publishing.publish_plan(run_id=run.pk, by=officer)

    assert made == groups * 2 * 3


def test_the_trail_names_each_session_of_a_published_plan(officer):
    run = planning.request_plan(phase_id=phase().pk, by=officer, today=TODAY)

    publishing.publish_plan(run_id=run.pk, by=officer)

    made = {str(pk) for pk in TrainingSession.objects.values_list("pk", flat=True)}
    for action in ("trainings.session.created", "trainings.session.published"):
        rows = AuditEvent.objects.filter(
            action=action, target_type="trainings.trainingsession", actor=officer
        )
        assert set(rows.values_list("target_id", flat=True)) == made


def test_impossible_run_is_not_published(officer):
    run = planning.request_plan(phase_id=phase(ends_on=date(2026, 4, 3)).pk, by=officer, today=TODAY)

    with pytest.raises(publishing.PlanRefused, match="not_ready"):
        publishing.publish_plan(run_id=run.pk, by=officer)


# ---------------------------------------------------------------- changing as little as possible


@pytest.mark.django_db(transaction=True)
def test_flooded_hall_moves_only_its_sessions(officer):
    asked = phase()
    run = planning.request_plan(phase_id=asked.pk, by=officer, today=TODAY)
    publishing.publish_plan(run_id=run.pk, by=officer)
    wet = TrainingSession.objects.filter(phase=asked, kecamatan="31.73.08").latest("starts_at")
    day = wet.starts_at.astimezone(JAKARTA).date()
    VenueClosure.objects.create(venue=wet.venue, first_day=day, last_day=day, reason="Banjir")

    change = planning.request_replan(phase_id=asked.pk, by=officer, today=TODAY)
    planning.work(change.pk, seconds=20)

    change.refresh_from_db()
    assert (change.state, change.moved, change.is_proved) == (RunState.DONE, 1, True)


# ---------------------------------------------------------------- the database's word


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"ends_on": date(2026, 3, 31)}, "trainings_phase_in_order"),
        ({"ends_on": date(2027, 1, 2)}, "trainings_phase_within_its_year"),
        ({"gap_days": 0}, "trainings_phase_gap_positive"),
        ({"minutes": 20}, "trainings_phase_minutes_positive"),
    ],
)
def test_phase_that_cannot_be_is_refused_by_the_database(change, name):
    asked = phase()

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Phase.objects.filter(pk=asked.pk).update(**change)


def test_rule_33_quota_leaves_no_group_empty_and_seats_hold_everybody():
    asked = phase()
    row = asked.kecamatan.first()

    row.quota, row.groups = 1001, 10
    assert row.seats * row.groups >= row.quota
    with pytest.raises(IntegrityError, match="nobody_left"), transaction.atomic():
        PhaseKecamatan.objects.filter(pk=row.pk).update(quota=1, groups=2)


def test_group_in_two_sessions_at_one_time_is_refused_by_the_database(officer):
    run = planning.request_plan(phase_id=phase().pk, by=officer, today=TODAY)
    publishing.publish_plan(run_id=run.pk, by=officer)
    first, second = TrainingSession.objects.filter(kecamatan="31.73.07", group_number=1)[:2]

    with pytest.raises(IntegrityError, match="free"), transaction.atomic():
        TrainingSession.objects.filter(pk=second.pk).update(starts_at=first.starts_at, ends_at=first.ends_at)


def test_neighbouring_city_sees_no_phase_and_no_run(officer):
    planning.request_plan(phase_id=phase().pk, by=officer, today=TODAY)
    neighbour = member(Role.SUDIN, "31.71")

    assert list(Phase.objects.visible_to(neighbour)) == []
    assert list(PlanRun.objects.visible_to(neighbour)) == []
    assert Phase.objects.visible_to(officer).count() == 1
    assert Phase.objects.visible_to(member(Role.KECAMATAN, "31.73.07")).count() == 1
    assert Phase.objects.visible_to(member(Role.KECAMATAN, "31.73.01")).count() == 0
