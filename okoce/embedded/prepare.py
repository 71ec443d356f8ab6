"""Brings database, data and files of the portal up to date before it serves; skips what is done already.

Each step remembers a fingerprint of what it read. A second start compares fingerprints and is quick.
"""

# ruff: noqa: S603 (every command below is written here)

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from okoce.embedded.places import PROJECT
from okoce.embedded.portal import as_owner
from okoce.embedded.problems import StartProblem
from okoce.embedded.processes import end_with_parent, open_log, stop, tail
from okoce.embedded.secrets import write_private

_TERM: Final = signal.SIGTERM
PACKAGES: Final = ("okoce", "participants", "trainings", "bazaars")


@dataclass(frozen=True)
class Step:
    """One command. ``reads`` are glob patterns of the files whose change makes it run again."""

    what: str
    command: tuple[str, ...]
    reads: tuple[str, ...] = ()
    of_database: bool = True
    by_owner: bool = False
    demo_only: bool = False
    vital: bool = True


def _manage(*words: str) -> tuple[str, ...]:
    return ("manage.py", *words)


STEPS: Final = (
    Step(
        "translations",
        ("-m", "okoce.ui.translations", "compile"),
        reads=("locale/**/*.po", "okoce/ui/translations.py"),
        of_database=False,
        vital=False,  # a text without Indonesian fails the build, not the portal
    ),
    Step(
        "style sheets and pictures",
        _manage("collectstatic", "--noinput", "-v", "0"),
        reads=("static/**/*", "requirements.lock"),
        of_database=False,
    ),
    Step(
        "tables",
        _manage("migrate", "--noinput", "-v", "0"),
        reads=("*/migrations/*.py", "*/*/migrations/*.py", "requirements.lock"),
        by_owner=True,
    ),
    Step(
        "rights of the application",
        _manage("grant_app_role"),
        reads=("*/migrations/*.py", "*/*/migrations/*.py", "**/commands/grant_app_role.py"),
        by_owner=True,
    ),
    Step(
        "regions",
        _manage("load_regions"),
        reads=("okoce/regions/**/*.csv", "okoce/regions/**/*.json", "okoce/regions/**/load*.py"),
    ),
    Step(
        "organisations",
        _manage("load_organisations"),
        reads=("okoce/organisations/**/*.csv", "okoce/organisations/**/load*.py"),
    ),
    Step(
        "holidays",
        _manage("load_holidays"),
        reads=("trainings/**/load_holidays.py", "trainings/holidays.py", "requirements.lock"),
    ),
    Step("demonstration programme", _manage("load_demo"), demo_only=True),
)


class Preparation:
    """Runs the steps that are due. ``identity`` names the database: another database, everything anew."""

    def __init__(
        self, *, env: Mapping[str, str], identity: str, memory: Path, log: Path, say: Callable[[str], None]
    ) -> None:
        self.env = dict(env)
        self.identity = identity
        self.memory = memory
        self.log = log
        self.say = say
        self._running: subprocess.Popen[bytes] | None = None

    def run(self, steps: tuple[Step, ...] = STEPS) -> None:
        done = self._remembered()
        for step in steps:
            if step.demo_only and self.env.get("DEMO") != "1":
                continue
            if not _exists(step):
                continue
            mark = self._fingerprint(step)
            if done.get(step.what) == mark and not _output_is_missing(step):
                continue
            try:
                self._perform(step)
            except StartProblem:
                if step.vital:
                    raise
                self.say(f"  {step.what}: not complete, see {self.log}")
                continue
            done[step.what] = mark
            write_private(self.memory, json.dumps(done, indent=1) + "\n")

    def interrupt(self) -> None:
        """End the command that runs at this moment."""
        if self._running is not None:
            stop(self._running.pid, first=_TERM, seconds=5, group=True)

    def _perform(self, step: Step) -> None:
        self.say(f"Preparing {step.what} …")
        began = time.monotonic()
        log = open_log(self.log)
        try:
            self._running = subprocess.Popen(
                [sys.executable, *step.command],
                cwd=PROJECT,
                env=as_owner(self.env) if step.by_owner else self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent(_TERM),
            )
        finally:
            os.close(log)
        code = self._running.wait()
        self._running = None
        if code != 0:
            raise StartProblem(
                f"Preparing {step.what} failed ({' '.join(step.command)}). The last lines of {self.log}:\n"
                + tail(self.log, 12)
            )
        if (seconds := time.monotonic() - began) >= 5:
            self.say(f"  {step.what}: {seconds:.0f} s")

    def _fingerprint(self, step: Step) -> str:
        return fingerprint(step, self.identity if step.of_database else "")

    def _remembered(self) -> dict[str, str]:
        try:
            return dict(json.loads(self.memory.read_text()))
        except (OSError, ValueError):
            return {}


def fingerprint(step: Step, identity: str = "") -> str:
    """Changes with the command, the files it reads and ``identity`` (the database it works on)."""
    mark = hashlib.sha256(identity.encode())
    mark.update(" ".join(step.command).encode())
    for path in sorted({path for pattern in step.reads for path in PROJECT.glob(pattern)}):
        if path.is_file():
            mark.update(str(path.relative_to(PROJECT)).encode() + b"\0")
            mark.update(hashlib.sha256(path.read_bytes()).digest())
    return mark.hexdigest()


def _exists(step: Step) -> bool:
    if step.command[0] == "-m":
        return (PROJECT / (step.command[1].replace(".", "/") + ".py")).exists()
    name = step.command[1]
    if name in {"migrate", "collectstatic"}:
        return True
    return any(
        path for package in PACKAGES for path in (PROJECT / package).glob(f"**/management/commands/{name}.py")
    )


def _output_is_missing(step: Step) -> bool:
    """Files made by a step can be deleted without its sources changing."""
    if "collectstatic" in step.command:
        return not (PROJECT / "staticfiles" / "staticfiles.json").exists()
    if step.command[0] == "-m":
        return not any((PROJECT / "locale").glob("*/LC_MESSAGES/*.mo"))
    return False
