"""The database of a test run: a copy of one that was migrated and filled once for this state of the sources.

Migrating takes a minute, copying a moment. The copied database stays in the throwaway cluster of the checkout
under the fingerprint of everything that made it; one with another fingerprint is dropped.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test.utils import setup_databases

from okoce.embedded.places import PROJECT
from okoce.embedded.prepare import STEPS, fingerprint
from okoce.embedded.testing import MARK

MADE_BY = ("tables", "rights of the application", "regions", "organisations")
PREFIX = "okoce_made_"


def make() -> None:
    """``connections["default"]`` points at a test database of its own: tables, rights, reference data."""
    if not os.environ.get(MARK):  # somebody's own server: leave nothing there
        _make_from_nothing()
        return
    creation = connections["default"].creation
    made, name = PREFIX + _fingerprint(), creation._get_test_db_name()
    with _one_at_a_time(), closing(creation.connection.Database.connect(**_maintenance())) as owner:
        owner.autocommit = True
        known = {row[0] for row in owner.execute("SELECT datname FROM pg_database")}
        if made not in known:
            _make_from_nothing()
            connections["default"].close()
            owner.execute(f"ALTER DATABASE {name} RENAME TO {made}")
            for old in (one for one in known if one.startswith(PREFIX)):
                owner.execute(f"DROP DATABASE {old} WITH (FORCE)")
        owner.execute(f"CREATE DATABASE {name} TEMPLATE {made}")
    settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = name


def drop() -> None:
    connection = connections["default"]
    with closing(connection.Database.connect(**_maintenance())) as owner:
        owner.autocommit = True
        owner.execute(f"DROP DATABASE IF EXISTS {connection.settings_dict['NAME']} WITH (FORCE)")


def _make_from_nothing() -> None:
    setup_databases(verbosity=0, interactive=False)
    call_command("grant_app_role", truncate=True)
    call_command("load_regions", verbosity=0)
    call_command("load_organisations", verbosity=0)


def _fingerprint() -> str:
    mark = hashlib.sha256(Path(__file__).read_bytes())
    for step in STEPS:
        if step.what in MADE_BY:
            mark.update(fingerprint(step).encode())
    for path in sorted(PROJECT.glob("okoce/db/**/*.py")):  # what migrations import
        mark.update(path.read_bytes())
    return mark.hexdigest()[:16]


def _maintenance() -> dict:
    """How the owner reaches the cluster without being in the test database."""
    connection = connections["default"]
    return {**connection.get_connection_params(), "dbname": "postgres", "cursor_factory": None}


def _one_at_a_time():
    place = PROJECT / ".local" / "test"
    place.mkdir(parents=True, exist_ok=True)
    gate = (place / "made.lock").open("ab")
    fcntl.flock(gate, fcntl.LOCK_EX)
    return closing(gate)
