"""The day, and who sits at the desk."""

from datetime import datetime

import pytest

from okoce.accounts import sessions as sign_in
from okoce.accounts.roles import Role
from tests.factories import (
    ParticipantFactory,
    SessionFactory,
    TrainerFactory,
    UserFactory,
    member,
)
from tests.factories.trainings import day_at
from trainings.scheduling import JAKARTA


@pytest.fixture(autouse=True)
def _monday_morning(time_machine):
    time_machine.move_to(datetime(2026, 8, 10, 8, 0, tzinfo=JAKARTA), tick=False)


@pytest.fixture
def office():
    return member(Role.KECAMATAN, "31.73.07")


@pytest.fixture
def camat(office, client_as):
    return client_as(office)


@pytest.fixture
def today():
    return SessionFactory(starts_at=day_at(0, 9))


@pytest.fixture
def trainer():
    user = member(Role.TRAINER)
    return TrainerFactory(user=user, name=user.full_name)


@pytest.fixture
def siti(client_as):
    user = UserFactory()
    from okoce.accounts.models import Membership

    Membership.objects.create(user=user, role=Role.PARTICIPANT)
    person = ParticipantFactory(user=user, full_name="Siti Rahmawati")
    return person, client_as(user, kind=sign_in.PARTICIPANT)
