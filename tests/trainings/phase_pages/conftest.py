"""The day, and who sits at the desk."""

from datetime import datetime

import pytest

from okoce.accounts.roles import Role
from tests.factories import VenueFactory, member
from tests.factories.trainings import TrainerFactory
from trainings.scheduling import JAKARTA
from trainings.services import planning


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
