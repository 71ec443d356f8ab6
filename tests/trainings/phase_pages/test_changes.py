"""A flood or an absent trainer: planned anew, published, told once."""

import pytest
from django.urls import reverse

from okoce.notifications.models import Message
from tests.factories import BookingFactory, VenueFactory
from tests.factories.trainings import PhaseFactory, TrainerFactory
from tests.trainings.phase_pages.desk import TODAY, change_of, page, published
from trainings.models import PlanRun, Release, TrainingSession, VenueClosure
from trainings.planning.codec import plan_as_data, problem_as_data
from trainings.planning.problem import in_order
from trainings.scheduling import JAKARTA
from trainings.services import planning, publishing

pytestmark = pytest.mark.django_db


def test_flood_is_named_on_the_page_of_the_phase(sudin, officer):
    phase = published(officer)
    wet = TrainingSession.objects.filter(phase=phase).latest("starts_at")
    day = wet.starts_at.astimezone(JAKARTA).date()
    VenueClosure.objects.create(venue=wet.venue, first_day=day, last_day=day, reason="Banjir")

    shown = page(sudin.get(phase.get_absolute_url()))

    assert "1 sesi tidak bisa diadakan seperti yang terbit" in shown
    assert f"{wet.venue.name} tutup pada hari itu" in shown


@pytest.mark.django_db(transaction=True)
def test_flooded_hall_is_entered_planned_anew_and_those_concerned_are_told_once(sudin, officer):
    phase = published(officer)
    wet = TrainingSession.objects.filter(phase=phase, kecamatan="31.73.08").latest("starts_at")
    booking = BookingFactory(session=wet)
    day = wet.starts_at.astimezone(JAKARTA).date()
    sudin.post(
        reverse("trainings:replan", args=[phase.pk]),
        {"reason": "Aula banjir", "venue": wet.venue_id, "first_day": f"{day}", "last_day": f"{day}"},
    )
    run = PlanRun.objects.get(kind="replan")
    planning.work(run.pk, seconds=20)

    shown = page(sudin.get(run.get_absolute_url()))
    asked = page(sudin.get(reverse("trainings:plan_publish", args=[run.uid])))
    for _twice in range(2):
        sudin.post(reverse("trainings:plan_publish", args=[run.uid]))

    assert "1 sesi pindah." in shown
    assert "tempatnya tutup pada hari itu" in shown
    assert "1 orang dengan tempat di sesi yang pindah dikirimi pesan." in asked
    moved = TrainingSession.objects.get(pk=wet.pk)
    assert moved.starts_at != wet.starts_at
    booking.refresh_from_db()
    assert booking.during.lower == moved.starts_at
    assert [(r.told_count, r.entries.count()) for r in Release.objects.exclude(told_count=0)] == [(1, 1)]
    assert {m.participant_id for m in Message.objects.all()} <= {booking.participant_id}


@pytest.mark.django_db(transaction=True)
def test_two_sessions_of_one_hour_swap_their_halls_and_trainers(officer):
    """Each takes what the other still holds: the constraints look when both are written."""
    phase = PhaseFactory(year=2026, kecamatan=("31.73.07",))
    phase.venues.add(VenueFactory(kecamatan_id="31.73.07"))
    run = planning.request_plan(phase_id=phase.pk, by=officer, today=TODAY)
    publishing.publish_plan(run_id=run.pk, by=officer)
    problem, before, _pins = planning.changeable(phase, today=TODAY)
    one, other = [p for p in before if p.day == before[0].day]
    after = [p for p in before if p not in (one, other)]
    after += [
        one._replace(venue=other.venue, trainer=other.trainer),
        other._replace(venue=one.venue, trainer=one.trainer),
    ]
    change = PlanRun.objects.create(
        phase=phase,
        kind="replan",
        state="done",
        problem=problem_as_data(problem),
        before=plan_as_data(before),
        plan=plan_as_data(in_order(after)),
        moved=2,
        requested_by=officer,
    )

    done = publishing.publish_change(run_id=change.pk, by=officer)

    halls = dict(
        TrainingSession.objects.filter(phase=phase, activity=one.activity).values_list(
            "group_number", "venue_id"
        )
    )
    assert (one.slot, one.day) == (other.slot, other.day)
    assert done.moved == 2
    assert halls == {one.group: other.venue, other.group: one.venue}


@pytest.mark.django_db(transaction=True)
def test_absent_trainer_is_replaced_and_nobody_is_told(officer):
    phase = published(officer)
    session = TrainingSession.objects.filter(phase=phase).latest("starts_at")
    BookingFactory(session=session)
    day = session.starts_at.astimezone(JAKARTA).date()
    session.trainer.absences.create(first_day=day, last_day=day)
    phase.trainers.add(TrainerFactory())

    done = publishing.publish_change(run_id=change_of(phase, officer).pk, by=officer)

    assert (done.moved, done.told) == (0, 0)
    assert TrainingSession.objects.get(pk=session.pk).trainer != session.trainer
    assert Message.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_session_that_an_office_gave_another_time_is_left_there(officer):
    phase = published(officer)
    session = TrainingSession.objects.filter(phase=phase).latest("starts_at")
    TrainingSession.objects.filter(pk=session.pk).update(
        starts_at=session.starts_at.replace(hour=7), ends_at=session.ends_at.replace(hour=8)
    )

    run = change_of(phase, officer)

    assert run.moved == 0


@pytest.mark.django_db(transaction=True)
def test_change_that_was_overtaken_is_not_published(sudin, officer):
    phase = published(officer)
    run = change_of(phase, officer)
    session = TrainingSession.objects.filter(phase=phase).latest("starts_at")
    TrainingSession.objects.filter(pk=session.pk).update(trainer=TrainerFactory())

    answer = sudin.post(reverse("trainings:plan_publish", args=[run.uid]))

    assert "Tahap atau sesinya berubah sejak rencana ini dibuat." in page(answer)


def test_replanning_asks_for_the_days_and_the_reason(sudin, officer):
    phase = published(officer)
    hall = phase.venues.first()

    answer = sudin.post(reverse("trainings:replan", args=[phase.pk]), {"venue": hall.pk})

    assert "Tulis hari pertama dan hari terakhirnya." in page(answer)
    assert VenueClosure.objects.count() == 0
    assert PlanRun.objects.filter(kind="replan").count() == 0
