"""A real portal with its demonstration programme, and a real Chromium that notices what goes wrong.

The portal is the one of `make run` (web, worker, clock, PostgreSQL, Valkey) in a folder of its own. A page
that shows an error in the console, a CSP report or a failed request fails the journey it belongs to.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright
from redis import Redis

from okoce.embedded.servers import Servers
from tests.journeys.known_numbers import numbers_of_the_list

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
AXE_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
START_SECONDS = 900  # a slow machine makes the tables and the demonstration in three minutes
# Parts of an address that differ from one thing of a kind to the next.
ONE_OF_A_KIND = re.compile(
    r"/(?:[A-Z]{2}-[A-Z]{2}-\d+|\d+|[0-9a-f-]{36}|acara/[^/]+|ditemukan/[^/]+)(?=/)|=[^&#]*|#.*"
)
LOOKED_AT: set[tuple[str, str, bool, int]] = set()  # what axe has seen in this run
WAIT = 40_000  # milliseconds for anything to appear, also while a slow machine still does other work
expect.set_options(timeout=WAIT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/journeys" in str(item.path):
            item.add_marker(pytest.mark.journey)


# What would make the new portal join the servers or the settings of the tests that start it.
NOT_INHERITED = {
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "OKOCE_ENV",
    "OKOCE_THROWAWAY",
    "SECRET_KEY",
    "ENCRYPTION_KEYS",
    "LOOKUP_KEY",
    "VAPID_PRIVATE_KEY",
    "DJANGO_SETTINGS_MODULE",
}
RUN = (
    "import os, sys; from pathlib import Path; from okoce.embedded.supervisor import Supervisor;"
    "sys.exit(Supervisor(dict(os.environ), local=Path(sys.argv[1])).run())"
)


@dataclass
class Portal:
    """A running portal: where it is, and who may sign in."""

    address: str
    local: Path
    password: str
    participants: list[dict[str, str]]
    push_port: int = 0  # where it looks for a push service: a journey starts one there

    @classmethod
    def at(cls, address: str, local: Path, push_port: int = 0) -> Portal:
        demo = json.loads((local / "demo.json").read_text())
        return cls(address, local, demo["password"], demo["participants"], push_port)

    def participant(self, story: str) -> dict[str, str]:
        """The demonstration's participant by the part they play: ``learning``, ``stall`` or ``reserve``."""
        return next(p for p in self.participants if p["story"] == story)

    def forget_tries(self) -> None:
        """All journeys come from one address: the hourly limits of sign-in codes begin anew for each."""
        with Redis.from_url(Servers(self.local).redis_url) as cache:
            for key in cache.scan_iter("*tries:*"):
                cache.delete(key)


