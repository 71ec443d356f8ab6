"""WhatsApp by hand: the portal makes the text and the link, a person of the office presses "send".

It needs no contract and no worker. The phone number stands in the address the browser is sent to, nowhere
else.
"""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import quote

from okoce.notifications.channels.base import ChannelDown, Sender
from okoce.notifications.directory import Person
from okoce.notifications.enums import Channel, State


class ReadyTextWay:
    starts_as: ClassVar[State] = State.READY
    parts: ClassVar[tuple[str, ...]] = ("text",)
    needs_phone: ClassVar[bool] = True
    reached_by: ClassVar[str] = "has_ready_text"

    def why_not(self) -> str:
        return ""

    def reaches(self, person: Person) -> bool:
        return person.has_phone and Channel.WHATSAPP not in person.ended

    def gives_receipts(self) -> bool:
        return False

    def open(self) -> Sender:
        raise ChannelDown("by_hand")


def wa_link(phone: str, text: str) -> str:
    """``https://wa.me/6281…?text=…`` for an E.164 number."""
    return f"https://wa.me/{phone.lstrip('+')}?text={quote(text, safe='')}"
