"""The database is killed with -9 at random moments while 8,000 rows are saved.

Whatever the moment: afterwards there is everything or nothing, and saving again completes it once.
"""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from okoce.embedded import start_servers
from okoce.embedded.portal import portal_environment
from okoce.embedded.processes import wait_until
from okoce.embedded.servers import Servers

pytestmark = pytest.mark.drill

PROJECT = Path(__file__).resolve().parents[2]
LIST = PROJECT / "participants" / "demo" / "jakbar_tahap1.xlsx"
PEOPLE = 7_767  # accepted and warned rows of the list
KILLS = 6

SETUP = "import django; django.setup()\nfrom participants.services import importing\n"
UPLOAD = """
from datetime import date
from pathlib import Path
from okoce.accounts.models import User
user, _new = User.objects.get_or_create(username="petugas", defaults={{"full_name": "Petugas"}})
batch, _new = importing.receive(content=Path({path!r}).read_bytes(), file_name="a.xlsx", city="31.73",
    organisation=None, by=user, as_of=date(2018, 3, 14))
importing.check(batch.pk)
batch.refresh_from_db()
importing.request_save(batch=batch, by=user, messages_consented=True, is_approved=True)
print(batch.pk)
"""
SAVE = "from datetime import date\nimporting.save({batch}, on=date(2026, 11, 21))\n"

# What belongs to an imported participant; all of it or nothing.
COUNTS = """
SELECT (SELECT count(*) FROM participants_participant), (SELECT count(*) FROM participants_enrolment),
       (SELECT count(*) FROM participants_stepreached), (SELECT count(*) FROM participants_participantevent),
       (SELECT count(*) FROM participants_importrow r WHERE participant_id IS NOT NULL
            OR EXISTS (SELECT FROM participants_participant p WHERE p.uid = r.uid)),
       (SELECT count(*) FROM participants_importbatch WHERE state = 'saved'),
       (SELECT count(*) FROM audit_auditevent WHERE action = 'participants.import.saved')
"""


class Office:
    """A portal's database of its own, and short-lived workers."""

    def __init__(self, servers: Servers) -> None:
        self.servers = servers
        shell = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "USER"}}
        extra = {"OKOCE_ENV": "test", "DJANGO_SETTINGS_MODULE": "okoce.settings.test", "OKOCE_THROWAWAY": ""}
        self.env = portal_environment(servers, {**shell, **extra})

    def manage(self, *words: str) -> None:
        env = {**self.env, "DATABASE_URL": self.servers.owner_url}
        subprocess.run([sys.executable, "manage.py", *words], cwd=PROJECT, env=env, check=True, timeout=300)

    def start(self, code: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", SETUP + code],
            cwd=PROJECT,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run(self, code: str) -> str:
        worker = self.start(code)
        out, _err = worker.communicate(timeout=300)
        assert worker.returncode == 0
        return out.strip()

    def phase(self) -> str:
        with suppress(psycopg.Error), psycopg.connect(self.servers.database_url) as line:
            return line.execute("SELECT phase FROM participants_importbatch").fetchone()[0]
        return ""

    def counts(self) -> tuple[int, ...]:
        with psycopg.connect(self.servers.database_url) as line:
            return line.execute(COUNTS).fetchone()

    def kill_database(self) -> None:
        """The server and every backend at once, with -9."""
        pid = self.servers.postgres_pid
        children = [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _parent(entry) == pid]
        for victim in (pid, *children):
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def test_a_killed_database_leaves_no_half_written_import(tmp_path):
    moments = random.Random(20180314)
    nothing = (0, 0, 0, 0, 0, 0, 0)
    everything = (PEOPLE, PEOPLE, PEOPLE, PEOPLE, PEOPLE, 1, 1)
    with start_servers(tmp_path / "servers", die_with_parent=True) as servers:
        office = Office(servers)
        office.manage("migrate", "-v0")
        office.manage("grant_app_role")
        office.manage("load_regions", "-v0")
        batch = office.run(UPLOAD.format(path=str(LIST)))
        killed_while_writing = 0
        for _kill in range(KILLS):
            worker = office.start(SAVE.format(batch=batch))
            assert wait_until(lambda: office.phase() == "writing", seconds=120, every=0.02)
            time.sleep(moments.uniform(0, 0.9))
            killed_while_writing += worker.poll() is None
            office.kill_database()
            worker.wait(60)
            servers.start()

            found = office.counts()

            assert found in (nothing, everything)
            if found == everything:
                break
            with psycopg.connect(servers.owner_url) as line:
                line.execute("UPDATE participants_importbatch SET phase = 'waiting'")
        assert killed_while_writing >= 5

        office.run(SAVE.format(batch=batch))
        assert office.counts() == everything
        office.run(SAVE.format(batch=batch))
        assert office.counts() == everything

        again = office.run(UPLOAD.format(path=str(LIST)))
        office.run(SAVE.format(batch=again))
        assert office.counts() == (PEOPLE, PEOPLE, PEOPLE, PEOPLE, 2 * PEOPLE, 2, 2)
