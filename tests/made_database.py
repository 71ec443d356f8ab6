"""The database of a test run: a copy of one that was migrated and filled once for this state of the sources.

Migrating takes a minute, copying a moment. The copied database stays in the throwaway cluster of the checkout
under the fingerprint of everything that made it; one with another fingerprint is dropped. Where only
migrations were added since, they run on a copy of the last one.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from contextlib import closing
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test.utils import setup_databases

from okoce.embedded.places import PROJECT
from okoce.embedded.prepare import STEPS, fingerprint
from okoce.embedded.testing import MARK

MADE_BY = ("tables", "rights of the application", "regions", "organisations")
PREFIX = "okoce_made_"
_KNOWN = "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname LIKE %s"


def make() -> None:
    """``connections["default"]`` points at a test database of its own: tables, rights, reference data."""
    if not os.environ.get(MARK):  # somebody's own server: leave nothing there
        _make_from_nothing()
        return
    creation = connections["default"].creation
    made, name = PREFIX + _fingerprint(), creation._get_test_db_name()
    with _one_at_a_time(), closing(creation.connection.Database.connect(**_maintenance())) as owner:
        owner.autocommit = True
        known = dict(owner.execute(_KNOWN, [f"{PREFIX}%"]).fetchall())
        if made not in known:
            if older := _older(known):
                owner.execute(f"CREATE DATABASE {name} TEMPLATE {older}")
                _point_at(name)
                _bring_up_to_date()
            else:
                _make_from_nothing()
            connections["default"].close()
            owner.execute(f"ALTER DATABASE {name} RENAME TO {made}")
            owner.execute(f"COMMENT ON DATABASE {made} IS '{json.dumps(_migrations())}'")
            for old in known:
                _drop(owner, old)
        owner.execute(f"CREATE DATABASE {name} TEMPLATE {made}")
    _point_at(name)


def _older(known: dict[str, str | None]) -> str | None:
    """One that lacks nothing but the newest migrations."""
    now = _migrations()
    for name, noted in known.items():
        then = json.loads(noted or "{}")
        if then and then.items() <= now.items():
            return name
    return None


def _migrations() -> dict[str, str]:
    """{migration, or what else made the database: digest of its content}"""
    files = [
        *PROJECT.glob("*/migrations/0*.py"),
        *PROJECT.glob("okoce/*/migrations/0*.py"),
        *PROJECT.glob("okoce/db/**/*.py"),
        Path(__file__),
    ]
    read = {
        str(path.relative_to(PROJECT)): hashlib.sha256(path.read_bytes()).hexdigest()[:8] for path in files
    }
    return read | {step.what: fingerprint(step)[:8] for step in STEPS if step.what in MADE_BY[2:]}


def _point_at(name: str) -> None:
    connections["default"].close()
    settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = name


def _bring_up_to_date() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    call_command("grant_app_role", truncate=True)


def drop() -> None:
    connection = connections["default"]
    with closing(connection.Database.connect(**_maintenance())) as owner:
        owner.autocommit = True
        _drop(owner, connection.settings_dict["NAME"])


def _drop(owner, name: str) -> None:
    """With whatever thread of a test still holds a connection. The server's own tidying may not be ended by
    us, but makes way for a plain DROP.
    """
    try:
        owner.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    except psycopg.errors.InsufficientPrivilege:
        owner.execute(f"DROP DATABASE IF EXISTS {name}")


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
