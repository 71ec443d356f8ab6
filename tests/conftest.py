"""Real servers for the suite, and people who sign in.

Tests run as the application's role (okoce_app): a test that passes only for the owner of the tables
proves nothing.
"""

from __future__ import annotations

import pytest
from django.db import connections
from django.db.backends.signals import connection_created
from django.test import TransactionTestCase

from okoce.embedded.testing import ensure_test_servers
from tests import made_database

ensure_test_servers()


def _act_as_application(connection, **_kwargs) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE okoce_app")


# Loaded once for the whole run; a transactional test empties every table but these.
REFERENCE_TABLES = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "regions_region",
    "organisations_organisation",
    "organisations_organisationname",
    "participants_sector",
    "participants_sizebound",
    "participants_sizerules",
    "trainings_activity",
    "bazaars_criterion",
    "bazaars_paperkind",
}


def _empty_all_but_reference(self) -> None:
    """TransactionTestCase's clean-up, keeping the reference data."""
    connection = connections["default"]
    tables = [t for t in connection.introspection.table_names() if t not in REFERENCE_TABLES]
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE " + ", ".join(connection.ops.quote_name(t) for t in tables))


TransactionTestCase._fixture_teardown = _empty_all_but_reference


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker, django_db_modify_db_settings):
    """The test database: made by the owner, then used by the application's role."""
    with django_db_blocker.unblock():
        made_database.make()
        connections["default"].close()
        connection_created.connect(_act_as_application)
    yield
    with django_db_blocker.unblock():
        connection_created.disconnect(_act_as_application)
        connections["default"].close()
        made_database.drop()


@pytest.fixture(autouse=True)
def _indonesian():
    """A page read in English in one test leaves no language to the next."""
    from django.conf import settings
    from django.utils import translation

    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _clean_cache():
    """Rate limits live in the cache: every test begins with an empty one."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def client_as(client):
    """`client_as(user)`: the test client signed in as a person from tests/factories, with their unit."""
    from django.utils import timezone

    from okoce.accounts import sessions

    def sign_in(user, membership=None, *, kind=sessions.STAFF):
        client.force_login(user)
        session = client.session
        sessions.start(session, kind=kind, now=timezone.now())
        chosen = membership or user.memberships.order_by("pk").first()
        if chosen is not None:
            session[sessions.MEMBERSHIP] = chosen.pk
            user.acting_as(chosen)
        session.save()
        return client

    return sign_in
