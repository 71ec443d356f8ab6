"""The supervisor behind ``make run``: servers, preparation, web, worker, clock; one Ctrl-C stops them all."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, Any, Final

from okoce.embedded import cloud_api, sms_gateway
from okoce.embedded.children import Child, mail_child, portal_children, reason, sms_child, whatsapp_child
from okoce.embedded.places import LOCAL, refuse_foreign_tree
from okoce.embedded.portal import demonstration_lines, portal_environment
from okoce.embedded.ports import (
    next_free_port,
    own_address,
    port_is_free,
    portal_address,
    status_of_home_page,
)
from okoce.embedded.prepare import Preparation
from okoce.embedded.problems import StartProblem
from okoce.embedded.processes import (
    command_line,
    free_port,
    is_alive,
    stop,
    tail,
    wait_until,
)
from okoce.embedded.secrets import write_private
from okoce.embedded.servers import Servers

DEFAULT_PORT: Final = 8000
WEBHOOK: Final = "/pesan/whatsapp/"
SMS_RECEIPTS: Final = "/pesan/sms/"
OURS: Final = ("okoce.wsgi", "-A okoce", "okoce.embedded.cloud_api", "okoce.embedded.sms_gateway")


class Stopped(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal: leave what is being done and stop in order."""


def say(line: str) -> None:
    print(line, flush=True)