def _free_ports(count: int) -> list[int]:
    """Different ones, below those from which the system takes one for each connection that somebody opens."""
    found: list[int] = []
    for port in random.SystemRandom().sample(range(20_000, 32_000), 200):
        with socket.socket() as s, suppress(OSError):
            s.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == count:
            break
    return found


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """The portal of the journeys; while writing them one that runs already may be used:
    ``OKOCE_JOURNEY_LOCAL=.local OKOCE_JOURNEY_URL=http://localhost:8000``.
    """
    if running := os.environ.get("OKOCE_JOURNEY_LOCAL"):
        push_port = int(os.environ.get("OKOCE_JOURNEY_PUSH", "0"))  # of its PUSH_STAND_IN
        yield Portal.at(
            os.environ.get("OKOCE_JOURNEY_URL", "http://localhost:8000"), Path(running), push_port
        )
        return
    local = Path(tempfile.mkdtemp(prefix="okoce-journeys-"))
    local.chmod(0o755)
    port, push_port = _free_ports(2)
    own = {
        "PUSH_STAND_IN": f"127.0.0.1:{push_port}",
        "OKOCE_PORT": str(port),
        "DEMO": "1",
        "DEMO_FILE": str(local / "demo.json"),
        "MEDIA_ROOT": str(local / "media"),
    }
    with (local / "supervisor.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(local)],
            cwd=PROJECT,
            env={k: v for k, v in os.environ.items() if k not in NOT_INHERITED} | own,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    address = f"http://localhost:{port}"
    try:
        _wait_until_it_answers(address, process, local)
        yield Portal.at(address, local, push_port)
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
def listed() -> tuple[set[str], set[str]]:
    """The NIKs and phone numbers of everybody in the demonstration's list."""
    return numbers_of_the_list()


@pytest.fixture(scope="session")
def playing() -> Iterator[Playwright]:
    """One for the whole run: a thread holds no second."""
    if CHROMIUM is None:
        pytest.fail("The journeys need Debian's chromium.", pytrace=False)
    with sync_playwright() as play:
        yield play


@pytest.fixture(scope="session")
def browser(playing: Playwright) -> Iterator[Browser]:
    chromium = playing.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield chromium
    chromium.close()


SIDEWAYS = """() => {
    const room = document.documentElement.clientWidth, over = document.documentElement.scrollWidth - room;
    if (over <= 0) return "";
    const reaches = e => e.getBoundingClientRect().right;
    const wide = [...document.body.querySelectorAll("*")].filter(e => reaches(e) > room + 1);
    return over + " px: " + wide.slice(-3).map(e => e.outerHTML.slice(0, 120)).join(" | ");
}"""


@dataclass
class Visitor:
    """One person at one device. Collects what the browser complains about."""

    portal: Portal
    context: BrowserContext
    page: Page
    javascript: bool = True
    dark: bool = False
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    codes_read: set[str] = field(default_factory=set)

    # ------------------------------------------------------------ going about
    def goto(self, path: str) -> None:
        self.page.goto(self.portal.address + path)

    def visit(self, *paths: str) -> None:
        """Opens each page and looks at it closely."""
        for path in paths:
            self.goto(path)
            self.check()

    def follow(self, name: str | re.Pattern[str], *, within: str = "main", role: str = "link") -> None:
        """Presses the link (or button) with these words and waits for the page behind it."""
        with self.page.expect_navigation():
            self.page.locator(within).get_by_role(role, name=name).first.click()

    def press(self, name: str | re.Pattern[str], *, within: str = "main") -> None:
        self.follow(name, within=within, role="button")

    def menu(self, name: str, *, role: str = "link") -> None:
        """From the header's menu, which is folded on a phone."""
        folded = self.page.locator("header details.oo-menu > summary").locator("visible=true")
        if folded.count():
            folded.first.click()
        with self.page.expect_navigation():
            entry = re.compile(rf"^{name}\b")  # a figure may stand behind it
            self.page.get_by_role(role, name=entry).locator("visible=true").first.click()

    def sees(self, *words: str | re.Pattern[str], within: str = "main") -> None:
        """These words stand on the page (waits for them)."""
        for some in words:
            expect(self.page.locator(within)).to_contain_text(some)

    def fill(self, **values: str) -> None:
        """Fields by name; radio buttons and selects by value."""
        for name, value in values.items():
            field_ = self.page.locator(f"main [name='{name}']")
            kind = field_.first.evaluate("e => e.type")
            if kind == "radio":
                self.page.locator(f"main [name='{name}'][value='{value}']").check()
            elif kind == "checkbox":
                field_.set_checked(bool(value))
            elif kind.startswith("select"):
                field_.select_option(value)
            else:
                field_.fill(value)

    # ------------------------------------------------------------ signing in
    def sign_in_staff(self, username: str) -> None:
        self.goto("/masuk/petugas/")
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", self.portal.password)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/masuk/petugas/" not in url)

    def ask_code(self, phone: str) -> None:
        self.goto("/peserta/masuk/")
        self.page.fill("main [name=phone]", phone)
        self.page.press("main [name=phone]", "Enter")
        self.page.wait_for_url("**/peserta/masuk/kode/")

    def sign_in_participant(self, phone: str, number: str) -> None:
        """With the phone number and the code that arrives on it."""
        self.ask_code(phone)
        self.page.fill("[name=code]", self.newest_code(number))
        self.page.press("[name=code]", "Enter")
        self.page.wait_for_url("**/status/")

    def newest_code(self, number: str = "") -> str:
        """The six digits a participant reads on the phone: from the demonstration's page of messages.

        With a participant number only messages to that person count. No code is given twice.
        """
        other = self.context.new_page()
        until = time.monotonic() + 20
        try:
            while time.monotonic() < until:
                other.goto(self.portal.address + "/demo/pesan/")
                letters = other.locator("main li", has_text=number).all_inner_texts()
                for code in (
                    c for letter in letters for c in re.findall(r"(?<!\d)(\d{6})(?!\d)", letter)[:1]
                ):
                    if code not in self.codes_read:
                        self.codes_read.add(code)
                        return code
                    break
        finally:
            other.close()
        pytest.fail(f"No new code for {number or 'anybody'} on the page of outgoing messages.")

    # ------------------------------------------------------------ looking closely
    def check(self, where: str = "") -> None:
        """The page has no accessibility violation and does not scroll sideways at 320 px.

        One page of a kind, in one light and width, is enough for axe; ``where`` names a state of a page that
        is to be looked at as well.
        """
        page = where or ONE_OF_A_KIND.sub("", self.page.url)
        looked_at = (page, self.page.title(), self.dark, self.page.viewport_size["width"])
        where = f"{where}: {self.page.url}"
        # axe waits for promises, which never come true where scripts are off.
        if self.javascript and looked_at not in LOOKED_AT:
            violations = Axe().run(self.page, options=AXE_RULES).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"][:200]) for v in violations] == [], where
            LOOKED_AT.add(looked_at)
        size = self.page.viewport_size
        self.page.set_viewport_size({"width": 320, "height": 700})
        over = self.page.evaluate(SIDEWAYS)
        self.page.set_viewport_size(size)
        assert over == "", f"{where} scrolls sideways at 320 px"


@pytest.fixture
def visitor(portal: Portal, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """`visitor(width=390, javascript=True)` opens a browser; at the end nothing may have gone wrong in it."""
    visitors: list[Visitor] = []
    portal.forget_tries()

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
        context.set_default_timeout(WAIT)
        person = Visitor(portal, context, context.new_page(), javascript, dark)
        listen(person)
        visitors.append(person)
        return person

    yield open_browser
    for person in visitors:
        person.context.close()
    complaints = [
        c for person in visitors for c in person.complaints if not any(e in c for e in person.expected)
    ]
    assert complaints == []


def listen(person: Visitor) -> None:
    """Notes what the browser says: errors and CSP reports of the console, failed scripts, refusals."""
    say = person.complaints.append
    page = person.page
    # "Failed to load resource" says less than the answer itself, which is noted below.
    page.on("console", lambda m: say(m.text) if m.type == "error" and "status of" not in m.text else None)
    page.on("pageerror", lambda e: say(str(e)))
    page.on("response", lambda r: say(f"{r.status} {r.request.method} {r.url}") if r.status >= 400 else None)
