"""Phases on their pages: one form, a plan, its publication, a flood, the groups. Without JavaScript."""

from __future__ import annotations

from datetime import date, datetime, time
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.notifications.models import Message
from tests.factories import BookingFactory, ParticipantFactory, SessionFactory, VenueFactory, member
from tests.factories.trainings import HolidayFactory, PhaseFactory, TrainerFactory
from trainings.enums import RunState
from trainings.models import Booking, GroupMember, Phase, PlanRun, Release, TrainingSession, VenueClosure
from trainings.planning.codec import plan_as_data, plan_from_data, problem_as_data, problem_from_data
from trainings.planning.problem import in_order
from trainings.scheduling import JAKARTA
from trainings.services import groups, planning, publishing

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 5)
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _monday_morning(time_machine):
    time_machine.move_to(datetime(2026, 1, 5, 8, 0, tzinfo=JAKARTA), tick=False)


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr(planning.background, "nudge", lambda task, *ids: True)


@pytest.fixture
def officer():
    return member(Role.SUDIN, "31.73")


@pytest.fixture
def sudin(officer, client_as):
    return client_as(officer)


@pytest.fixture
def city():
    """A hall in two kecamatan of West Jakarta, and two trainers."""
    halls = [VenueFactory(kecamatan_id=code) for code in ("31.73.07", "31.73.08")]
    return halls, [TrainerFactory() for _ in range(2)]


def typed(city, **changes):
    halls, trainers = city
    filled = {
        "name": "Tahap I",
        "starts_on": "2026-04-01",
        "ends_on": "2026-05-31",
        "activities": ["dasar", "izin-keuangan", "kemasan-pemasaran"],
        "weekdays": ["0", "1", "2", "3", "4"],
        "mulai_1": "08:30",
        "minutes": "180",
        "gap_days": "7",
        "kecamatan_a_day": "4",
        "venues": [hall.pk for hall in halls],
        "trainers": [trainer.pk for trainer in trainers],
    }
    for code in ("31.73.07", "31.73.08"):
        filled |= {f"ikut_{code}": "on", f"peserta_{code}": "200", f"kelompok_{code}": "2"}
    return {name: value for name, value in (filled | changes).items() if value is not None}


def page(response):
    return unescape(response.content.decode())


def planned(officer, **changes):
    phase = PhaseFactory(**({"year": 2026} | changes))
    return planning.request_plan(phase_id=phase.pk, by=officer, today=TODAY)


def published(officer, **changes):
    run = planned(officer, **changes)
    publishing.publish_plan(run_id=run.pk, by=officer)
    return run.phase


def change_of(phase, officer, **changes):
    run = planning.request_replan(phase_id=phase.pk, by=officer, today=TODAY, **changes)
    planning.work(run.pk, seconds=20)
    run.refresh_from_db()
    return run


# ---------------------------------------------------------------- the one form


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


# ---------------------------------------------------------------- who sees it


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


# ---------------------------------------------------------------- what cannot be done


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


# ---------------------------------------------------------------- the plan on its page


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


# ---------------------------------------------------------------- publishing


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


# ---------------------------------------------------------------- floods and strikes


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


# ---------------------------------------------------------------- groups


def people(count, kelurahan, **changes):
    return [ParticipantFactory(kelurahan_id=kelurahan, **changes) for _ in range(count)]


def small_phase():
    phase = PhaseFactory(year=2026, kecamatan=("31.73.07",))
    phase.kecamatan.update(quota=6, groups=2)
    return phase


def test_groups_are_made_by_kelurahan_once(sudin, officer):
    phase = small_phase()
    people(3, "31.73.07.1001"), people(3, "31.73.07.1002")
    address = reverse("trainings:groups", args=[phase.pk])

    for _twice in range(2):
        sudin.post(address)

    parts = {}
    for member_ in phase.members.select_related("participant"):
        parts.setdefault(member_.number, set()).add(member_.participant.kelurahan_id)
    assert parts == {1: {"31.73.07.1001"}, 2: {"31.73.07.1002"}}
    assert phase.members.count() == 6


def test_later_people_join_their_neighbours_and_nobody_is_moved(officer):
    phase = small_phase()
    people(2, "31.73.07.1001"), people(2, "31.73.07.1002")
    groups.form_groups(phase_id=phase.pk, by=officer)
    before = dict(phase.members.values_list("participant_id", "number"))
    late = people(1, "31.73.07.1002")[0]

    groups.form_groups(phase_id=phase.pk, by=officer)

    after = dict(phase.members.values_list("participant_id", "number"))
    neighbour = next(m for m in phase.members.all() if m.participant.kelurahan_id == late.kelurahan_id)
    assert before.items() <= after.items()
    assert after[late.pk] == neighbour.number


