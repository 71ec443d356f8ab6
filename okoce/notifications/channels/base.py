"""What the outbox asks of a channel, and how a channel says what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from okoce.notifications.directory import Person
from okoce.notifications.enums import State


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in words, ready for one person."""

    key: str
    to: Person
    text: str
    subject: str = ""


class ChannelDown(Exception):
    """Nothing goes through now: the letter in hand is not to blame. ``reason`` is a code of kinds.REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ConnectionLost(Exception):
    """The line broke while one letter was on its way; nobody knows whether it arrived."""


class Refused(Exception):
    """This letter was refused, others may pass. ``reason`` is a code, with the server's number after a
    colon.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Sender(Protocol):
    """An open line, kept for many letters."""

    def send(self, letter: Letter) -> None:
        """Returns when the other side has accepted it. Raises Refused, ConnectionLost or ChannelDown."""

    def close(self) -> None: ...


class Way(Protocol):
    """A channel of this portal."""

    starts_as: ClassVar[State]  # the state of a new message when the channel is connected
    parts: ClassVar[tuple[str, ...]]  # templates it needs

    def why_not(self) -> str:
        """The reason code why this channel is not connected; empty when it is."""

    def reaches(self, person: Person) -> bool: ...

    def open(self) -> Sender:
        """Raises ChannelDown. Only channels that start as PENDING are drained."""
