"""PostgreSQL and Valkey as a pair."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from okoce.embedded.places import Places
from okoce.embedded.postgres import APP, DATABASE, OWNER, SUPERUSER, Postgres
from okoce.embedded.secrets import load_or_make
from okoce.embedded.valkey import Valkey


class Servers:
    """The two servers of one folder and their addresses."""

    def __init__(self, root: Path, *, durable: bool = True) -> None:
        self.places = Places(root.absolute())
        _make_root(self.places.root)
        self.secrets = load_or_make(
            self.places.secrets, may_make=not (self.places.database / "PG_VERSION").exists()
        )
        self.postgres = Postgres(self.places, self.secrets, durable=durable)

    @property
    def valkey(self) -> Valkey:
        if not hasattr(self, "_valkey"):
            self._valkey = Valkey(self.places, self.secrets, self.postgres.account)
        return self._valkey

    def start(self, *, postgres: bool = True, valkey: bool = True, die_with_parent: bool = False) -> Servers:
        """Start what is asked for; what already runs in this folder is kept."""
        if postgres:
            self.postgres.start(die_with_parent=die_with_parent)
        if valkey:
            self.valkey.start(die_with_parent=die_with_parent)
        return self

    def stop(self) -> None:
        """Stop both, whoever started them."""
        self.valkey.stop()
        self.postgres.stop()

    @property
    def are_running(self) -> bool:
        return (
            self.postgres.pid is not None
            and self.valkey.pid is not None
            and self.postgres.answers()
            and self.valkey.answers()
        )

    @property
    def database_url(self) -> str:
        """The application's role: owns nothing."""
        return self.postgres.url(APP)

    @property
    def owner_url(self) -> str:
        """The owner's role: migrations."""
        return self.postgres.url(OWNER)

    @property
    def superuser_url(self) -> str:
        """PostgreSQL's own administrator: backups and drills."""
        return self.postgres.url(SUPERUSER, "postgres")

    @property
    def redis_url(self) -> str:
        return self.valkey.url

    @property
    def postgres_pid(self) -> int | None:
        return self.postgres.pid

    @property
    def valkey_pid(self) -> int | None:
        return self.valkey.pid

    def owner_url_of(self, database: str = DATABASE) -> str:
        return self.postgres.url(OWNER, database)

    def app_url_of(self, database: str = DATABASE) -> str:
        return self.postgres.url(APP, database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start_servers(data_dir: Path, *, durable: bool = True, die_with_parent: bool = False) -> Servers:
    """Start (or find running) both servers of ``data_dir``.

    ``durable=False`` switches fsync off: for tests only. With ``die_with_parent`` the kernel stops the
    servers when the calling process ends, however it ends (Linux).
    """
    return Servers(Path(data_dir), durable=durable).start(die_with_parent=die_with_parent)


def _make_root(root: Path) -> None:
    # As root the servers run as another user, who must be able to walk through (not to list) this folder.
    mode = 0o711 if os.geteuid() == 0 else 0o700
    if not root.exists():
        root.mkdir(parents=True, mode=mode)
        root.chmod(mode)