def test_nobody_is_in_two_groups_of_a_year(officer):
    one, other = small_phase(), small_phase()
    people(3, "31.73.07.1001")
    groups.form_groups(phase_id=one.pk, by=officer)

    assert groups.form_groups(phase_id=other.pk, by=officer) == 0


def test_restricted_people_are_placed_nowhere(officer):
    phase = small_phase()
    people(1, "31.73.07.1001", restricted_at=datetime(2026, 1, 1, tzinfo=JAKARTA))

    assert groups.form_groups(phase_id=phase.pk, by=officer) == 0


def test_page_of_a_group_shows_its_people_and_sessions(sudin, officer):
    phase = small_phase()
    person = people(1, "31.73.07.1001")[0]
    groups.form_groups(phase_id=phase.pk, by=officer)
    publishing.publish_plan(
        run_id=planning.request_plan(phase_id=phase.pk, by=officer, today=TODAY).pk, by=officer
    )

    answer = sudin.get(reverse("trainings:group", args=[phase.pk, "31.73.07", 1]))

    assert person.full_name in page(answer)
    assert [s.activity_id for s in answer.context["sessions"]] == [
        "dasar", "izin-keuangan", "kemasan-pemasaran",
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 3])
def test_page_of_a_group_asks_the_same_questions_for_one_and_three(
    sudin, officer, count, django_assert_num_queries
):
    phase = small_phase()
    people(count, "31.73.07.1001")
    groups.form_groups(phase_id=phase.pk, by=officer)
    address = reverse("trainings:group", args=[phase.pk, "31.73.07", 1])
    sudin.get(address)

    with django_assert_num_queries(10):
        assert len(sudin.get(address).context["page"].rows) == count


def test_kecamatan_office_sees_the_groups_of_its_own_people_only(client_as, officer):
    phase = PhaseFactory(year=2026)
    camat = client_as(member(Role.KECAMATAN, "31.73.07"))

    shown = camat.get(reverse("trainings:groups", args=[phase.pk]))
    foreign = camat.get(reverse("trainings:group", args=[phase.pk, "31.73.08", 1]))

    assert [row.kecamatan_id for row in shown.context["rows"]] == ["31.73.07"]
    assert foreign.status_code == 404


def test_published_groups_are_invited_to_all_their_sessions_once(officer):
    phase = small_phase()
    invited = people(2, "31.73.07.1001")
    groups.form_groups(phase_id=phase.pk, by=officer)
    run = planning.request_plan(phase_id=phase.pk, by=officer, today=TODAY)
    publishing.publish_plan(run_id=run.pk, by=officer, invites=True)

    counts = [groups.invite_members(run.pk) for _twice in range(2)]

    run.refresh_from_db()
    assert counts == [6, 0]
    assert run.invited_at is not None
    assert set(Booking.objects.values_list("participant_id", flat=True)) == {p.pk for p in invited}
    assert GroupMember.objects.count() == 2


def invited_phase(officer, count):
    phase = small_phase()
    people(count, "31.73.07.1001")
    groups.form_groups(phase_id=phase.pk, by=officer)
    run = planning.request_plan(phase_id=phase.pk, by=officer, today=TODAY)
    publishing.publish_plan(run_id=run.pk, by=officer, invites=True)
    return phase, run


def test_page_of_a_phase_says_how_many_of_its_people_are_invited_and_asks_again(sudin, officer):
    phase, _run = invited_phase(officer, 2)
    address = reverse("trainings:phase", args=[phase.pk])

    before = page(sudin.get(address))
    groups.invite_group(session_id=phase.sessions.first().pk, by=officer, now=timezone.now())
    after = page(sudin.get(address, headers=HTMX))

    assert "0 dari 6 kursi sudah dibagikan." in before
    assert f'hx-get="{address}"' in before
    assert "2 dari 6 kursi sudah dibagikan." in after
    assert "<h1" not in after


def test_page_of_a_phase_is_loaded_anew_when_everybody_is_invited(sudin, officer):
    phase, run = invited_phase(officer, 2)
    groups.invite_members(run.pk)
    address = reverse("trainings:phase", args=[phase.pk])

    asked = sudin.get(address, headers=HTMX)

    assert (asked.status_code, asked.headers["HX-Refresh"]) == (204, "true")
    assert "kursi sudah dibagikan" not in page(sudin.get(address))
