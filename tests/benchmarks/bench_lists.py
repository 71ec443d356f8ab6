"""What the participants list costs on 300,000 people, against its floors in the same run.

One line a figure: name, milliseconds of CPU (web process and PostgreSQL), and the ratio to the floor.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.benchmarks import people
from tests.benchmarks.served import ROOT, Request, Served, served

pytestmark = pytest.mark.bench
PEOPLE = int(os.environ.get("BENCH_PEOPLE", "300000"))
SESSIONS = 600

GOALS = {  # figure: (its floor, how many times the floor it should cost at most)
    "people-list": ("select-1", 8.0),
    "people-list-deep": ("people-list", 1.3),
    "search-name-common": ("people-list", 3.0),
    "search-name-rare": ("people-list", 3.0),
    "search-name-typo": ("people-list", 3.0),
    "look-up-nik": ("people-list", 1.0),
    "look-up-phone": ("people-list", 1.0),
}
ADMIN_CHEAPER = 12.0
TRACKED = ("participants_participant", "participants_business", "participants_stepreached")


@pytest.fixture(scope="module")
def database() -> Iterator[dict[str, str]]:
    with people_database() as made:
        yield made


@contextmanager
def people_database(named: Iterable[str] = ()) -> Iterator[dict[str, str]]:
    """A database of its own with the generated people, dropped afterwards."""
    name = f"okoce_bench_{secrets.token_hex(4)}"
    owner, app = (_named(os.environ[key], name) for key in ("DATABASE_OWNER_URL", "DATABASE_APP_URL"))
    maintenance = psycopg.connect(_named(os.environ["DATABASE_OWNER_URL"], "postgres"), autocommit=True)
    maintenance.execute(f"CREATE DATABASE {name}")
    try:
        for command in (
            ["migrate", "-v0"],
            ["grant_app_role"],
            ["load_regions", "-v0"],
            ["load_organisations", "-v0"],
        ):
            _manage(command, owner, "okoce.settings.test")
        began = time.monotonic()
        _manage(["shell", "-v0", "-c", _SESSIONS], app, "tests.benchmarks.settings")
        _fill(owner, named)
        _manage(["shell", "-v0", "-c", _WORDS], app, "tests.benchmarks.settings")
        print(f"\nmade {PEOPLE} participants in {time.monotonic() - began:.0f} s")
        sessions = json.loads(_manage(["shell", "-v0", "-c", _SIGN_IN], app, "tests.benchmarks.settings"))
        yield {"owner": owner, "app": app, "name": name, **sessions}
    finally:
        maintenance.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        maintenance.close()


def _named(url: str, name: str) -> str:
    """The same server's address for another database."""
    head, _, query = url.partition("?")
    return head.rpartition("/")[0] + f"/{name}" + (f"?{query}" if query else "")


