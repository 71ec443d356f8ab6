"""What the outbox asks of a channel, and how a channel says what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Protocol

from okoce.notifications.directory import Person
from okoce.notifications.enums import State

if TYPE_CHECKING:
    from okoce.notifications.channels.cloud_api import TemplateCall


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in words, ready for one person.

    ``reference`` names it to the other side without naming anybody; ``template`` is the registered text of
    channels that send no free text.
    """

    key: str
    to: Person
    text: str
    subject: str = ""
    reference: str = ""
    template: TemplateCall | None = None
    participant_id: int | None = None
    url: str = ""  # a page of the portal that it is about
    expires_at: datetime | None = None
    is_urgent: bool = False
    ends_with: str = ""  # the address at which messages like this one can be ended
    text_id: int | None = None  # the province's version it was made of


class ChannelDown(Exception):
    """Nothing goes through now. ``reason`` is a code of kinds.REASONS.

    ``is_counted`` False: the letter in hand is not to blame at all, its try is not counted. ``rests_long``:
    only people can mend it, so asking again every few seconds is no use.
    """

    def __init__(self, reason: str, *, is_counted: bool = True, rests_long: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_counted, self.rests_long = reason, is_counted, rests_long


class ConnectionLost(Exception):
    """The line broke while one letter was on its way; nobody knows whether it arrived."""


class Refused(Exception):
    """This letter was refused, others may pass. ``reason`` is a code, with the server's number after a
    colon.

    ``is_final``: trying again is no use, the person's next channel takes over. ``first_pause`` and
    ``factor`` replace the usual waiting: first_pause × factor^tries seconds.
    """

    def __init__(
        self, reason: str, *, is_final: bool = False, first_pause: float | None = None, factor: float = 2
    ) -> None:
        super().__init__(reason)
        self.reason, self.is_final = reason, is_final
        self.first_pause, self.factor = first_pause, factor


class Switched(Exception):
    """The text behind this kind of letter cannot be used until somebody mends it: letters of it are held."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Sender(Protocol):
    """An open line, kept for many letters."""

    def send(self, letter: Letter) -> str:
        """Returns when the other side has accepted it, with its own id for the letter if it gives one.

        Raises Refused, Switched, ConnectionLost or ChannelDown.
        """

    def close(self) -> None: ...


class Way(Protocol):
    """A channel of this portal."""

    starts_as: ClassVar[State]  # the state of a new message when the channel is connected
    parts: ClassVar[tuple[str, ...]]  # templates it needs
    needs_phone: ClassVar[bool]  # the person's number is opened for it
    reached_by: ClassVar[str]  # what of a Person must be true; the directory's column of the same name

    def why_not(self) -> str:
        """The reason code why this channel is not connected; empty when it is."""

    def reaches(self, person: Person) -> bool: ...

    def gives_receipts(self) -> bool:
        """Whether this portal hears of deliveries: then a missing receipt means something."""

    def open(self) -> Sender:
        """Raises ChannelDown. Only channels that start as PENDING are drained."""
