"""A mail server, and two kinds of message whose texts stand here."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import SimpleNamespace

import pytest

from okoce.embedded.cloud_api import PHONE_ID, CloudApi, CloudApiServer
from okoce.notifications import compose, kinds
from okoce.notifications.enums import Channel, ConsentRule
from okoce.settings.env import email_settings
from tests.smtp import MailServer

TEXTS = {
    "messages/greeting/subject.txt": "Halo {{ name }}",
    "messages/greeting/email.txt": "Yth. {{ name }},\n\n{{ words }}\n",
    "messages/greeting/text.txt": "Yth. {{ name }}, {{ words }}",
    "messages/greeting/group.txt": "Bapak/Ibu, {{ words }}",
    "messages/greeting/line.txt": "Satu: {{ words }}",
    "messages/greeting/whatsapp.id.txt": "Halo {name}, {words} Salam dari kami.",
    "messages/greeting/whatsapp.en.txt": "Hello {name}, {words} Kind regards.",
    "messages/code/subject.txt": "Kode masuk",
    "messages/code/email.txt": "Kode Anda {{ secret }}",
    "messages/code/text.txt": "Kode Anda {{ secret }}",
}


@pytest.fixture(autouse=True)
def _texts(settings):
    compose._compiled.cache_clear()
    compose._source.cache_clear()
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [
        {
            **engine,
            "APP_DIRS": False,
            "OPTIONS": {
                **engine["OPTIONS"],
                "loaders": [
                    (
                        "template_partials.loader.Loader",
                        [
                            (
                                "django.template.loaders.cached.Loader",
                                [
                                    ("django.template.loaders.locmem.Loader", TEXTS),
                                    "django.template.loaders.filesystem.Loader",
                                    "django.template.loaders.app_directories.Loader",
                                ],
                            )
                        ],
                    )
                ],
            },
        }
    ]
    yield
    compose._compiled.cache_clear()
    compose._source.cache_clear()


@pytest.fixture(autouse=True)
def _quiet_broker(monkeypatch):
    """Nobody listens to the test broker: nudges are counted elsewhere."""
    monkeypatch.setattr("okoce.notifications.wake._quiet_until", float("inf"))


@pytest.fixture
def domain() -> Iterator[SimpleNamespace]:
    """What an upper app would say: put keys into ``unneeded`` or values into ``fresh``; ``calls`` counts."""
    said = SimpleNamespace(unneeded={}, fresh={}, calls=[], fails=False)

    def recheck(messages):
        said.calls.append(("recheck", len(messages)))
        if said.fails:
            raise RuntimeError("a mistake in the domain")
        return {m.key: said.unneeded[m.key] for m in messages if m.key in said.unneeded}

    def details(messages):
        said.calls.append(("details", len(messages)))
        return {m.key: said.fresh for m in messages}

    kinds.register(
        kinds.Kind(
            code="greeting",
            label="Greeting",
            channels=(Channel.EMAIL, Channel.READY_TEXT),
            recheck=recheck,
            details=details,
            reasons={"over": "It is over"},
            sample={"words": "apa kabar?"},
        )
    )
    kinds.register(
        kinds.Kind(
            code="code",
            label="Code",
            channels=(Channel.EMAIL, Channel.SMS),
            consent=ConsentRule.NONE,
            urgent=True,
        )
    )
    yield said
    kinds.unregister("greeting")
    kinds.unregister("code")


@pytest.fixture
def mail(settings) -> Iterator[MailServer]:
    """A mail server of our own; the settings point at it."""
    server = MailServer().start()
    use(settings, server)
    yield server
    server.stop()


def use(settings, server: MailServer) -> None:
    settings.EMAIL_URL = server.url
    for name, value in email_settings(server.url).items():
        setattr(settings, name, value)
    settings.EMAIL_TIMEOUT = 5


@pytest.fixture
def whatsapp(settings) -> Iterator[CloudApi]:
    """A local server that speaks the Cloud API; the kind "greeting" goes there first."""
    server = CloudApiServer().start()
    connect(settings, server)
    known = kinds.get("greeting")
    kinds.register(replace(known, channels=(Channel.WHATSAPP, Channel.EMAIL, Channel.READY_TEXT)))
    yield server.api
    kinds.register(known)
    server.stop()


def connect(settings, server: CloudApiServer) -> None:
    settings.WHATSAPP_URL = server.url
    settings.WHATSAPP_PHONE_ID = PHONE_ID
    settings.WHATSAPP_TOKEN = server.api.token
    settings.WHATSAPP_APP_SECRET = server.api.app_secret
    settings.WHATSAPP_VERIFY_TOKEN = "bukti"


@contextmanager
def trickling() -> Iterator[str]:
    """The place of a server that begins its answer at once and never ends it."""

    def answer(server: socket.socket) -> None:
        with suppress(OSError):
            line, _address = server.accept()
            with line:
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
                for _ in range(600):
                    line.sendall(b" ")
                    time.sleep(0.1)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=answer, args=[server], daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