def _manage(command: list[str], url: str, settings: str) -> str:
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": settings, "OKOCE_ENV": "test"}
    done = subprocess.run(
        [sys.executable, "manage.py", *command, "--settings", settings],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


_SIGN_IN = """
import json
from django.contrib.sessions.backends.cached_db import SessionStore
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.conf import settings
from django.utils import timezone
from okoce.accounts import sessions
from okoce.accounts.models import Membership, User
def sign_in(username, role, area, **fields):
    user = User.objects.create_user(username, full_name="Petugas", **fields)
    membership = Membership.objects.create(user=user, role=role, area_id=area)
    store = SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    sessions.start(store, kind=sessions.STAFF, now=timezone.now())
    store[sessions.MEMBERSHIP] = membership.pk
    store.save()
    return store.session_key
print(json.dumps({
    "province": sign_in("bench.province", "province", "31", is_superuser=True),
    "sudin": sign_in("bench.sudin", "sudin", "31.73"),
}))
"""


_WORDS = "from participants import nearby; nearby.relearn()"


def _fill(owner: str, named: Iterable[str]) -> None:
    from participants.numbering import PREFIXES

    with psycopg.connect(owner) as connection:
        kelurahan = [
            code
            for (code,) in connection.execute("SELECT code FROM regions_region WHERE level = 4 ORDER BY code")
        ]
        for table in TRACKED:
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        _copy(
            connection,
            f"participants_participant ({people.PARTICIPANTS})",
            people.rows(kelurahan, PEOPLE, PREFIXES, named=named),
        )
        _copy(
            connection,
            "participants_business (participant_id, name, created_at, updated_at)",
            people.businesses(PEOPLE),
        )
        _copy(
            connection,
            "participants_stepreached (participant_id, step, reached_on, evidence, recorded_at)",
            people.steps(PEOPLE),
        )
        _copy(
            connection,
            "trainings_attendancescan (session_id, participant_id, nonce, method, result, device, device_at, "
            "received_at, clock_ahead, reason)",
            people.scans(PEOPLE, SESSIONS),
        )
    with psycopg.connect(owner, autocommit=True) as connection:
        for table in TRACKED:
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        connection.execute("VACUUM ANALYZE")


_SESSIONS = f"""
from datetime import timedelta
from django.utils import timezone
from trainings.models import Activity, TrainingSession, Venue
venue = Venue.objects.create(name="Aula", kecamatan_id="31.73.07", city_id="31.73", capacity=500)
activities = list(Activity.objects.required().order_by("position"))
start = timezone.now().replace(month=1, day=1, hour=1, minute=0, second=0, microsecond=0)
TrainingSession.objects.bulk_create(
    TrainingSession(
        pk=n + 1, activity=activities[n * 3 // {SESSIONS}], venue=venue,
        kecamatan_id="31.73.07", city_id="31.73",
        starts_at=start + timedelta(hours=4 * n), ends_at=start + timedelta(hours=4 * n + 3), capacity=500,
        state="held", published_at=start, held_at=start,
    )
    for n in range({SESSIONS})
)
"""


def _copy(connection: psycopg.Connection, target: str, rows: Iterator[tuple[Any, ...]]) -> None:
    with connection.cursor().copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _deep(connection: psycopg.Connection) -> str:
    """The cursor of a page in the middle of the list."""
    day, pk = connection.execute(
        "SELECT registered_on, id FROM participants_participant ORDER BY registered_on DESC, id DESC "
        "OFFSET %s LIMIT 1",
        [PEOPLE * 2 // 3],
    ).fetchone()
    packed = json.dumps([0, PEOPLE * 2 // 3 + 1, [day.isoformat(), pk]], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def requests_for(database: dict[str, str], connection: psycopg.Connection) -> dict[str, Request]:
    who = database["province"]
    nik, phone = _numbers_of_first(connection)
    return {
        "select-1": Request("/lantai/select-1/"),
        "session-and-user": Request("/lantai/sesi/", who),
        "people-list": Request("/peserta/", who),
        "people-list-sudin": Request("/peserta/", database["sudin"]),
        "people-list-filtered": Request("/peserta/?kecamatan=31.73.07&langkah=2", who),
        "people-list-deep": Request(f"/peserta/?halaman={_deep(connection)}", who),
        "search-name-common": Request("/peserta/?q=siti", who),
        "search-name-rare": Request("/peserta/?q=zubaedah+chaniago", who),
        "search-name-typo": Request("/peserta/?q=zubaedah+chaniagoo", who),
        "look-up-nik": Request("/peserta/cari/", who, {"q": nik}),
        "look-up-phone": Request("/peserta/cari/", who, {"q": phone}),
        "person-page": Request(f"/peserta/{_number_of_first(connection)}/", who),
        "stock-admin": Request("/admin/participants/participant/", who),
    }


def _numbers_of_first(connection: psycopg.Connection) -> tuple[str, str]:
    """NIK and phone of the first person, as an officer types them."""
    from okoce.db.encryption import decrypt

    nik, phone, uid = connection.execute(
        "SELECT nik_ciphertext, phone_ciphertext, uid FROM participants_participant WHERE id = 1"
    ).fetchone()
    return (
        decrypt(nik, column="participants.nik", row=uid),
        decrypt(phone, column="participants.phone", row=uid).replace("+62", "0"),
    )


def _number_of_first(connection: psycopg.Connection) -> str:
    return connection.execute("SELECT number FROM participants_participant WHERE id = 1").fetchone()[0]


def test_what_the_list_costs(database):
    watcher = psycopg.connect(database["owner"], autocommit=True)
    environment = {
        "DATABASE_URL": database["app"],
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings",
        "OKOCE_ENV": "test",
    }
    with watcher, served(environment, watcher, database["name"]) as portal:
        requests = requests_for(database, watcher)
        _check_answers(portal, requests)
        costs = portal.costs({k: v for k, v in requests.items() if k != "stock-admin"})
        costs |= portal.costs({"stock-admin": requests["stock-admin"]}, rounds=3, times=5)
    for name, cost in costs.items():
        floor, goal = GOALS.get(name, ("select-1", None))
        ratio = cost / costs[floor]
        print(f"{name:22} {cost:8.2f} ms CPU {ratio:7.2f} x {floor}{_against(ratio, goal)}")
    cheaper = costs["stock-admin"] / costs["people-list"]
    goal = "" if cheaper >= ADMIN_CHEAPER else f", goal at least {ADMIN_CHEAPER:g}: NOT REACHED"
    print(f"{'list-against-admin':22} {cheaper:8.1f} times cheaper than the stock admin's list{goal}")


def _against(ratio: float, goal: float | None) -> str:
    if goal is None:
        return ""
    return f" (goal {goal:g})" if ratio <= goal else f" (goal {goal:g}: NOT REACHED)"


def _check_answers(portal: Served, requests: dict[str, Request]) -> None:
    """Each page does answer: a fault is cheap."""
    for name, request in requests.items():
        status, body = portal.ask(request)
        expected = 302 if request.body is not None else 200
        assert status == expected, f"{name}: {status} {body[:300]!r}"
