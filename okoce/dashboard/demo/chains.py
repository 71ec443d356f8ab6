"""One kind of message that the province lets go another way: reminders by SMS after two hours, not four."""

from __future__ import annotations

from django.utils import timezone

from okoce.accounts.models import User
from okoce.notifications import chain_setting
from okoce.notifications.chain_setting import Step
from okoce.notifications.enums import Channel

KIND = "session_reminder"
STEPS = (
    Step(Channel.PUSH, 30), Step(Channel.WHATSAPP, 120), Step(Channel.SMS, 240), Step(Channel.EMAIL),
    Step(Channel.READY_TEXT),
)  # fmt: skip


def tell_chains(users: dict[str, User]) -> None:
    """Made through the service."""
    chain_setting.set_chain(
        kind=KIND, steps=STEPS, reason="Pengingat sering terlambat dibaca di WhatsApp", based_on=0,
        by=users["provinsi"], now=timezone.now(),
    )  # fmt: skip
