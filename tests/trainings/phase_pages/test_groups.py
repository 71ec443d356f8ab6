"""The groups of a phase: made, shown, invited."""

from datetime import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from tests.factories import ParticipantFactory, member
from tests.factories.trainings import PhaseFactory
from tests.trainings.phase_pages.desk import HTMX, TODAY, page
from trainings.models import Booking, GroupMember
from trainings.scheduling import JAKARTA
from trainings.services import groups, planning, publishing

pytestmark = pytest.mark.django_db


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
