"""All reminders of a year at once: queued by one statement, drained by two lines to a sink on this machine,
and the outbox beside five million old rows.

The sink's own limit is measured in the same run, with the same HTTP client and the same requests in a loop.
All of them are drained; BENCH_DRAIN_SECONDS=60 stops after a minute, BENCH_REMINDERS takes fewer people.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.db.models import F
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.notifications import leases, outbox
from okoce.notifications.bulk import key_of, queue_from
from okoce.notifications.channels import Letter
from okoce.notifications.channels.cloud_api import CloudApiSender, TemplateCall
from okoce.notifications.directory import Person
from okoce.notifications.enums import Event, State
from okoce.notifications.models import Message
from okoce.notifications.outcomes import Outcome
from participants.models import Participant
from tests.drills import seats
from tests.factories import member
from trainings import messages as session_messages

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]

REMINDERS = int(os.environ.get("BENCH_REMINDERS", "281000"))
DRAIN_SECONDS = float(os.environ.get("BENCH_DRAIN_SECONDS", "900"))
OLD = int(os.environ.get("BENCH_OLD_ROWS", "5000000"))
LINES = 2
LOOP = 4000
HERE = Path(__file__).parent
LETTER = Letter(
    key="bench", to=Person(name="Siti Rahmawati", phone="+6281200000000"), text="", reference=str(uuid4()),
    template=TemplateCall(
        "session_reminder", "id",
        (
            "Siti Rahmawati", "Motivasi dan dasar kewirausahaan", "Senin, 23 November 2026, 09.00 WIB",
            "Aula 12", "Palmerah", "http://localhost:8000/pelatihan/jawab/abcd-efghijklmnopqrstuvwxyzab/",
        ),
    ),
)  # fmt: skip


@pytest.fixture
def sink(settings, monkeypatch) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, str(HERE / "cloud_sink.py")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    settings.WHATSAPP_URL = f"http://127.0.0.1:{int(process.stdout.readline())}/v23.0"
    settings.WHATSAPP_PHONE_ID, settings.WHATSAPP_TOKEN = "1", "bench"
    settings.WHATSAPP_NEW_PEOPLE_A_DAY = 10_000_000
    settings.OUTBOX_LINES = LINES
    settings.MESSAGES_AT_ANY_HOUR = True
    monkeypatch.setattr("okoce.notifications.wake._quiet_until", float("inf"))
    yield
    process.kill()


def seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def say(name: str, value: float, unit: str, told: str = "") -> None:
    print(f"{name:<34} {value:>11.1f} {unit:<10} {told}".rstrip(), flush=True)


def in_processes(work: Callable[[], int], count: int) -> float:
    """What all together did, by seconds of the slowest."""
    connections.close_all()
    began, children = perf_counter(), []
    for _ in range(count):
        reader, writer = os.pipe()
        if not os.fork():
            done = 0
            try:
                done = work()
            finally:
                os.write(writer, str(done).encode())
                os._exit(0)
        os.close(writer)
        children.append(reader)
    total = sum(int(os.read(reader, 20) or 0) for reader in children)
    for reader in children:
        os.close(reader)
        os.wait()
    return total / (perf_counter() - began)


def loop() -> int:
    sender = CloudApiSender()
    for _ in range(LOOP):
        sender.send(LETTER)
    sender.close()
    return LOOP


def drain() -> int:
    return outbox.drain(seconds=DRAIN_SECONDS).sent


def fill_floor() -> float:
    """The same rows by one INSERT … SELECT, with nothing known about anybody."""
    sql = """
        INSERT INTO notifications_message (uid, key, kind, channel, state, reason, participant_id, language,
            context, cause_type, cause_id, city, kecamatan, priority, due_at, expires_at, created_at,
            attempts)
        SELECT gen_random_uuid(), 'session:' || session_id || ':participant:' || participant_id || ':floor',
            'session_reminder', 'whatsapp', 'pending', '', participant_id, 'id', '{}',
            'trainings.trainingsession', session_id, '31.73', '31.73.07', 5, now(),
            now() + interval '1 day', now(), 0
        FROM trainings_booking ON CONFLICT (key) DO NOTHING
    """
    with connection.cursor() as cursor:
        took = seconds(lambda: cursor.execute(sql))
        cursor.execute("TRUNCATE notifications_message, notifications_deliveryevent CASCADE")
    return REMINDERS / took


def learn() -> None:
    """Fresh statistics, as the server makes them by itself a while after a large change."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("ANALYZE")
        cursor.execute("SET ROLE okoce_app")


