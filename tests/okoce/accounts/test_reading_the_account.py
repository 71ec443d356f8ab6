"""The account behind a session, as read at every request."""

from __future__ import annotations

import pytest

from okoce.accounts.backends import AccountBackend
from okoce.accounts.roles import Role
from tests.factories import member

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return member(Role.SUDIN, "31.73")


def test_it_is_the_account_with_all_its_fields(officer):
    found = AccountBackend().get_user(str(officer.pk))

    assert (found, found.__dict__.keys() >= {"password", "is_active"}) == (officer, True)
    assert found.get_session_auth_hash() == officer.get_session_auth_hash()


def test_a_closed_account_is_nobody(officer):
    type(officer).objects.filter(pk=officer.pk).update(is_active=False)

    assert AccountBackend().get_user(officer.pk) is None


@pytest.mark.parametrize("number", [0, 987_654_321, "x", None, ""])
def test_what_is_no_account_is_nobody(number):
    assert AccountBackend().get_user(number) is None


def test_one_question_is_asked(officer, django_assert_num_queries):
    with django_assert_num_queries(1):
        AccountBackend().get_user(officer.pk)
