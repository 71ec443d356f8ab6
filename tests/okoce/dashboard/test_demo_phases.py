"""The phases of the demonstration: one planned, one published."""

from __future__ import annotations

import pytest

from okoce.accounts.roles import Role
from okoce.dashboard.demo.phases import tell_phases
from okoce.regions.models import Region
from tests.factories import ParticipantFactory, TrainerFactory, VenueFactory, member
from trainings.models import Phase, PlanRun
from trainings.services import planning

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("month", [2, 6, 11])
def test_west_jakarta_is_planned_and_a_small_phase_published(monkeypatch, time_machine, month):
    time_machine.move_to(f"2026-{month:02}-20T03:00:00Z", tick=False)
    monkeypatch.setattr(planning.background, "nudge", lambda task, *ids: True)
    officer = member(Role.SUDIN, "31.73")
    for area in Region.objects.kecamatan(city="31.73"):
        VenueFactory(kecamatan_id=area.code)
    for _number in range(9):
        TrainerFactory()
    ParticipantFactory(kelurahan_id="31.73.02.1001")

    tell_phases({"sudin.jakbar": officer}, planning.timezone.localdate())

    whole = PlanRun.objects.get(phase__name__startswith="Jakarta Barat")
    small = Phase.objects.get(name="Susulan Grogol Petamburan")
    assert (len(whole.plan), whole.unplaced, whole.findings) == (240, [], [])
    assert (small.sessions.count(), small.members.count()) == (6, 1)
