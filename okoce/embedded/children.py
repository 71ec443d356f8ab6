"""The processes of the portal that the supervisor watches over."""

# ruff: noqa: S603 (every command below is written here)

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from okoce.embedded.places import PROJECT
from okoce.embedded.processes import end_with_parent, open_log, stop

_LONGEST_WAIT: Final = 30.0
_STEADY_AFTER: Final = 60.0
_QUIET: Final = ("--without-gossip", "--without-mingle")


@dataclass
class Child:
    """One process of the portal, started again when it dies, each time after a longer wait."""

    name: str
    command: list[str]
    patience: float  # seconds it may take to end in order
    process: subprocess.Popen[bytes] | None = None
    born: float = 0.0
    wait: float = 1.0
    due: float = 0.0

    def start(self, env: Mapping[str, str], logs: Path) -> None:
        log = open_log(logs / f"{self.name}.log")
        try:
            self.process = subprocess.Popen(
                self.command,
                cwd=PROJECT,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent(signal.SIGTERM),
            )
        finally:
            os.close(log)
        self.born = time.monotonic()

    def has_died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def bury(self) -> float:
        """Clear away what a dead process left, and say after how many seconds to start it again."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        if time.monotonic() - self.born > _STEADY_AFTER:
            self.wait = 1.0
        pause, self.wait = self.wait, min(self.wait * 2, _LONGEST_WAIT)
        self.process, self.due = None, time.monotonic() + pause
        return pause

    def stop(self, *, at_once: bool = False) -> None:
        if self.process is None:
            return
        process, self.process = self.process, None
        if process.poll() is None:
            stop(process.pid, first=signal.SIGTERM, seconds=0.2 if at_once else self.patience)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # its own children, if any outlived it
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)


def portal_children(host: str, port: int) -> list[Child]:
    """Web, worker and clock, in the order of starting."""
    celery = [sys.executable, "-m", "celery", "-A", "okoce"]
    return [
        Child(
            "web",
            [
                *(sys.executable, "-m", "granian", "okoce.wsgi:application", "--interface", "wsgi"),
                *("--host", host, "--port", str(port), "--workers", "2", "--blocking-threads", "8"),
                *("--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", "5"),
            ],
            patience=8,
        ),
        Child(
            "worker",
            [
                *celery,
                "worker",
                "--concurrency",
                "2",
                "--loglevel",
                "INFO",
                "--without-gossip",
                "--without-mingle",
            ],
            patience=10,
        ),
        Child("clock", [*celery, "beat", "--loglevel", "INFO", "--pidfile="], patience=5),
    ]


def mail_child(port: int) -> Child:
    """A real SMTP server that takes every message and keeps none: where the demonstration sends its mail."""
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink"]
    return Child("mail", [*command, "-l", f"127.0.0.1:{port}"], patience=3)


def whatsapp_child(port: int, webhook: str) -> Child:
    """A server that speaks Meta's Cloud API: where the demonstration sends its WhatsApp messages."""
    command = [sys.executable, "-m", "okoce.embedded.cloud_api", str(port), webhook]
    return Child("whatsapp", command, patience=3)


def sms_child(port: int, webhook: str) -> Child:
    """An SMS gateway: where the demonstration sends what does not arrive by WhatsApp, and sign-in codes."""
    command = [sys.executable, "-m", "okoce.embedded.sms_gateway", str(port), webhook]
    return Child("sms", command, patience=3)


def reason(code: int) -> str:
    """An exit code in words."""
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"
