"""The database has the last word on accounts."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from okoce.accounts.models import Membership, SignIn, User
from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from tests.factories import UserFactory, member

pytestmark = pytest.mark.django_db


def refused_by(constraint):
    return pytest.raises(IntegrityError, match=constraint)


def update(row, **fields):
    with transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**fields)


def test_an_email_address_belongs_to_one_person():
    one, other = UserFactory(), UserFactory()

    with refused_by("accounts_user_email_once"):
        update(other, email=one.email)


def test_many_people_have_no_email_address():
    one, other = UserFactory(email=""), UserFactory(email="")

    assert User.objects.filter(pk__in=[one.pk, other.pk], email="").count() == 2


@pytest.mark.parametrize("role", [Role.SUDIN, Role.KECAMATAN])
def test_an_office_has_an_area(role):
    with refused_by("accounts_membership_area_where_role_needs_it"), transaction.atomic():
        Membership.objects.create(user=UserFactory(), role=role)


def test_a_pengampu_has_an_organisation():
    with refused_by("accounts_membership_organisation_of_pengampu"), transaction.atomic():
        Membership.objects.create(user=UserFactory(), role=Role.PENGAMPU)


def test_a_membership_is_given_once_even_without_area_and_organisation():
    auditor = member(Role.AUDITOR)

    with refused_by("accounts_membership_once"), transaction.atomic():
        Membership.objects.create(user=auditor, role=Role.AUDITOR)


def place(**fields):
    now = timezone.now()
    given = {"user": UserFactory(), "kind": "staff", "started_at": now, "seen_at": now}
    with transaction.atomic():
        return SignIn.objects.create(**{**given, **fields})


def test_nobody_is_seen_before_signing_in():
    with refused_by("accounts_signin_seen_after_start"):
        place(seen_at=timezone.now() - timedelta(hours=1))


def test_no_session_ends_before_it_began():
    row = place()

    with refused_by("accounts_signin_ended_after_start"):
        update(row, ended_at=row.started_at - timedelta(hours=1))


def test_the_trail_cannot_be_changed_or_emptied_by_the_application():
    event = AuditEvent.objects.create(action="tes")

    for attempt in (
        lambda: AuditEvent.objects.filter(pk=event.pk).update(action="lain"),
        lambda: AuditEvent.objects.filter(pk=event.pk).delete(),
    ):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            attempt()
