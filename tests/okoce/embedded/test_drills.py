"""The supervisor and the servers under the blows of real life; a portal of three lines stands in for ours."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest

from okoce.embedded import start_servers
from okoce.embedded.places import PROJECT
from okoce.embedded.ports import next_free_port
from okoce.embedded.processes import is_alive, wait_until

pytestmark = pytest.mark.drill

WSGI = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]
"""
CELERY = """
import os
from celery import Celery
app = Celery("okoce", broker=os.environ.get("REDIS_URL"))
"""


class Portal:
    """A checkout of its own whose web, worker and clock are real programs with nothing to do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = next_free_port("127.0.0.1", 8300)
        self.output = folder / "output"
        (folder / "okoce").mkdir(parents=True)
        shutil.copytree(PROJECT / "okoce" / "embedded", folder / "okoce" / "embedded")
        (folder / "okoce" / "__init__.py").write_text("")
        (folder / "okoce" / "wsgi.py").write_text(WSGI)
        (folder / "okoce" / "celery.py").write_text(CELERY)
        (folder / "manage.py").write_text("")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, **env: str) -> None:
        given = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "okoce.embedded", "run"],
                cwd=self.folder,
                env={**given, "OKOCE_PORT": str(self.port), **env},
                stdout=output,
                stderr=output,
            )

    def said(self) -> str:
        return self.output.read_text()

    def page(self) -> bytes:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=30) as answer:
                return answer.read()
        except OSError:
            return b""

    def processes(self) -> list[int]:
        """Every process whose command line or folder names this checkout."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                where = os.readlink(entry / "cwd")
                words = (entry / "cmdline").read_bytes().decode()
            except OSError:
                continue
            if str(self.folder) in where or str(self.folder) in words:
                found.append(int(entry.name))
        return [pid for pid in found if is_alive(pid) and pid != os.getpid()]

    def runs(self) -> bool:
        return wait_until(lambda: "The portal runs at" in self.said(), seconds=60)

    def pid_of(self, name: str) -> int:
        words = {
            "web": "granian",
            "worker": "okoce\0worker",
            "clock": "okoce\0beat",
            "database": "postgres\0-D",
        }[name]
        for pid in sorted(self.processes()):
            if words in Path(f"/proc/{pid}/cmdline").read_bytes().decode():
                return pid
        raise AssertionError(f"no {name} among the processes")


@pytest.fixture
def portal(tmp_path):
    portal = Portal(tmp_path / "checkout")
    yield portal
    for pid in portal.processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_stops_everything_in_order(portal, how):
    portal.start()
    assert portal.runs()
    assert portal.page() == b"hello"

    portal.process.send_signal(how)

    assert portal.process.wait(timeout=40) == 0
    assert portal.processes() == []
    assert portal.said().endswith("Stopped. The data are kept; make run starts again.\n")


def test_after_a_killed_supervisor_nothing_stays_and_a_second_start_serves(portal):
    portal.start()
    assert portal.runs()
    portal.process.kill()
    portal.process.wait()
    portal.output.write_text("")

    portal.start()

    assert portal.runs()
    assert portal.page() == b"hello"
    portal.process.terminate()
    assert portal.process.wait(timeout=40) == 0
    assert portal.processes() == []


def test_servers_left_by_everything_killed_at_once_are_started_anew(portal):
    portal.start()
    assert portal.runs()
    for pid in [portal.process.pid, *portal.processes()]:
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)
    portal.process.wait()
    portal.output.write_text("")

    portal.start()

    assert portal.runs()
    assert "Removed the stale lock file" in portal.said()


@pytest.mark.parametrize("name", ["web", "worker", "clock"])
def test_a_process_that_dies_is_started_again(portal, name):
    portal.start()
    assert portal.runs()
    first = portal.pid_of(name)
    os.kill(first, signal.SIGKILL)

    assert wait_until(lambda: f"{name} ended unexpectedly (signal SIGKILL)" in portal.said(), seconds=30)
    assert wait_until(lambda: _pid_or_none(portal, name) not in {None, first}, seconds=60)


def test_a_database_that_dies_is_started_again(portal):
    portal.start()
    assert portal.runs()
    os.kill(portal.pid_of("database"), signal.SIGKILL)

    assert wait_until(lambda: "PostgreSQL is back." in portal.said(), seconds=60)


def test_a_second_portal_in_the_folder_is_refused(portal):
    portal.start()
    assert portal.runs()

    second = subprocess.run(
        [sys.executable, "-m", "okoce.embedded", "run"],
        cwd=portal.folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert second.returncode == 1
    assert second.stdout == (
        f"\nThe portal could not start. The portal of this folder runs already at "
        f"http://localhost:{portal.port} (process {portal.process.pid}). "
        f"Stop it there with Ctrl-C, or with: make stop\n"
    )


def test_reset_stops_the_portal_and_removes_its_data(portal):
    portal.start()
    assert portal.runs()

    subprocess.run([sys.executable, "-m", "okoce.embedded", "reset"], cwd=portal.folder, check=True)

    assert portal.process.wait(timeout=40) == 0
    assert portal.processes() == []
    assert list((portal.folder / ".local").iterdir()) == []


def test_data_survive_a_killed_database(tmp_path):
    with start_servers(tmp_path / "servers") as servers:
        with psycopg.connect(servers.owner_url) as connection:
            connection.execute("CREATE TABLE kept (word text)")
        with psycopg.connect(servers.database_url) as connection:
            connection.execute("INSERT INTO kept VALUES ('yes')")
        os.kill(servers.postgres_pid, signal.SIGKILL)
        time.sleep(0.2)
        servers.start()

        with psycopg.connect(servers.database_url) as connection:
            assert connection.execute("SELECT word FROM kept").fetchall() == [("yes",)]


def test_the_application_role_owns_nothing_and_is_no_superuser(tmp_path):
    with start_servers(tmp_path / "servers") as servers, psycopg.connect(servers.database_url) as connection:
        role = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles "
            "WHERE rolname = current_user"
        ).fetchone()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (word text)")

    assert role == (False, False, False, False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_started_by_root_the_servers_run_as_an_ordinary_user_behind_a_closed_folder(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with start_servers(closed / "servers") as servers:
        owner = Path(f"/proc/{servers.postgres_pid}").stat().st_uid

    assert owner != 0


def _pid_or_none(portal, name):
    try:
        return portal.pid_of(name)
    except AssertionError:
        return None
