"""The next channel of a person whom the first one did not reach.

A message that was refused for good, or of which no delivery receipt came in time, is followed by one on the
next channel of its kind that reaches the person. Its key is the first one's with the channel behind it, so
that it can only be followed once per channel.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from okoce.db.encryption import decrypt
from okoce.notifications import chains, compose
from okoce.notifications.channels import WAYS
from okoce.notifications.enums import Channel, Event
from okoce.notifications.kinds import Kind
from okoce.notifications.models import DeliveryEvent, Message
from okoce.notifications.services import Draft, queue_many

AT_ONCE = 500


@transaction.atomic
def pass_on(*, now: datetime) -> int:
    """Let the next channel take over what has waited long enough; how many messages were passed on."""
    due = Message.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        falls_back_at__lte=now, campaign__stopped_at=None
    )
    messages = list(due.order_by("falls_back_at", "pk")[:AT_ONCE])
    codes = sorted({m.kind for m in messages})
    known, tried = chains.in_force(codes) if codes else chains.USUAL, tried_before(messages)
    passed = sum(
        _pass_on_kind(kind, [m for m in messages if m.kind == code], tried, now=now)
        for code in codes
        if (kind := known.find(code)) is not None
    )
    # What did not arrive was not the person's one message of the day.
    Message.objects.filter(pk__in=[m.pk for m in messages]).update(falls_back_at=None, one_of_day=None)
    return passed


def key_after(key: str, channel: str) -> str:
    """The key of the message that follows ``key`` on ``channel``."""
    return f"{key}|{channel}"[:160]


def keys_before(key: str) -> list[str]:
    """The keys of the messages that one with this key may have followed."""
    parts = key.split("|")
    return ["|".join(parts[:n]) for n in range(1, len(parts))]


def keys_of_followers(ids: Collection[int]) -> set[str]:
    """The keys of the messages that followed these, as it was written down when they did."""
    passed = DeliveryEvent.objects.filter(message__in=ids, event=Event.PASSED_ON).order_by()
    return {key_after(key, channel) for key, channel in passed.values_list("message__key", "reason")}


def tried_before(messages: Sequence[Message]) -> dict[str, set[str]]:
    """{key: channels that did not reach the person before this one}: none is tried twice, also when the
    province has changed the order in the meantime. One query where a message has followed another.
    """
    before = {message.key: keys_before(message.key) for message in messages}
    keys = {key for keys in before.values() for key in keys}
    known = dict(Message.objects.filter(key__in=keys).values_list("key", "channel")) if keys else {}
    return {key: {known[one] for one in keys if one in known} for key, keys in before.items()}


def _pass_on_kind(
    kind: Kind, messages: Sequence[Message], tried: Mapping[str, set[str]], *, now: datetime
) -> int:
    people = compose.recipients(kind, messages)
    why_not = {code: way.why_not() for code, way in WAYS.items()}
    followed = []
    for message in messages:
        person = people.get(message.key)
        is_late = message.expires_at is not None and message.expires_at <= now
        if person is None or is_late:
            continue
        reaching = [
            channel
            for channel in kind.after(message.channel)
            if channel not in tried[message.key] and not why_not[channel] and WAYS[channel].reaches(person)
        ]
        if reaching:
            followed.append((message, reaching[0]))
    queue_many(kind=kind.code, drafts=[_follower(message, channel) for message, channel in followed])
    DeliveryEvent.objects.bulk_create(
        [
            DeliveryEvent(message=message, event=Event.PASSED_ON, reason=channel)
            for message, channel in followed
        ]
    )
    return len(followed)


def _follower(message: Message, channel: Channel) -> Draft:
    secret = message.secret_ciphertext
    return Draft(
        key=key_after(message.key, channel),
        participant_id=message.participant_id,
        user_id=message.user_id,
        channel=channel,
        context=message.context,
        secret=decrypt(secret, column=compose.SECRET_COLUMN, row=message.uid) if secret else None,
        cause=(message.cause_type, message.cause_id)
        if message.cause_type and message.cause_id is not None
        else None,
        city=message.city,
        kecamatan=message.kecamatan,
        expires_at=message.expires_at,
        language=message.language,
        campaign_id=message.campaign_id,
    )