@dataclass
class Supervisor:
    """Runs the portal of this checkout in the foreground."""

    given: Mapping[str, str]
    local: Path = LOCAL
    children: list[Child] = field(default_factory=list)
    servers: Servers | None = None
    preparation: Preparation | None = None
    stopping: bool = False
    hurry: bool = False
    trouble_until: float = 0.0
    mail_port: int | None = None  # of the demonstration's own SMTP server
    whatsapp_port: int | None = None  # of the demonstration's own Cloud API
    sms_port: int | None = None  # of its own SMS gateway

    def run(self) -> int:
        """Start everything, watch over it until a signal comes, stop everything; the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        began = time.monotonic()
        try:
            refuse_foreign_tree(self.local)
            self.local.mkdir(mode=0o755, exist_ok=True)
            with only_one(self.local) as lock:
                try:
                    self._start(began, lock)
                    self._watch()
                finally:
                    self.stopping = True
                    self._stop()
        except Stopped:
            say("Stopped. The data are kept; make run starts again.")
            return 0
        except StartProblem as problem:
            say(f"\nThe portal could not start. {problem}")
            return 1
        return 0

    def _start(self, began: float, lock: IO[str]) -> None:
        self._clear_leftovers()
        host, port = self._choose_address()
        address = portal_address(host, port)
        lock.seek(0)
        lock.truncate()
        json.dump({"pid": os.getpid(), "address": address}, lock)
        lock.flush()
        env = self._start_servers(address, port)
        self.preparation = Preparation(
            env=env,
            identity=self._identity(env),
            memory=self.local / "prepared.json",
            log=self.local / "log" / "prepare.log",
            say=say,
        )
        self.preparation.run()
        self.preparation = None
        self.children = portal_children(host, port)
        web, *others = self.children
        if self.mail_port is not None:
            mail = mail_child(self.mail_port)
            self.children.append(mail)
            mail.start(env, self._logs)
        if self.whatsapp_port is not None:
            whatsapp = whatsapp_child(self.whatsapp_port, own_address(host, port) + WEBHOOK)
            self.children.append(whatsapp)
            whatsapp.start(env, self._logs)
        if self.sms_port is not None:
            sms = sms_child(self.sms_port, own_address(host, port) + SMS_RECEIPTS)
            self.children.append(sms)
            sms.start(env, self._logs)
        web.start(env, self._logs)
        self._env = env
        self._remember()
        status = self._wait_for_page(web, host, port)
        for child in others:
            child.start(env, self._logs)
        self._remember()
        self._announce(address, status, time.monotonic() - began)

    @property
    def _logs(self) -> Path:
        return self.local / "log"

    def _choose_address(self) -> tuple[str, int]:
        host = self.given.get("OKOCE_HOST", "").strip() or "127.0.0.1"
        asked = self.given.get("OKOCE_PORT", "").strip()
        if asked and not (asked.isascii() and asked.isdigit() and 0 < int(asked) < 65536):
            raise StartProblem(f"OKOCE_PORT is {asked!r}; it must be a number from 1 to 65535.")
        port = int(asked) if asked else DEFAULT_PORT
        if not port_is_free(host, port):
            other = next_free_port(host, port)
            if asked:
                raise StartProblem(
                    f"Port {port} is in use by another program. "
                    f"Choose another one, for example: OKOCE_PORT={other} make run"
                )
            say(f"Port {port} is in use by another program; using {other}. Choose with OKOCE_PORT=… make run")
            port = other
        return host, port

    def _start_servers(self, address: str, port: int) -> dict[str, str]:
        own_database = not self.given.get("DATABASE_URL")
        own_redis = not self.given.get("REDIS_URL")
        self.servers = Servers(self.local)
        if own_database or own_redis:
            names = [name for name, own in (("PostgreSQL", own_database), ("Valkey", own_redis)) if own]
            say(f"Starting {' and '.join(names)} …")
        self.servers.start(postgres=own_database, valkey=own_redis, die_with_parent=True)
        given = {
            "DEMO": "1",
            "PORTAL_URL": address,
            **{name: value for name, value in self.given.items() if value},
            "OKOCE_PORT": str(port),
        }
        if given["DEMO"] == "1" and not given.get("EMAIL_URL"):
            self.mail_port = free_port()
            given["EMAIL_URL"] = f"smtp://127.0.0.1:{self.mail_port}"
        if given["DEMO"] == "1" and not given.get("WHATSAPP_TOKEN"):
            self.whatsapp_port = free_port()
            given |= cloud_api.settings_of_the_demonstration(self.whatsapp_port)
        if given["DEMO"] == "1" and not given.get("SMS_GATEWAY"):
            self.sms_port = free_port()
            given |= sms_gateway.settings_of_the_demonstration(self.sms_port)
        return portal_environment(self.servers, given)

    def _identity(self, env: Mapping[str, str]) -> str:
        """Names the database, so that a new one is prepared from the beginning."""
        assert self.servers is not None
        if self.given.get("DATABASE_URL"):
            return hashlib.sha256(env["DATABASE_URL"].encode()).hexdigest()
        made = (self.servers.places.database / "PG_VERSION").stat()
        return f"{made.st_ino}-{made.st_mtime_ns}"

    def _wait_for_page(self, web: Child, host: str, port: int) -> int:
        """The status of the home page; 0 when it does not answer within a minute."""
        answered = 0

        def answers() -> bool:
            nonlocal answered
            answered = status_of_home_page(host, port)
            return answered != 0 or web.has_died()

        wait_until(answers, seconds=60, every=0.1)
        if web.has_died():
            raise StartProblem(
                f"The web server ended at once. The last lines of {self._logs / 'web.log'}:\n"
                + tail(self._logs / "web.log", 12)
            )
        return answered

    def _announce(self, address: str, status: int, seconds: float) -> None:
        say("")
        say(f"The portal runs at {address}  (ready after {seconds:.0f} s)")
        if not 200 <= status < 500:
            said = f"with the error {status}" if status else "not at all"
            say(f"  The home page answers {said}: look into {self._logs / 'web.log'}")
        for line in demonstration_lines(self.local / "demo.json"):
            say(line)
        say(f"Logs are in {self._logs}. Ctrl-C stops everything; the data stay.")

    def _watch(self) -> None:
        while True:
            time.sleep(0.25)
            self._revive_servers()
            for child in self.children:
                if child.has_died():
                    assert child.process is not None
                    code = child.process.returncode
                    pause = child.bury()
                    say(f"{child.name} ended unexpectedly ({reason(code)}); again in {pause:.0f} s.")
                    say(f"  Log: {self._logs / child.name}.log")
                elif child.process is None and time.monotonic() >= child.due:
                    child.start(self._env, self._logs)
                    self._remember()

    def _revive_servers(self) -> None:
        assert self.servers is not None
        if time.monotonic() < self.trouble_until:
            return
        for name, server in (("PostgreSQL", self.servers.postgres), ("Valkey", self.servers.valkey)):
            if server.process is None or server.process.poll() is None:
                continue
            say(f"{name} ended unexpectedly ({reason(server.process.returncode)}); starting it again.")
            try:
                server.start(die_with_parent=True)
                say(f"{name} is back.")
            except StartProblem as problem:
                say(f"{problem} Trying again in 5 s.")
                self.trouble_until = time.monotonic() + 5

    def _stop(self) -> None:
        if self.preparation is not None:
            self.preparation.interrupt()
        if self.children or (self.servers and (self.servers.postgres.process or self.servers.valkey.process)):
            say("\nStopping …")
        # The clock first, so that nothing new is asked for; the database last.
        for child in reversed(self.children):
            child.stop(at_once=self.hurry)
        if self.servers is not None:
            if self.servers.valkey.process is not None:
                self.servers.valkey.stop()
            if self.servers.postgres.process is not None:
                self.servers.postgres.stop()
        with contextlib.suppress(OSError):
            self._memory.unlink()

    @property
    def _memory(self) -> Path:
        return self.local / "processes.json"

    def _remember(self) -> None:
        running = {child.name: child.process.pid for child in self.children if child.process}
        write_private(self._memory, json.dumps(running) + "\n")

    def _clear_leftovers(self) -> None:
        """End what a killed supervisor left behind."""
        with contextlib.suppress(OSError, ValueError):
            for name, pid in dict(json.loads(self._memory.read_text())).items():
                words = command_line(pid)
                if is_alive(pid) and any(ours in words for ours in OURS):
                    stop(pid, first=signal.SIGTERM, seconds=5)
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.killpg(pid, signal.SIGKILL)
                    say(f"Ended {name} (process {pid}), left behind by a portal that was killed.")
        stop_servers(self.local, say_so=True)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.stopping:
            self.hurry = True
            return
        self.stopping = True
        raise Stopped


@contextlib.contextmanager
def only_one(local: Path) -> Any:
    """One supervisor per checkout; the kernel frees the lock even when it is killed."""
    with (local / "supervisor.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            running = _running_portal(local)
            raise StartProblem(
                f"The portal of this folder runs already at {running.get('address', 'an unknown address')} "
                f"(process {running.get('pid', '?')}). Stop it there with Ctrl-C, or with: make stop"
            ) from None
        try:
            yield lock
        finally:
            lock.truncate(0)


def _running_portal(local: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((local / "supervisor.lock").read_text()))
    except (OSError, ValueError):
        return {}


def stop_portal(local: Path = LOCAL) -> bool:
    """Stop the portal of this checkout and its servers, whoever started them; whether anything ran."""
    pid = _running_portal(local).get("pid")
    ran = False
    if pid and is_alive(pid) and "okoce.embedded" in command_line(pid):
        stop(pid, first=signal.SIGTERM, seconds=60)
        ran = True
    return stop_servers(local) or ran


def stop_servers(local: Path, *, say_so: bool = False) -> bool:
    """Stop servers of ``local`` that run without a supervisor; whether any did."""
    if not (local / "secrets.json").exists():
        return False
    servers = Servers(local)
    found = servers.postgres.pid is not None or servers.valkey.pid is not None
    if found:
        servers.stop()
        if say_so:
            say("Stopped the servers left running by a portal that was killed.")
    return found
