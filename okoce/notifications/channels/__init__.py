"""The ways out of the house, behind one small interface."""

from __future__ import annotations

from okoce.notifications.channels.base import (
    ChannelDown,
    ConnectionLost,
    Letter,
    Refused,
    Sender,
    Switched,
    Way,
)
from okoce.notifications.channels.cloud_api import WhatsAppWay
from okoce.notifications.channels.email import EmailWay
from okoce.notifications.channels.ready_text import ReadyTextWay
from okoce.notifications.channels.sms import SmsWay
from okoce.notifications.channels.web_push import PushWay
from okoce.notifications.enums import Channel

WAYS: dict[str, Way] = {
    Channel.WHATSAPP: WhatsAppWay(),
    Channel.EMAIL: EmailWay(),
    Channel.READY_TEXT: ReadyTextWay(),
    Channel.SMS: SmsWay(),
    Channel.PUSH: PushWay(),
}

__all__ = ["WAYS", "ChannelDown", "ConnectionLost", "Letter", "Refused", "Sender", "Switched", "Way"]
