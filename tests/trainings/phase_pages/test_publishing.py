"""A plan is published once, or not in words."""

from datetime import date, datetime, time

import pytest
from django.urls import reverse

from tests.factories import SessionFactory
from tests.factories.trainings import HolidayFactory
from tests.trainings.phase_pages.desk import page, planned, published
from trainings.models import TrainingSession
from trainings.planning.codec import plan_from_data, problem_from_data
from trainings.scheduling import JAKARTA

pytestmark = pytest.mark.django_db


def test_confirm_page_says_how_many_and_that_nobody_is_told(sudin, officer):
    run = planned(officer)

    shown = page(sudin.get(reverse("trainings:plan_publish", args=[run.uid])))

    assert f"Terbitkan 12 sesi {run.phase.name}?" in shown
    assert "Tidak ada yang diberi tahu: kelompok belum dibentuk." in shown


def test_publishing_twice_from_two_tabs_makes_one_set(sudin, officer):
    run = planned(officer)
    address = reverse("trainings:plan_publish", args=[run.uid])

    first, second = sudin.post(address), sudin.post(address)

    assert TrainingSession.objects.filter(phase=run.phase).count() == 12
    assert (first.url, second.url) == (run.phase.get_absolute_url(), run.get_absolute_url())


def test_rule_25_hall_taken_meanwhile_is_said_in_words_and_nothing_is_published(sudin, officer):
    run = planned(officer)
    last = plan_from_data(run.plan)[-1]
    hall = run.phase.venues.get(pk=last.venue)
    SessionFactory(
        kecamatan_id=last.kecamatan,
        venue=hall,
        starts_at=datetime.combine(last.day, time(9), tzinfo=JAKARTA),
    )
    address = reverse("trainings:plan_publish", args=[run.uid])

    before, answer = sudin.get(address), sudin.post(address)

    assert f"{hall.name} sudah terpakai pada jam itu" in page(before)
    assert f"{hall.name} sudah terpakai pada jam itu" in page(answer)
    assert TrainingSession.objects.filter(phase=run.phase).count() == 0


def test_rule_26_no_session_is_planned_on_a_holiday_a_sunday_or_across_friday_prayer(sudin, officer):
    HolidayFactory(day=date(2026, 4, 3))
    run = planned(officer, starts=[time(8, 30), time(11, 30)])

    plan, slots = plan_from_data(run.plan), problem_from_data(run.problem).slots

    assert date(2026, 4, 3) not in {p.day for p in plan}
    assert {p.day.weekday() for p in plan} <= {0, 1, 2, 3, 4}
    assert [p for p in plan if p.day.weekday() == 4 and slots[p.slot].end > time(11, 30)] == []


def test_rule_26_holiday_decreed_after_planning_stops_the_publication_in_words(sudin, officer):
    run = planned(officer)
    HolidayFactory(day=plan_from_data(run.plan)[0].day)

    answer = sudin.post(reverse("trainings:plan_publish", args=[run.uid]))

    assert "harinya libur atau bukan lagi hari tahap ini" in page(answer)
    assert TrainingSession.objects.count() == 0


def test_rule_27_publishing_too_near_asks_for_a_reason_and_keeps_it(client_as, officer, time_machine):
    run = planned(officer)
    first = plan_from_data(run.plan)[0].day
    time_machine.move_to(datetime.combine(first, time(7), tzinfo=JAKARTA), tick=False)
    time_machine.shift(-86400)
    sudin, address = client_as(officer), reverse("trainings:plan_publish", args=[run.uid])

    without = sudin.post(address)
    assert "kurang dari 3 hari sebelumnya" in page(without)
    assert TrainingSession.objects.count() == 0
    sudin.post(address, {"note": "Sudah diumumkan camat"})

    assert TrainingSession.objects.filter(publish_note="Sudah diumumkan camat").count() > 0


def test_rule_33_quota_and_sessions_reconcile(sudin, officer):
    phase = published(officer)

    for row in phase.kecamatan.all():
        own = TrainingSession.objects.filter(phase=phase, kecamatan=row.kecamatan_id)
        for activity in phase.activities.all():
            seats = sum(own.filter(activity=activity).values_list("capacity", flat=True))
            assert seats >= row.quota
            assert own.filter(activity=activity).count() == row.groups


def test_phase_changed_after_planning_is_planned_again_first(sudin, officer):
    run = planned(officer)
    run.phase.kecamatan.filter(kecamatan="31.73.07").update(groups=3)

    answer = sudin.post(reverse("trainings:plan_publish", args=[run.uid]))

    assert "Tahap atau sesinya berubah sejak rencana ini dibuat." in page(answer)
    assert TrainingSession.objects.count() == 0
