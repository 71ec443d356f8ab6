"""A run of the planner on its page, and what cannot be planned."""

from datetime import date

import pytest
from django.urls import reverse

from tests.factories.trainings import PhaseFactory
from tests.trainings.phase_pages.desk import HTMX, page, planned
from trainings.enums import RunState
from trainings.models import PlanRun
from trainings.planning.codec import plan_from_data
from trainings.services import publishing

pytestmark = pytest.mark.django_db


def test_phase_without_room_is_refused_at_once_in_words(sudin, officer):
    run = planned(officer, ends_on=date(2026, 4, 3))

    shown = page(sudin.get(run.get_absolute_url()))

    assert "Tahap ini tidak bisa diadakan seperti ini." in shown
    assert "Pal Merah punya 3 hari kosong dan perlu 6, satu untuk setiap sesi." in shown


def test_english_has_the_same_sentence(sudin, officer):
    run = planned(officer, ends_on=date(2026, 4, 3))

    sudin.cookies["bahasa"] = "en"
    answer = sudin.get(run.get_absolute_url(), headers={"Accept-Language": "en"})

    assert answer.status_code == 200


@pytest.mark.parametrize("view", ["", "daftar", "angka"])
def test_plan_is_shown_as_table_list_and_figures(sudin, officer, view):
    run = planned(officer)

    answer = sudin.get(run.get_absolute_url(), {"tampilan": view})

    assert answer.status_code == 200
    assert {"": "Pal Merah", "daftar": "Aula", "angka": "Sesi setiap pelatih"}[view] in page(answer)


def test_page_of_a_run_at_work_asks_again_and_offers_to_stop(sudin, officer):
    run = planned(officer)
    PlanRun.objects.filter(pk=run.pk).update(state=RunState.WORKING, finished_at=None)

    shown = page(sudin.get(run.get_absolute_url()))
    part = sudin.get(f"{run.get_absolute_url()}?terlihat={run.last_day}", headers=HTMX)
    sudin.post(reverse("trainings:plan_stop", args=[run.uid]))

    assert 'hx-trigger="every 2s"' in shown
    assert "Lihat keadaan terbaru" in shown or "hx-get" in shown
    assert part.status_code == 200
    assert "<html" not in page(part)
    run.refresh_from_db()
    assert run.is_cancelled


def test_better_plan_or_the_end_reloads_the_whole_page(sudin, officer):
    run = planned(officer)
    at_the_end = sudin.get(run.get_absolute_url(), headers=HTMX)
    PlanRun.objects.filter(pk=run.pk).update(state=RunState.WORKING, finished_at=None)

    better = sudin.get(f"{run.get_absolute_url()}?terlihat=2026-12-31", headers=HTMX)

    assert [r["HX-Refresh"] for r in (at_the_end, better)] == ["true", "true"]


def test_asking_for_a_plan_twice_is_one_run(sudin, officer):
    phase = PhaseFactory(year=2026)
    address = reverse("trainings:plan", args=[phase.pk])
    sudin.post(address)
    PlanRun.objects.update(state=RunState.QUEUED, finished_at=None)

    sudin.post(address)

    assert PlanRun.objects.count() == 1


def test_chosen_sessions_stay_when_the_rest_is_planned_again(sudin, officer):
    run = planned(officer)
    kept = plan_from_data(run.plan)[-1]
    answer = sudin.post(
        reverse("trainings:plan_keep", args=[run.uid]),
        {"tetap": [f"{kept.kecamatan}|{kept.group}|{kept.activity}"]},
        follow=True,
    )

    new = PlanRun.objects.exclude(pk=run.pk).get()
    assert new.kept == [[kept.kecamatan, kept.group, kept.activity]]
    assert kept[:4] in [p[:4] for p in plan_from_data(new.plan)]
    assert answer.redirect_chain == [(new.get_absolute_url(), 302)]
    PlanRun.objects.update(state=RunState.DONE)
    assert publishing.publish_plan(run_id=new.pk, by=officer) == 12
