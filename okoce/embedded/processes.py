"""Small facts about processes, and starting them so that nothing is left behind."""

# ruff: noqa: S603, S607 (every program and every SQL word below is written here, nothing comes from outside)

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def is_alive(pid: int) -> bool:
    """Whether a process with this number runs; a finished child nobody has collected does not count."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    with contextlib.suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    return True


def command_line(pid: int) -> str:
    """The command line of a process, empty when it cannot be learned."""
    proc = Path(f"/proc/{pid}/cmdline")
    if proc.parent.parent.joinpath("self").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    answer = subprocess.run(
        ["ps", "-p", str(pid), "-o", "args="], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()


def wait_until(met: Callable[[], bool], *, seconds: float, every: float = 0.05) -> bool:
    """Ask ``met`` again and again for at most ``seconds``; whether it came true."""
    end = time.monotonic() + seconds
    while not met():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True


def stop(pid: int, *, first: signal.Signals, seconds: float, group: bool = False) -> None:
    """Ask a process to end, wait, and kill it when it does not; with ``group`` its whole process group."""

    def send(what: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if group:
                os.killpg(pid, what)
            else:
                os.kill(pid, what)

    def is_gone() -> bool:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        return not is_alive(pid)

    send(first)
    if not wait_until(is_gone, seconds=seconds):
        send(signal.SIGKILL)
        wait_until(is_gone, seconds=5)


def end_with_parent(with_signal: signal.Signals) -> Callable[[], None] | None:
    """A ``preexec_fn`` that lets the kernel send ``with_signal`` to the child when its parent is killed.

    Linux only; elsewhere the next start finds and stops what was left behind.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def prepare() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(with_signal))
        if os.getppid() != parent:  # the parent died in between: nobody would ever tell us
            os._exit(1)

    return prepare


def free_port(preferred: int = 0) -> int:
    """A free port of the loopback address, ``preferred`` when it is free."""
    for port in (preferred, 0) if preferred else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log file."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 16_384))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def open_log(path: Path, *, largest: int = 5_000_000) -> int:
    """A descriptor that appends to the log; a log grown beyond ``largest`` bytes is set aside first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > largest:
        path.replace(path.with_name(path.name + ".1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
