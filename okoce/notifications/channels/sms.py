"""SMS: no gateway is connected yet, so its messages are held, with that reason."""

from __future__ import annotations

from typing import ClassVar

from okoce.notifications.channels.base import ChannelDown, Sender
from okoce.notifications.directory import Person
from okoce.notifications.enums import State


class SmsWay:
    starts_as: ClassVar[State] = State.PENDING
    parts: ClassVar[tuple[str, ...]] = ("text",)
    needs_phone: ClassVar[bool] = True
    reached_by: ClassVar[str] = "has_phone"

    def why_not(self) -> str:
        return "sms_not_connected"

    def reaches(self, person: Person) -> bool:
        return person.has_phone

    def open(self) -> Sender:
        raise ChannelDown("sms_not_connected")
