import pytest

from okoce.accounts.roles import Role
from participants.models import Participant
from tests.factories import ParticipantFactory, UserFactory, member

pytestmark = pytest.mark.django_db


def test_camat_of_palmerah_does_not_see_participants_of_kembangan():
    mine = ParticipantFactory()
    ParticipantFactory(kelurahan_id="31.73.08.1001")

    assert list(Participant.objects.visible_to(member(Role.KECAMATAN, "31.73.07"))) == [mine]


def test_somebody_without_membership_sees_nobody():
    ParticipantFactory()

    assert list(Participant.objects.visible_to(UserFactory())) == []