def test_all_reminders_are_queued_by_one_statement_and_drained(sink):
    made = seconds(lambda: seats.make(REMINDERS))
    learn()
    print()
    say("people with seats", REMINDERS, "made", f"in {made:.0f} s; load {os.getloadavg()[0]:.1f} on 2 cores")
    floor = fill_floor()
    took = seconds(lambda: seats.remind())
    filled = Message.objects.filter(channel="whatsapp", state="pending").count()
    assert filled == REMINDERS
    say("reminders queued by one statement", filled / took, "rows/s",
        f"{filled} in {took:.1f} s; {filled / took / floor:.2f} x the bare INSERT … SELECT")  # fmt: skip
    learn()
    outbox.drain(seconds=1, batch=10)  # what a worker loads once
    before = [in_processes(loop, 1), in_processes(loop, LINES)]
    drained = in_processes(drain, LINES)
    after = [in_processes(loop, 1), in_processes(loop, LINES)]
    one, several = ((a + b) / 2 for a, b in zip(before, after, strict=True))
    sent = Message.objects.filter(state="sent").count()
    say("sink, one line", one, "letters/s", "a bare loop over one connection, before and after")
    say(f"sink, {LINES} lines", several, "letters/s", "the same in two processes at once")
    say("outbox to the sink", drained, "letters/s",
        f"{drained / one:.2f} x one line, {drained / several:.2f} x {LINES} lines; {sent} of {filled},"
        f" all take {filled / drained / 60:.1f} min; load {os.getloadavg()[0]:.1f}")  # fmt: skip
    assert Message.objects.exclude(state__in=["sent", "pending"]).count() == 0


# ---------------------------------------------------------------- beside old rows

_OLD = """
    INSERT INTO notifications_message (uid, key, kind, channel, state, reason, participant_id, language,
        context, cause_type, cause_id, city, kecamatan, priority, due_at, expires_at, created_at, attempts,
        finished_at, provider_id, receipt)
    SELECT gen_random_uuid(), 'old:' || n, 'session_reminder', 'whatsapp', 'sent', '', n %% %s + 1, 'id',
        '{}', 'trainings.trainingsession', n / 100, '31.73', '31.73.07', 5, at, at + interval '1 day', at, 1,
        at, 'wamid.old.' || n, 'delivered'
    FROM (SELECT n, now() - interval '2 days' - n * interval '20 seconds' AS at
          FROM generate_series(1, %s) AS n) AS old
"""
_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'notifications_message'
    AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""


def add_old_rows() -> None:
    """As the owner, with the indexes made afterwards: in a minute or two instead of ten."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(_INDEXES)
        indexes = cursor.fetchall()
        for name, _made_by in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(_OLD, [PEOPLE, OLD])
        for _name, made_by in indexes:
            cursor.execute(made_by)
        cursor.execute("VACUUM ANALYZE notifications_message")
        cursor.execute("SET ROLE okoce_app")


PEOPLE, ROUNDS = 3000, 40


class Works:
    """One piece of each work of the outbox, repeatable."""

    def __init__(self, client: Any) -> None:
        self.client, self.round = client, 0

    def claim(self) -> None:
        owner = uuid4()
        assert len(leases.claim("whatsapp", owner=owner, size=50)) == 50
        leases.release(owner)

    def settle(self) -> None:
        owner = uuid4()
        claimed = leases.claim("whatsapp", owner=owner, size=20)
        leases.begin(owner, [claimed[0].pk])
        leases.settle(owner, [Outcome(m.pk, State.PENDING, Event.FAILED, "refused") for m in claimed])

    def queue(self) -> None:
        self.round += 1
        queue_from(
            Participant.objects.filter(pk__lte=200), kind=session_messages.REMINDER,
            key=key_of(f"round:{self.round}:", F("pk")), participant_id=F("pk"), due_at=timezone.now(),
        )  # fmt: skip

    def drain(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE notifications_message SET due_at = now() + interval '1 day' WHERE state = 'pending'"
                " AND id NOT IN (SELECT id FROM notifications_message WHERE state = 'pending'"
                " ORDER BY id LIMIT 100)"
            )
        self.drained = seconds(lambda: outbox.drain(seconds=60))
        with connection.cursor() as cursor:
            cursor.execute("UPDATE notifications_message SET due_at = now() WHERE state = 'pending'")

    def _page(self, path: str) -> None:
        assert self.client.get(path).status_code == 200, path

    def list_of_messages(self) -> None:
        self._page("/pesan/")

    def list_of_a_state(self) -> None:
        self._page("/pesan/?state=pending")

    def health(self) -> None:
        self._page("/statusz")


NAMES = ("claim", "settle", "queue", "list_of_messages", "list_of_a_state", "health")


def measured(works: Works) -> dict[str, float]:
    found = {}
    for name in NAMES:
        work = getattr(works, name)
        work()
        found[name] = median(seconds(work) for _ in range(ROUNDS)) * 1000
    took = []
    for _ in range(3):
        works.drain()
        took.append(works.drained)
    found["drain of 100"] = median(took) * 1000
    return found


def test_old_rows_cost_nothing(sink, client_as, caplog):
    caplog.set_level(logging.WARNING, logger="okoce.request")  # the figures are to be seen
    seats.make(PEOPLE)
    learn()
    seats.remind()
    works = Works(client_as(member(Role.PROVINCE)))
    empty = measured(works)
    filling = seconds(add_old_rows)
    beside = measured(works)

    print()
    say("old rows", OLD, "rows", f"written in {filling:.0f} s; load {os.getloadavg()[0]:.1f} on 2 cores")
    for name, cost in empty.items():
        say(f"outbox, {name.replace('_', ' ')}", beside[name], "ms",
            f"{beside[name] / cost:.2f} x {cost:.1f} ms without old rows")  # fmt: skip
