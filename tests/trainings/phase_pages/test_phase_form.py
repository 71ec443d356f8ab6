"""A phase is entered in one form, and who sees it."""

import pytest
from django.urls import reverse

from okoce.accounts.roles import Role
from tests.factories import VenueFactory, member
from tests.factories.trainings import PhaseFactory
from tests.trainings.phase_pages.desk import page, planned, published, typed
from trainings.models import Phase, PlanRun

pytestmark = pytest.mark.django_db


def test_empty_form_offers_the_whole_city_as_in_2018(sudin, city):
    form = sudin.get(reverse("trainings:phase_create")).context["form"]

    rows = {row.name: (row.quota.value(), row.groups.value(), row.part.value()) for row in form.rows}
    assert rows == dict.fromkeys(
        [
            "Cengkareng", "Grogol Petamburan", "Kalideres", "Kebon Jeruk", "Kembangan", "Pal Merah",
            "Taman Sari", "Tambora",
        ],
        (1000, 10, True),
    )  # fmt: skip
    assert (form["kecamatan_a_day"].value(), form["gap_days"].value()) == (4, 7)
    assert (set(form["venues"].value()), set(form["trainers"].value())) == (
        {hall.pk for hall in city[0]},
        {trainer.pk for trainer in city[1]},
    )


def test_one_page_leads_to_a_whole_plan(sudin, city):
    answer = sudin.post(reverse("trainings:phase_create"), typed(city, lalu="susun"), follow=True)

    run = PlanRun.objects.get()
    assert answer.redirect_chain == [(run.get_absolute_url(), 302)]
    assert len(run.plan) == 12
    assert "Semua 12 sesi mendapat tempat." in page(answer)


def test_saving_alone_plans_nothing_and_saving_twice_makes_one_phase(sudin, city):
    for _twice in range(2):
        answer = sudin.post(reverse("trainings:phase_create"), typed(city))

    assert Phase.objects.count() == 1
    assert PlanRun.objects.count() == 0
    assert "Tahap “Tahap I” di tahun 2026 sudah ada. Pilih nama lain." in page(answer)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ends_on": "2026-03-30"}, "Tahap selesai sebelum mulai."),
        ({"ends_on": "2027-01-08"}, "Kegiatan diselesaikan dalam satu tahun kalender."),
        ({"starts_on": "2025-11-03", "ends_on": "2025-12-01"}, "Tahap ini sudah lewat."),
        ({"mulai_2": "10:00"}, "Sesi sebelumnya sampai pukul 11.30."),
        ({"mulai_2": "15:00"}, "Pukul 15.00 sampai 18.00 di luar jam kantor, 07.30 sampai 16.00."),
        ({"venues": None}, "Pilih “Tempat”"),
        ({"kelompok_31.73.07": "0"}, "Pal Merah perlu paling sedikit 1 kelompok."),
        ({"peserta_31.73.07": "1"}, "Kelompok Pal Merah lebih banyak daripada pesertanya."),
        ({"peserta_31.73.07": ""}, "Tulis angka untuk Pal Merah."),
        ({"peserta_31.73.07": "300"}, "Kelompok Pal Merah berisi 150 orang"),
        ({"ikut_31.73.07": None, "ikut_31.73.08": None}, "Centang paling sedikit satu kecamatan."),
        (
            {"ikut_31.73.01": "on", "peserta_31.73.01": "10", "kelompok_31.73.01": "1"},
            "Cengkareng belum punya",
        ),
        ({"ikut_31.71.06": "on"}, "Kecamatan Menteng termasuk Jakarta Pusat."),
    ],
)
def test_phase_that_cannot_be_is_refused_in_words_and_keeps_what_was_typed(sudin, city, changes, sentence):
    answer = sudin.post(reverse("trainings:phase_create"), typed(city, **changes))

    assert sentence in page(answer)
    assert 'value="Tahap I"' in page(answer)
    assert Phase.objects.count() == 0


def test_hall_and_trainer_of_another_city_are_not_taken(sudin, city):
    strange = VenueFactory(kecamatan_id="31.71.06")
    answer = sudin.post(reverse("trainings:phase_create"), typed(city, venues=[strange.pk]))

    assert answer.status_code == 200
    assert Phase.objects.count() == 0


def test_change_in_a_second_tab_is_not_overwritten(sudin, city, time_machine):
    sudin.post(reverse("trainings:phase_create"), typed(city))
    phase = Phase.objects.get()
    address = reverse("trainings:phase_edit", args=[phase.pk])
    seen = sudin.get(address).context["form"]["seen"].value()
    time_machine.shift(60)
    sudin.post(address, typed(city, seen=seen, gap_days="5"))

    answer = sudin.post(address, typed(city, seen=seen, gap_days="9"))

    phase.refresh_from_db()
    assert phase.gap_days == 5
    assert "Orang lain sudah mengubah tahap ini." in page(answer)


def test_group_with_sessions_is_not_taken_out(sudin, officer):
    phase = published(officer)
    halls, trainers = list(phase.venues.all()), list(phase.trainers.all())

    fewer = typed((halls, trainers), **{"kelompok_31.73.07": "1", "peserta_31.73.07": "100"})
    answer = sudin.post(reverse("trainings:phase_edit", args=[phase.pk]), fewer)

    assert "Kelompok 2 Pal Merah punya sesi. Tulis paling sedikit 2 kelompok." in page(answer)


def test_phase_without_sessions_is_deleted_once(sudin, officer):
    phase = planned(officer).phase
    address = reverse("trainings:phase_delete", args=[phase.pk])

    assert "Hapus" in page(sudin.get(address))
    sudin.post(address)

    assert Phase.objects.count() == 0
    assert sudin.post(address).status_code == 404


def test_phase_with_sessions_stays(sudin, officer):
    phase = published(officer)

    sudin.post(reverse("trainings:phase_delete", args=[phase.pk]))

    assert Phase.objects.filter(pk=phase.pk).exists()


def test_kecamatan_office_looks_and_plans_nothing(client_as, officer):
    run = planned(officer)
    camat = client_as(member(Role.KECAMATAN, "31.73.07"))

    shown = page(camat.get(run.get_absolute_url()))
    assert "Semua 12 sesi mendapat tempat." in shown
    assert "Terbitkan sesi-sesi ini" not in shown
    assert camat.get(reverse("trainings:plan_publish", args=[run.uid])).status_code == 403
    assert camat.post(reverse("trainings:plan", args=[run.phase_id])).status_code == 403


def test_neighbouring_city_finds_no_phase(client_as, officer):
    run = planned(officer)
    neighbour = client_as(member(Role.SUDIN, "31.71"))

    for address in (run.phase.get_absolute_url(), run.get_absolute_url()):
        assert neighbour.get(address).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_phases_asks_the_same_questions_for_one_and_three(
    sudin, officer, count, django_assert_num_queries
):
    for _ in range(count):
        PhaseFactory(year=2026)
    sudin.get(reverse("trainings:phases"))

    with django_assert_num_queries(5):
        assert len(sudin.get(reverse("trainings:phases")).context["page"].rows) == count


def test_no_phase_yet_says_what_to_do(sudin):
    assert "Belum ada tahap" in page(sudin.get(reverse("trainings:phases")))
