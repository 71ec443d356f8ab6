"""Real servers for the suite, and people who sign in.

Tests run as the application's role (okoce_app): a test that passes only for the owner of the tables
proves nothing.
"""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import connections, transaction
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


LARGE = 10 << 20  # bytes: what was deleted from a table stays in its pages, and slows down who comes next
_IS_LARGE = """
    SELECT EXISTS (
        SELECT FROM pg_class WHERE relkind = 'r' AND relname = ANY(%s) AND pg_relation_size(oid) > %s)
"""


def _empty_all_but_reference(self) -> None:
    """TransactionTestCase's clean-up, keeping the reference data.

    TRUNCATE makes new files for every table and index that leads to one it empties: half a second, where a
    test has written a dozen rows. So those rows are deleted, by the owner and past triggers and foreign keys
    (on a server of one's own: GRANT SET ON PARAMETER session_replication_role TO okoce_owner).
    """
    connection = connections["default"]
    quoted = connection.ops.quote_name
    tables = [t for t in connection.introspection.table_names() if t not in REFERENCE_TABLES]
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute(_IS_LARGE, [tables, LARGE])
        if cursor.fetchone()[0]:
            cursor.execute("TRUNCATE " + ", ".join(map(quoted, tables)))
            return
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT FROM {quoted(t)})" for t in tables)
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {quoted(table)}")


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


NEAR_MIDNIGHT = 120  # seconds on either side; a bazaar of tests/factories closes and opens a minute from it


@pytest.fixture(autouse=True)
def _within_one_day():
    """A test that asks twice for today gets one answer: none begins when Jakarta's day is about to change."""
    from django.utils import timezone

    now = timezone.localtime()
    begun = timedelta(hours=now.hour, minutes=now.minute, seconds=now.second).total_seconds()
    if begun < NEAR_MIDNIGHT:
        time.sleep(NEAR_MIDNIGHT - begun)
    elif begun > 86_400 - NEAR_MIDNIGHT:
        time.sleep(86_400 - begun + NEAR_MIDNIGHT)


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
