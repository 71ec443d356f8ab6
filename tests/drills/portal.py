"""The portal's real processes on servers of their own, to be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from okoce.embedded import start_servers
from okoce.embedded.portal import portal_environment
from okoce.embedded.processes import wait_until
from okoce.embedded.servers import Servers
from tests.smtp import MailServer

PROJECT = Path(__file__).resolve().parents[2]


class Portal:
    """Servers, mail server and environment; starts workers and clocks as process groups."""

    def __init__(
        self, folder: Path, servers: Servers, mail: MailServer, more: Mapping[str, str] | None = None
    ) -> None:
        self.folder, self.servers, self.mail = folder, servers, mail
        # Only what a shell has: nothing that points at the servers of the test run.
        shell = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "USER"}}
        self.env = portal_environment(
            servers,
            {
                **shell,
                "OKOCE_ENV": "test",
                "DJANGO_SETTINGS_MODULE": "tests.drills.settings",
                "EMAIL_URL": mail.url,
                "OKOCE_THROWAWAY": "",
                "TRUSTED_PROXY_COUNT": "1",  # so that visitors come from different addresses
                "CELERY_SKIP_CHECKS": "1",  # a second less after every kill
                **(more or {}),
            },
        )
        self.running: list[subprocess.Popen] = []

    def prepare(self) -> None:
        """Migrate as the owner, then give the application's role its rights."""
        owner = {**self.env, "DATABASE_URL": self.servers.owner_url}
        for words in (["migrate", "-v0", "--skip-checks"], ["grant_app_role", "--skip-checks"]):
            self._run([sys.executable, "manage.py", *words], owner)

    def prepare_areas(self) -> None:
        owner = {**self.env, "DATABASE_URL": self.servers.owner_url}
        for command in ("load_regions", "load_organisations"):
            self._run([sys.executable, "manage.py", command, "-v0", "--skip-checks"], owner)

    def python(self, code: str) -> str:
        """Run a few lines inside the portal; what they print."""
        return self._run([sys.executable, "-c", f"import django; django.setup()\n{code}"], self.env)

    def _run(self, command: list[str], env: dict[str, str]) -> str:
        done = subprocess.run(
            command, cwd=PROJECT, env=env, capture_output=True, text=True, timeout=900, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return done.stdout

    def web(self, port: int) -> subprocess.Popen:
        words = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
        command = [
            sys.executable,
            "-m",
            "granian",
            "okoce.wsgi:application",
            *words,
            "--blocking-threads",
            "4",
        ]
        return self._start("web", command)

    def worker(self, children: int = 2, *, restarted: bool = False) -> subprocess.Popen:
        """``restarted``: by whoever keeps services running (docs/operations.md), a second after it ended."""
        words = ["celery", "-A", "okoce", "worker", "--concurrency", str(children), "-l", "INFO"]
        command = [sys.executable, "-m", *words, "--without-gossip", "--without-mingle"]
        if restarted:
            command = ["sh", "-c", 'while :; do "$@"; sleep 1; done', "sh", *command]
        return self._start("worker", command)

    def clock(self, name: str = "clock") -> subprocess.Popen:
        words = ["celery", "-A", "okoce", "beat", "--pidfile=", "-s", str(self.folder / name), "-l", "INFO"]
        return self._start(name, [sys.executable, "-m", *words])

    def _start(self, name: str, command: list[str]) -> subprocess.Popen:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env=self.env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def kill(self, process: subprocess.Popen) -> None:
        """kill -9 of a process with all its children."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        self.running.remove(process)

    def close(self) -> None:
        for process in list(self.running):
            self.kill(process)

    def query(self, sql: str) -> list[tuple]:
        with psycopg.connect(self.servers.database_url) as line:
            return line.execute(sql).fetchall()

    def states(self) -> dict[str, int]:
        return dict(self.query("SELECT state, count(*) FROM notifications_message GROUP BY state"))  # type: ignore[arg-type]

    def log_of(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()[-6000:]

    def wait_for_keys(self, count: int, *, seconds: float) -> None:
        arrived = wait_until(lambda: len(set(self.mail.box.keys)) >= count, seconds=seconds)
        assert arrived, (
            f"{len(set(self.mail.box.keys))} of {count} arrived; {self.states()}\n{self.log_of('worker')}"
        )


@contextmanager
def portal(
    folder: Path, *, letter_seconds: float = 0.0, more: Mapping[str, str] | None = None
) -> Iterator[Portal]:
    mail = MailServer().start()
    mail.box.delay = letter_seconds
    with start_servers(folder / "servers", die_with_parent=True) as servers:
        one = Portal(folder, servers, mail, more)
        try:
            one.prepare()
            yield one
        finally:
            one.close()
            mail.stop()


QUEUE = """
from okoce.accounts.models import User
from okoce.notifications.services import Draft, queue_many
first = User.objects.count()
users = User.objects.bulk_create(
    User(username=f"peserta{{n}}", full_name=f"Siti {{n}}", email=f"peserta{{n}}@example.org", password="!")
    for n in range(first, first + {count})
)
print(queue_many(kind="drill", drafts=[Draft(key=f"drill:{{u.pk}}", user_id=u.pk) for u in users]))
"""


def repeats_by_kill(keys: list[str], marks: list[int]) -> Counter[int]:
    """Repeated deliveries by the kill that caused them: the first one after the letter had arrived."""
    first: dict[str, int] = {}
    caused: Counter[int] = Counter()
    for position, key in enumerate(keys):
        if key in first:
            caused[bisect_right(marks, first[key])] += 1
        first.setdefault(key, position)
    return caused


def reminders_survive_kills(folder: Path, *, reminders: int, kills: int, children: int) -> dict[str, float]:
    """Queue, send, and kill the whole worker again and again while it sends; the figures of the drill."""
    with portal(folder, letter_seconds=0.004) as one:
        queued = int(one.python(QUEUE.format(count=reminders)))
        one.clock("clock")
        one.clock("second clock")  # by mistake
        began = time.monotonic()
        marks = []  # how many letters had arrived when each killed worker was silent
        for kill in range(1, kills + 1):
            worker = one.worker(children)
            one.wait_for_keys(reminders * kill // (kills + 2), seconds=90)
            one.kill(worker)
            time.sleep(0.3)  # what was already in the line arrives
            marks.append(len(one.mail.box.keys))
        one.worker(children)
        one.wait_for_keys(reminders, seconds=90)
        settled = wait_until(lambda: one.states() == {"sent": reminders}, seconds=30)
        assert settled, one.states()
        keys = one.mail.box.keys
        return {
            "queued": queued,
            "kills": kills,
            "distinct": len(set(keys)),
            "lost": reminders - len(set(keys)),
            "repeated": one.mail.box.repeated(),
            "repeated_by_one_kill": max(repeats_by_kill(keys, marks).values(), default=0),
            "seconds": time.monotonic() - began,
        }
