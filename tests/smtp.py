"""A real SMTP server on this machine: what it accepted, and how it misbehaves when asked to."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.WARNING)


class Mailbox:
    """Handler of the server. ``keys`` are the X-OKOCE-Key of every accepted letter, in order."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.keys: list[str] = []
        self.recipients: list[str] = []
        self.connections = 0
        self.delay = 0.0
        self.answer_to: Callable[[str], str | None] = lambda address: None
        self.answer_data: Callable[[str], str | None] = lambda key: None
        self._lock = threading.Lock()

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.answer_to(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        key = key_of(content)
        if self.delay:
            await asyncio.sleep(self.delay)
        if answer := self.answer_data(key):
            return answer
        with self._lock:
            self.raw.append(content)
            self.keys.append(key)
            self.recipients.extend(envelope.rcpt_tos)
        return "250 OK"

    @property
    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.raw]  # type: ignore[misc]

    def repeated(self) -> int:
        """Deliveries beyond the first of each key."""
        return sum(count - 1 for count in Counter(self.keys).values())


def key_of(content: bytes) -> str:
    for line in content.split(b"\r\n\r\n", 1)[0].split(b"\r\n"):
        if line.lower().startswith(b"x-okoce-key:"):
            return line.split(b":", 1)[1].strip().decode()
    return ""


class MailServer:
    """The server of a Mailbox on a free port of the loopback address."""

    def __init__(self) -> None:
        self.box = Mailbox()
        self._controller: Controller | None = None
        self.port = 0

    def start(self) -> MailServer:
        for tries_left in (2, 1, 0):
            port = self.port or _free_port()
            self._controller = Controller(self.box, hostname="127.0.0.1", port=port, decode_data=False)
            try:
                self._controller.start()
                break
            except OSError:  # somebody else took the port that was free a moment ago
                if not tries_left:
                    raise
        self.port = port
        return self

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


def _free_port() -> int:
    from okoce.embedded.processes import free_port

    return free_port()
