"""Where the embedded servers keep their files."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from okoce.embedded.problems import StartProblem

PROJECT: Final = Path(__file__).resolve().parent.parent.parent
LOCAL: Final = PROJECT / ".local"

# A socket's path may have 107 characters (Linux) or 103 (macOS); "/.s.PGSQL.5432" is 14 of them.
_LONGEST_SOCKET_FOLDER: Final = 88


@dataclass(frozen=True)
class Places:
    """The folders of one pair of servers under ``root``."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "pg" / "data"

    @property
    def database_log(self) -> Path:
        return self.root / "log" / "postgres.log"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    @property
    def valkey_log(self) -> Path:
        return self.root / "log" / "valkey.log"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets.json"

    @property
    def journals(self) -> Path:
        """What its workers note of letters on their way (okoce.notifications.journal)."""
        return self.root / "journals"

    @property
    def socket_folder(self) -> Path:
        """A folder for the database's socket, outside its data, short enough for a checkout however deep.

        Outside the data because a base backup would copy the socket's lock file with them.
        """
        inside = self.root / "run"
        if len(os.fsencode(inside)) <= _LONGEST_SOCKET_FOLDER:
            return inside
        mark = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:10]
        short = Path(tempfile.gettempdir())
        if len(os.fsencode(short)) > _LONGEST_SOCKET_FOLDER - 30:
            short = Path("/tmp")  # noqa: S108 checked by own_folder before use
        return short / f"okoce-{os.getuid()}-{mark}"


def own_folder(path: Path, *, owner: int, mode: int = 0o700) -> Path:
    """Make ``path`` a folder of the user ``owner``; refuse one that somebody else put there.

    In a shared folder such as /tmp another person could have made it first.
    """
    try:
        path.mkdir(mode=mode, parents=True)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.getuid()}:
            raise StartProblem(f"{path} belongs to another user. Remove it and start again.") from None
    if os.getuid() == 0:
        os.chown(path, owner, -1)
    if os.getuid() in {0, owner}:
        path.chmod(mode)
    return path


def refuse_foreign_tree(local: Path = LOCAL) -> None:
    """Refuse, in one line, a ``.local`` that another user made: its files can be neither read nor kept."""
    me = os.geteuid()
    if me == 0 or not local.exists():
        return
    for path in (local, *local.iterdir()) if os.access(local, os.R_OK | os.X_OK) else (local,):
        owner = path.lstat().st_uid
        if owner != me:
            who = "root" if owner == 0 else f"the user with number {owner}"
            raise StartProblem(
                f"{path} belongs to {who}, because the portal was started here by that user before. "
                f"Start it as that user again, or begin anew with: sudo make reset"
            )
