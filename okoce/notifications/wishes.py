"""What a person still wants: topics and channels can be ended one by one, and wanted again.

It holds from the moment of the answer: what waits is cancelled in the same transaction, and what a worker has
in hand but has not begun is looked at again. Ending a channel lets the person's next one take over. Ending
everything is okoce.notifications.opting_out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils import timezone

from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.notifications import kinds, services
from okoce.notifications.compose import CHANNEL_ENDED
from okoce.notifications.ending_links import ENDING
from okoce.notifications.enums import OPEN, Channel, ConsentRule, State, Topic
from okoce.notifications.models import Message, OptOut

CHOICES = (Channel.PUSH, Channel.WHATSAPP, Channel.SMS, Channel.EMAIL)  # by hand goes with WhatsApp


@dataclass(frozen=True, slots=True)
class Wish:
    """One topic or channel and whether the person wants it."""

    code: str
    label: Any
    is_wanted: bool


def of(participant_id: int) -> tuple[list[Wish], list[Wish]]:
    """(topics, channels) of a person. One query."""
    ended = {
        topic or channel
        for topic, channel in OptOut.objects.filter(participant_id=participant_id).values_list(
            "topic", "channel"
        )
    }
    return (
        [Wish(topic.value, topic.label, topic not in ended) for topic in Topic],
        [Wish(channel.value, channel.label, channel not in ended) for channel in CHOICES],
    )


@transaction.atomic
def end(*, participant_id: int, topic: str = "", channel: str = "", by: User | None, way: str) -> int:
    """End a topic or a channel; how many messages that waited were cancelled. Twice is once.

    Codes and answers that the person asked for go on.
    """
    row, is_new = OptOut.objects.get_or_create(
        participant_id=participant_id,
        topic=Topic(topic) if topic else "",
        channel=Channel(channel) if channel else "",
    )
    if is_new:
        record(by, "notifications.wish.ended", row, topic=topic, channel=channel, way=way)
    waiting = Message.objects.filter(participant_id=participant_id, state__in=OPEN)
    if topic:
        of_it = [k.code for k in kinds.registered() if k.topic == topic and k.consent != ConsentRule.NONE]
        return services.close(waiting.filter(kind__in=of_it), state=State.CANCELLED, reason="topic_ended")
    by_it = [channel, Channel.READY_TEXT] if channel == Channel.WHATSAPP else [channel]
    ids = list(waiting.filter(channel__in=by_it).select_for_update().values_list("pk", flat=True))
    mine = Message.objects.filter(pk__in=ids)
    cancelled = services.close(mine, state=State.CANCELLED, reason=CHANNEL_ENDED)
    mine.update(falls_back_at=timezone.now())
    return cancelled


@transaction.atomic
def want_again(*, participant_id: int, topic: str = "", channel: str = "", by: User | None) -> bool:
    """Whether it was ended until now."""
    rows = OptOut.objects.filter(participant_id=participant_id, topic=topic, channel=channel)
    row = rows.select_for_update().first()
    if row is None:
        return False
    record(by, "notifications.wish.resumed", row, topic=topic, channel=channel)
    rows.delete()
    return True


# ---------------------------------------------------------------- the link in an e-mail


def message_of(token: str) -> Message | None:
    """The message whose link it is; None for a link that nobody signed or that belongs to nobody any more."""
    try:
        uid = UUID(ENDING.unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    return Message.objects.filter(uid=uid, participant_id__isnull=False).first()


def topic_of(message: Message) -> Topic:
    kind = kinds.find(message.kind)
    return kind.topic if kind is not None else Topic.PROGRAMME
