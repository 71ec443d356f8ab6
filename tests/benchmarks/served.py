"""The portal as it is served, and what a request costs: CPU of the web process and of PostgreSQL."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent


def cpu_seconds(pid: int) -> float:
    """Time on a CPU of a process with all its threads and children."""
    total = 0.0
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0]) / 1e9
            children = (task / "children").read_text().split()
            total += sum(cpu_seconds(int(child)) for child in children)
    return total


@dataclass
class Request:
    path: str
    session: str = ""
    body: dict[str, str] | None = None


@dataclass
class Served:
    """One worker with one thread, reached over one connection that is kept open."""

    process: subprocess.Popen
    port: int
    watcher: psycopg.Connection
    database: str

    def __post_init__(self) -> None:
        self.client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def ask(self, request: Request) -> tuple[int, bytes]:
        cookies = [f"sessionid={request.session}"] if request.session else []
        headers = {"Accept-Language": "id"}
        body = None
        if request.body is not None:
            token = "a" * 32
            cookies.append(f"csrftoken={token}")
            body = urlencode({**request.body, "csrfmiddlewaretoken": token})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if cookies:
            headers["Cookie"] = "; ".join(cookies)
        self.client.request("POST" if body is not None else "GET", request.path, body, headers)
        answer = self.client.getresponse()
        return answer.status, answer.read()

    def backends(self) -> list[int]:
        rows = self.watcher.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", [self.database]
        )
        return [pid for (pid,) in rows]

    def cost(self, request: Request, times: int) -> float:
        """Milliseconds of CPU a request, web and PostgreSQL together."""
        self.ask(request)
        backends = self.backends()
        before = cpu_seconds(self.process.pid) + sum(map(cpu_seconds, backends))
        for _ in range(times):
            self.ask(request)
        after = cpu_seconds(self.process.pid) + sum(map(cpu_seconds, backends))
        return (after - before) / times * 1000

    def costs(self, requests: dict[str, Request], *, rounds: int = 5, times: int = 30) -> dict[str, float]:
        """Medians over interleaved rounds: what disturbs one page disturbs its neighbours too."""
        found: dict[str, list[float]] = {name: [] for name in requests}
        for _ in range(rounds):
            for name, request in requests.items():
                found[name].append(self.cost(request, times))
        return {name: median(values) for name, values in found.items()}


@contextmanager
def served(environment: dict[str, str], watcher: psycopg.Connection, database: str) -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *(
            "--workers",
            "1",
            "--blocking-threads",
            "1",
            "--no-access-log",
            "tests.benchmarks.wsgi:application",
        ),
    ]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, start_new_session=True)
    try:
        _wait_for(port, process)
        yield Served(process, port, watcher, database)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _wait_for(port: int, process: subprocess.Popen) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("the server did not start")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError("the server did not open its port")
