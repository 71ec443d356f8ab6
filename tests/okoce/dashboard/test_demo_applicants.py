"""The demonstration has residents in the queue of every kecamatan."""

import pytest
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.dashboard.demo.applicants import tell_applicants
from participants.models import SelfRegistration
from tests.factories import member


@pytest.mark.django_db
def test_somebody_waits_in_every_kecamatan_and_one_was_asked_back():
    camat = member(Role.KECAMATAN, "31.73.07")

    count = tell_applicants({"camat.palmerah": camat}, timezone.now())

    rows = SelfRegistration.objects.visible_to(member(Role.SUDIN, "31.73"))
    assert rows.open().count() == count
    assert len(set(rows.waiting().values_list("kecamatan", flat=True))) == 8
    assert list(rows.asked().values_list("kecamatan", flat=True)) == ["31.73.07"]
