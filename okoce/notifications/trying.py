"""Sending a text that somebody writes to oneself, in earnest, before it is kept.

By SMS and e-mail it goes word for word as it is typed, with the example in its gaps. WhatsApp takes
registered texts only: there the text in use goes, with the same example (okoce.notifications.compose).
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from okoce.accounts import limits
from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.notifications import compose, editing, kinds, own_phones, services
from okoce.notifications.enums import Channel, ConsentRule
from okoce.notifications.kinds import Kind
from okoce.notifications.models import Message

KIND: Final = compose.TRIED
CHANNELS: Final = (Channel.WHATSAPP, Channel.SMS, Channel.EMAIL)
AN_HOUR: Final = 20
HOUR: Final = timedelta(hours=1)


class TooMany(Exception):
    """Enough tests for this hour."""


class NoWay(Exception):
    """There is no address of one's own for this channel, or it is not connected."""


def register() -> None:
    """Called when the app starts."""
    kinds.register(
        Kind(
            code=KIND,
            label=_("Test of a text to oneself"),
            channels=CHANNELS,
            consent=ConsentRule.NONE,
            urgent=True,
            is_free_text=True,
            sample={"words": _("This is how it reads."), "subject": _("Test of a text")},
        )
    )


def way_to(user: User, channel: str) -> str:
    """The own address for a test of a text of this channel, as it may be shown; empty when there is none."""
    return dict(own_phones.ways_to(user)).get(Channel(channel), "") if channel in CHANNELS else ""


@transaction.atomic
def send(
    *, kind: Kind, channel: str, language: str, subject: str, body: str, by: User, now: datetime
) -> Message:
    """Queue it; the same words twice within a minute are one message.

    Raises NoWay, TooMany, and ValueError for a text with faults.
    """
    looked = editing.look_at(kind, channel, language=language, subject=subject, body=body)
    if looked.problems:
        raise ValueError(f"the text {kind.code}/{channel}.{language} has faults")
    if not way_to(by, channel):
        raise NoWay
    if limits.count("text_test", str(by.pk), window=HOUR, now=now) > AN_HOUR:
        raise TooMany
    words = f"{kind.code}|{channel}|{language}|{looked.subject}|{looked.text}"
    digest = hashlib.sha256(words.encode()).hexdigest()[:16]
    message = services.queue(
        kind=KIND,
        key=f"text-test:{by.pk}:{digest}:{now:%Y%m%d%H%M}",
        user=by,
        channel=Channel(channel),
        context={"words": looked.text, "subject": looked.subject, "tried": kind.code},
        expires_at=now + HOUR,
        language=language,
    )
    record(by, "notifications.text.tried", None, kind=kind.code, channel=channel, language=language)
    return message
