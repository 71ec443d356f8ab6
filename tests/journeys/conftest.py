"""A real portal with its demonstration programme, and a real Chromium that notices what goes wrong on a page.

The portal is the one of `make run` (web, worker, clock, PostgreSQL, Valkey) in a folder of its own. A page that shows an error in the
console, a CSP report or a failed request fails the journey it belongs to.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
START_SECONDS = 300


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/journeys" in str(item.path):
            item.add_marker(pytest.mark.journey)


@dataclass
class Portal:
    """A running portal: where it is, and who may sign in."""

    address: str
    password: str
    participants: list[dict[str, str]]

    def participant(self, story: str) -> dict[str, str]:
        """The demonstration's participant by the part they play: ``learning``, ``stall`` or ``reserve``."""
        return next(p for p in self.participants if p["story"] == story)


def _free_port() -> int:
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    if os.environ.get(
        "OKOCE_JOURNEY_LOCAL"
    ):  # a portal that runs already: OKOCE_JOURNEY_LOCAL=.local, port 8000
        demo = json.loads((Path(os.environ["OKOCE_JOURNEY_LOCAL"]) / "demo.json").read_text())
        yield Portal(
            os.environ.get("OKOCE_JOURNEY_URL", "http://localhost:8000"),
            demo["password"],
            demo["participants"],
        )
        return
    local = Path(tempfile.mkdtemp(prefix="okoce-journeys-"))
    local.chmod(0o755)
    port = _free_port()
    log = (local / "supervisor.log").open("w")
    keep = {
        k: v
        for k, v in os.environ.items()
        if k not in {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "OKOCE_ENV"}
    }
    keep = {
        k: v
        for k, v in keep.items()
        if k not in {"SECRET_KEY", "ENCRYPTION_KEYS", "LOOKUP_KEY", "DJANGO_SETTINGS_MODULE"}
    }
    keep.pop("OKOCE_THROWAWAY", None)
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import os, sys; from pathlib import Path; from okoce.embedded.supervisor import Supervisor;"
            "sys.exit(Supervisor(dict(os.environ), local=Path(sys.argv[1])).run())",
            str(local),
        ],
        cwd=PROJECT,
        env={
            **keep,
            "OKOCE_PORT": str(port),
            "DEMO": "1",
            "DEMO_FILE": str(local / "demo.json"),
            "MEDIA_ROOT": str(local / "media"),
        },
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    address = f"http://localhost:{port}"
    try:
        _wait_until_it_answers(address, process, local)
        demo = json.loads((local / "demo.json").read_text())
        yield Portal(address, demo["password"], demo["participants"])
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        shutil.rmtree(local, ignore_errors=True)


def _wait_until_it_answers(address: str, process: subprocess.Popen, local: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        said = (local / "supervisor.log").read_text()
        if process.poll() is not None:
            pytest.fail(f"The portal did not start:\n{said[-4000:]}", pytrace=False)
        if "sudin.jakbar" in said:
            with urllib.request.urlopen(address, timeout=30) as answer:
                assert answer.status == 200
            return
        time.sleep(0.5)
    pytest.fail(f"The portal did not answer within {START_SECONDS} s:\n{said[-4000:]}", pytrace=False)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("The journeys need Debian's chromium.", pytrace=False)
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@dataclass
class Visitor:
    """One person at one device. Collects what the browser complains about."""

    portal: Portal
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def goto(self, path: str) -> None:
        self.page.goto(self.portal.address + path)

    def sign_in_staff(self, username: str) -> None:
        self.goto("/masuk/petugas/")
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", self.portal.password)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/masuk/" not in url)

    def newest_code(self) -> str:
        """The six digits a participant reads on the phone: from the demonstration's page of outgoing messages."""
        import re

        other = self.context.new_page()
        other.goto(self.portal.address + "/demo/pesan/")
        found = re.search(r"(?<!\d)(\d{6})(?!\d)", other.inner_text("main"))
        other.close()
        assert found, "no code on the page of outgoing messages"
        return found.group(1)

    def check(self, where: str = "") -> None:
        """The page has no accessibility violation and does not scroll sideways at 320 px."""
        where = where or self.page.url
        if self.javascript:
            violations = Axe().run(self.page, options=AXE_RULES).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"][:200]) for v in violations] == [], where
        size = self.page.viewport_size
        self.page.set_viewport_size({"width": 320, "height": 700})
        if self.javascript:
            wide = self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, f"{where} is {wide} px too wide at 320 px"
        self.page.set_viewport_size(size)

    javascript: bool = True


@pytest.fixture
def visitor(portal: Portal, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """`visitor(width=390, javascript=True)` opens a browser; at the end nothing may have gone wrong in it."""
    visitors: list[Visitor] = []

    def open_browser(*, width: int = 1280, javascript: bool = True, dark: bool = False) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 600 else 900},
            color_scheme="dark" if dark else "light",
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            is_mobile=width < 600,
            has_touch=width < 600,
            java_script_enabled=javascript,
            accept_downloads=True,
        )
        context.set_default_timeout(30_000)
        page = context.new_page()
        person = Visitor(portal, context, page, javascript=javascript)
        page.on("console", lambda m: person.complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: person.complaints.append(str(e)))
        page.on(
            "response", lambda r: person.complaints.append(f"{r.status} {r.url}") if r.status >= 500 else None
        )
        visitors.append(person)
        return person

    yield open_browser
    for person in visitors:
        person.context.close()
    complaints: list[Any] = [
        c for person in visitors for c in person.complaints if not any(e in c for e in person.expected)
    ]
    assert complaints == []
