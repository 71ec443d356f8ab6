"""Words of our own to somebody who has written to us: free text, which WhatsApp takes for 24 hours after it.

They go at once and at any hour (the person is awake and waits), need no consent (the person asked), and start
no conversation, so they cost nothing of the day's new people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from okoce.accounts.models import User
from okoce.db.encryption import decrypt, encrypt
from okoce.notifications import kinds, services
from okoce.notifications.enums import Channel, ConsentRule
from okoce.notifications.models import Inbound, Message, Reply

KIND = "whatsapp_reply"
CAUSE = "notifications.inbound"
COLUMN = "notifications.reply"
WINDOW = timedelta(hours=24)
LONGEST = 1000  # characters that an officer may write


def register() -> None:
    """Called when the app starts."""
    kinds.register(
        kinds.Kind(
            code=KIND,
            label=_("Answer to a message"),
            channels=(Channel.WHATSAPP,),
            details=details,
            recheck=too_late,
            consent=ConsentRule.NONE,
            urgent=True,
            is_free_text=True,
            reasons={"window_closed": _("WhatsApp takes free text only within 24 hours after a message")},
            sample={"words": _("Thank you. Your seat is waiting for you.")},
        )
    )


def is_open(inbound: Inbound, *, now: datetime) -> bool:
    """Whether WhatsApp still takes free text to who wrote this."""
    return now < inbound.at + WINDOW


def say(
    inbound: Inbound,
    words: str,
    *,
    language: str = "",
    to: Message | int | None = None,
    by: User | None = None,
    once: str = "",
) -> Message | None:
    """Send words back to who wrote ``inbound``; None when the 24 hours are over or nobody is known.

    ``to`` names one of several people with that phone. ``once`` names the occasion: the second time on it
    says nothing more.
    """
    person = to.participant_id if isinstance(to, Message) else to
    person = person or inbound.participant_id
    now = timezone.now()
    if person is None or not words or not is_open(inbound, now=now):
        return None
    if inbound.pk is None:
        inbound.save()
    number = once or str(inbound.replies.count())
    message = services.queue(
        kind=KIND,
        key=f"reply:{inbound.uid}:{number}",
        participant_id=person,
        cause=(CAUSE, inbound.pk),
        expires_at=inbound.at + WINDOW,
        language=(language or get_language() or settings.LANGUAGE_CODE)[:2],
    )
    reply, is_new = Reply.objects.get_or_create(message=message, defaults={"inbound": inbound, "by": by})
    if is_new:
        reply.words_ciphertext = encrypt(words, column=COLUMN, row=message.uid)
        reply.save(update_fields=["words_ciphertext"])
    return message


def words_of(reply: Reply) -> str:
    if not reply.words_ciphertext:
        return ""
    return decrypt(reply.words_ciphertext, column=COLUMN, row=reply.message.uid)


def details(messages: Sequence[Any]) -> Mapping[str, Mapping[str, Any]]:
    """The words, opened only for sending and showing. One query."""
    rows = Reply.objects.filter(message__in=[m.pk for m in messages if m.pk]).select_related("message")
    return {row.message.key: {"words": words_of(row)} for row in rows}


def too_late(messages: Sequence[Any]) -> Mapping[str, str]:
    now = timezone.now()
    return {m.key: "window_closed" for m in messages if m.expires_at is not None and m.expires_at <= now}
