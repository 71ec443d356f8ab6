"""How fast the outbox fills and empties, against what table and mail server can take by themselves."""

from __future__ import annotations

import os
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest
from django.db import connection

from okoce.accounts.models import User
from okoce.notifications import kinds, outbox
from okoce.notifications.channels import Letter
from okoce.notifications.channels.email import as_bytes
from okoce.notifications.directory import Person
from okoce.notifications.enums import Channel
from okoce.notifications.services import Draft, queue_many
from okoce.settings.env import email_settings
from tests.drills.apps import DrillsConfig

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]

MESSAGES = int(os.environ.get("BENCH_MESSAGES", "10000"))
OLD = int(os.environ.get("BENCH_OLD_MESSAGES", "200000"))
HERE = Path(__file__).parent


@pytest.fixture
def sink(settings, monkeypatch) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, str(HERE / "smtp_sink.py")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    port = int(process.stdout.readline())
    settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
    for name, value in email_settings(settings.EMAIL_URL).items():
        setattr(settings, name, value)
    engine = settings.TEMPLATES[0]
    folder = HERE.parent / "drills" / "templates"
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], folder]}]
    monkeypatch.setattr("okoce.notifications.wake._quiet_until", float("inf"))
    DrillsConfig.ready(None)  # type: ignore[arg-type]
    yield port
    kinds.unregister("drill")
    process.kill()


def people() -> list[int]:
    made = User.objects.bulk_create(
        User(username=f"p{n}", full_name=f"Siti {n}", email=f"p{n}@example.org", password="!")
        for n in range(MESSAGES)
    )
    return [user.pk for user in made]


def seconds(work) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def fill_floor() -> float:
    """The same rows by one INSERT … SELECT, with nothing known about anybody."""
    sql = """
        INSERT INTO notifications_message (uid, key, kind, channel, state, reason, user_id, language,
            context, cause_type, city, kecamatan, priority, due_at, created_at, attempts)
        SELECT gen_random_uuid(), 'floor:' || id, 'drill', 'email', 'pending', '', id, 'id', '{}', '', '', '',
            5, now(), now(), 0
        FROM accounts_user ON CONFLICT (key) DO NOTHING
    """
    with connection.cursor() as cursor:
        took = seconds(lambda: cursor.execute(sql))
        cursor.execute("TRUNCATE notifications_message, notifications_deliveryevent")
    return MESSAGES / took


def send_floor(port: int) -> float:
    """A bare loop over one connection with one letter made before."""
    person = Person(name="Siti", email="siti@example.org")
    ready = as_bytes(Letter(key="drill:1", to=person, subject="Siti, besok pukul 09.00", text="x" * 60))
    with smtplib.SMTP("127.0.0.1", port, local_hostname="okoce.example") as line:
        took = seconds(
            lambda: [line.sendmail("a@okoce.example", ["b@example.org"], ready) for _ in range(3000)]
        )
    return 3000 / took


def queue_all(ids: list[int], name: str) -> float:
    drafts = [Draft(key=f"{name}:{pk}", user_id=pk, channel=Channel.EMAIL) for pk in ids]
    return MESSAGES / seconds(lambda: queue_many(kind="drill", drafts=drafts))


def drain_all() -> float:
    reports = []
    took = seconds(lambda: reports.append(outbox.drain(seconds=600)))
    assert reports[0].sent == MESSAGES
    return MESSAGES / took


def say(name: str, value: float, unit: str, ratio: float, of: str) -> None:
    print(f"{name:<28} {value:>10.0f} {unit:<12} {ratio:.2f} x {of}")


def test_the_outbox_fills_and_empties(sink):
    ids = people()
    floor = fill_floor()
    filled = queue_all(ids, "first")
    limit = send_floor(sink)
    drained = drain_all()

    print()
    say("outbox-fill", filled, "rows/s", filled / floor, "INSERT … SELECT of the same rows")
    say("smtp-sink", limit, "letters/s", 1.0, "a bare loop over one connection")
    say("outbox-drain", drained, "letters/s", drained / limit, "smtp-sink")

    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO notifications_message (uid, key, kind, channel, state, reason, user_id, language,
                context, cause_type, city, kecamatan, priority, due_at, created_at, attempts, finished_at)
            SELECT gen_random_uuid(), 'old:' || n, 'drill', 'email', 'sent', '', %s, 'id', '{}', '', '', '',
                5, now(), now(), 1, now() FROM generate_series(1, %s) AS n
            """,
            [ids[0], OLD],
        )
    queue_all(ids, "second")
    again = drain_all()
    say(f"outbox-drain-{OLD}-old", again, "letters/s", again / drained, "outbox-drain")
