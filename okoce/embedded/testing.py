"""Throwaway servers for tests, shared by every process that tests this checkout at the same time.

Who needs them joins, who leaves last stops them. Joining is a shared lock on a file; the kernel releases it
even when a process is killed. Each process tests in a database of its own name.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from okoce.embedded.places import LOCAL, refuse_foreign_tree
from okoce.embedded.postgres import APP, OWNER
from okoce.embedded.servers import Servers

ROOT: Final = LOCAL / "test"
MARK: Final = (
    "OKOCE_THROWAWAY"  # set when the addresses in the environment are those of the throwaway servers
)

_joined: Membership | None = None


@dataclass
class Membership:
    """One process's share in the throwaway servers."""

    servers: Servers
    process: int
    lock: IO[bytes]

    def leave(self) -> None:
        """Give the share back; the last one stops the servers. A forked child gives nothing back."""
        if self.process != os.getpid() or self.lock.closed:
            return
        with _gate(self.servers.places.root):
            self.lock.close()
            if _nobody_is_left(self.servers.places.root):
                self.servers.stop()


def throwaway_environment(root: Path = ROOT) -> dict[str, str]:
    """Addresses of the throwaway servers with a database name of this process's own; starts nothing.

    ``DATABASE_URL`` is the owner's: the test runner makes and drops its own database.
    """
    servers, name = _prepared(root), f"okoce_{secrets.token_hex(4)}"
    return {
        MARK: "1",
        "DATABASE_URL": servers.postgres.url(OWNER, name),
        "DATABASE_OWNER_URL": servers.postgres.url(OWNER, name),
        "DATABASE_APP_URL": servers.postgres.url(APP, name),
        "REDIS_URL": servers.redis_url,
    }


def ensure_test_servers(root: Path = ROOT) -> None:
    """Join the throwaway servers when the environment points at them or at nothing; leave at exit.

    Called by tests/conftest.py. With ``DATABASE_URL`` and ``REDIS_URL`` from outside it does nothing.
    """
    global _joined
    if not os.environ.get(MARK) and os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    if not os.environ.get(MARK):
        for name, value in throwaway_environment(root).items():
            os.environ.setdefault(name, value)
    if _joined is None or _joined.process != os.getpid():
        _joined = join(root)
        atexit.register(_joined.leave)


def join(root: Path = ROOT) -> Membership:
    """Start the servers of ``root``, or share those that run."""
    with _gate(root):
        servers = Servers(root, durable=False)
        alone = _nobody_is_left(root)
        if not servers.are_running:
            servers.start()
        if alone:
            _drop_leftovers(servers)
        lock = (root / "users.lock").open("ab")
        fcntl.flock(lock, fcntl.LOCK_SH)
    return Membership(servers, os.getpid(), lock)


def stop_unused(root: Path = ROOT) -> bool:
    """Stop throwaway servers nobody uses; False when somebody tests at this moment."""
    if not root.exists():
        return True
    with _gate(root):
        if not _nobody_is_left(root):
            return False
        if (root / "secrets.json").exists():
            Servers(root, durable=False).stop()
        return True


def _prepared(root: Path) -> Servers:
    with _gate(root):
        servers = Servers(root, durable=False)
        if servers.valkey.pid is None:
            servers.valkey.choose_port(servers.valkey.port)
        return servers


def _drop_leftovers(servers: Servers) -> None:
    """Databases of test runs that were killed."""
    servers.postgres.sql(
        "SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database "
        r"WHERE datname ~ '^(test_)?okoce_[0-9a-f]{8}' \gexec"
    )


@contextlib.contextmanager
def _gate(root: Path) -> Iterator[None]:
    """One at a time: starting, joining, stopping."""
    refuse_foreign_tree(root.parent)
    root.mkdir(parents=True, exist_ok=True)
    with (root / "gate.lock").open("ab") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def _nobody_is_left(root: Path) -> bool:
    with (root / "users.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
