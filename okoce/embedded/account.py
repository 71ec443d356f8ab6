"""Under which user the embedded servers run.

PostgreSQL refuses to run as root, and rightly. Started by root, the servers therefore run as the owner of the
checkout when that is an ordinary user (``sudo make run``), otherwise as ``nobody``. No user is created and no
folder of the machine is opened to others: when the checkout lies behind a closed folder such as /root, the
servers keep one right of root, to pass closed folders (CAP_DAC_OVERRIDE), and nothing else of it.
"""

# ruff: noqa: S603 (every program and every SQL word below is written here, nothing comes from outside)

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from okoce.embedded.problems import StartProblem
from okoce.embedded.processes import end_with_parent

_CAPABILITY = "-all,+dac_override"


@dataclass(frozen=True)
class Account:
    """Starts programs of the embedded servers as the right user."""

    uid: int
    gid: int
    passes_closed_folders: bool = False

    @property
    def is_mine(self) -> bool:
        return self.uid == os.geteuid()

    def run(self, args: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, its output captured as text."""
        command, more = self._as_user(args)
        return subprocess.run(
            command, capture_output=True, text=True, cwd="/", check=False, **more, **options
        )

    def start(
        self, args: list[str], *, log: int, env: dict[str, str], die_with_parent: signal.Signals | None
    ) -> subprocess.Popen[bytes]:
        """Start a server in a session of its own: Ctrl-C in the terminal reaches the supervisor only."""
        command, more = self._as_user(args, die_with_parent)
        if die_with_parent and not self.passes_closed_folders:
            more["preexec_fn"] = end_with_parent(die_with_parent)
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=env,
            start_new_session=True,
            **more,
        )

    def _as_user(
        self, args: list[str], die_with_parent: signal.Signals | None = None
    ) -> tuple[list[str], dict[str, Any]]:
        if self.is_mine:
            return args, {}
        if not self.passes_closed_folders:
            return args, {"user": self.uid, "group": self.gid, "extra_groups": []}
        drop = [
            "setpriv",
            f"--reuid={self.uid}",
            f"--regid={self.gid}",
            "--clear-groups",
            f"--inh-caps={_CAPABILITY}",
            f"--ambient-caps={_CAPABILITY}",
            f"--bounding-set={_CAPABILITY}",
            # Without it access(2), by which PostgreSQL finds its own programs, ignores the capability.
            "--securebits=+no_setuid_fixup",
        ]
        if die_with_parent:
            drop.append(f"--pdeathsig={die_with_parent.name.removeprefix('SIG')}")
        return [*drop, *args], {}


def choose_account(*, data: Path, checkout: Path, program: Path) -> Account:
    """The user for servers whose files lie in ``data``, which exists, and who must reach ``program``."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    user = _ordinary_user(data, checkout)
    account = Account(user.pw_uid, user.pw_gid)
    if _can_use(account, data, program):
        return account
    account = Account(user.pw_uid, user.pw_gid, passes_closed_folders=True)
    if shutil.which("setpriv") and _can_use(account, data, program):
        return account
    raise StartProblem(
        f"PostgreSQL does not run as root, and the user {user.pw_name} cannot enter {data.parent}. "
        f"Move the checkout to an open folder such as /srv, or run as an ordinary user."
    )


def _ordinary_user(data: Path, checkout: Path) -> pwd.struct_passwd:
    for owner in (data.stat().st_uid, checkout.stat().st_uid):
        if owner != 0:
            try:
                return pwd.getpwuid(owner)
            except KeyError:
                continue
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise StartProblem(
            "PostgreSQL does not run as root and there is no user 'nobody'. Run as an ordinary user."
        ) from None


def _can_use(account: Account, data: Path, program: Path) -> bool:
    script = 'cd "$1" && test -x "$2" && "$2" --version'
    try:
        return account.run(["/bin/sh", "-c", script, "sh", str(data.parent), str(program)]).returncode == 0
    except OSError:
        return False
