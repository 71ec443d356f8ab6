"""One message a day and person: several that are due go as one, and the rest waits for tomorrow.

Of the ordinary messages that are due to one person, the one that runs out of time first is the carrier. It
takes the person's day (``one_of_day``; a constraint gives each day of a person away once) and the others go
inside it, as lines of a text of its own kind, ``joined``. Every part was looked at again, as if it went by
itself; one that has lost its cause in the meantime is not said. The parts share the fate of the carrier: its
receipts, its next try, its next channel. Urgent messages neither take a day nor wait for one.

What does not fit in, has no line of its own, or comes when the day is taken waits for the next opening,
unless it would come too late: then it goes alone, now.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection, transaction

from okoce.notifications import compose, decency, kinds
from okoce.notifications.channels import Letter
from okoce.notifications.compose import Prepared
from okoce.notifications.decency import Rules
from okoce.notifications.enums import Channel, Manner, State
from okoce.notifications.models import Message

KIND = "joined"
MOST = 4  # messages in one
LONGEST = 290  # characters of all lines but the first: a gap of a registered text holds 300
LONGEST_SMS = 330  # characters of all lines: with name and greeting three parts
CHANNELS = (Channel.PUSH, Channel.WHATSAPP, Channel.EMAIL, Channel.SMS)
MENDED_AFTER = 3600.0  # seconds until a text that WhatsApp has refused is tried again


@dataclass
class Parcel:
    """What goes as one letter: the message that carries, and what goes inside it."""

    carrier: Prepared
    parts: list[Prepared] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    @property
    def message(self) -> Message:
        return self.carrier.message

    @property
    def messages(self) -> list[Message]:
        return [self.message, *(one.message for one in self.parts)]

    @property
    def ids(self) -> list[int]:
        return [message.pk for message in self.messages]

    def letter(self) -> Letter:
        """Raises Unsayable."""
        if not self.parts:
            return compose.letter(self.carrier)
        return compose.letter(self._as_one())

    def _as_one(self) -> Prepared:
        first = self.message
        keys = sorted([first.key, *(one.message.key for one in self.parts)])
        stand_in = Message(
            # The same parts have the same key: a gateway that knows it does not send them twice.
            key=f"{KIND}:{hashlib.sha256('|'.join(keys).encode()).hexdigest()}",
            uid=first.uid, kind=KIND, channel=first.channel, language=first.language,
            participant_id=first.participant_id,
        )  # fmt: skip
        details = {"first": self.lines[0], "others": self.lines[1:], "lines": self.lines}
        return Prepared(stand_in, kinds.get(KIND), self.carrier.person, details, self.carrier.words)


@dataclass
class Sorted:
    """``parcels`` to send now; ids that wait for the opening of another day; ids of other channels to leave
    as they were.
    """

    parcels: list[Parcel] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)
    back: list[int] = field(default_factory=list)


def is_ordinary(message: Message, manner: Manner, *, now: datetime) -> bool:
    """Whether it is one of the messages of which a person gets one a day."""
    if message.participant_id is None or manner in (Manner.AT_ONCE, Manner.PROMPT):
        return False
    return not decency.is_urgent(manner, now=now, begins_at=decency.begins_at_of(message))


def sort(
    prepared: Sequence[Prepared], *, channel: str, owner: uuid.UUID, rules: Rules, now: datetime
) -> Sorted:
    """What of ``prepared`` (leased to ``owner``, of any channel) goes by ``channel`` now, and how."""
    found = Sorted()
    by_person: dict[int, list[Prepared]] = defaultdict(list)
    for one in prepared:
        person = one.message.participant_id
        if person is not None and is_ordinary(one.message, one.kind.haste, now=now):
            by_person[person].append(one)
        elif one.message.channel != channel:
            found.back.append(one.message.pk)
        else:
            found.parcels.append(Parcel(one))
    if not by_person:
        return found
    groups = [_parcel(group, channel) for group in by_person.values()]
    taken = _take([parcel for parcel in groups if parcel], owner=owner, now=now)
    until = decency.tomorrow(now, rules)
    for parcel, group in zip(groups, by_person.values(), strict=True):
        told = set()
        if parcel is not None and parcel.message.pk in taken:
            found.parcels.append(parcel)
            told = set(parcel.ids)
        for one in group:
            message = one.message
            if message.pk in told:
                continue
            if message.channel != channel:
                found.back.append(message.pk)
            elif decency.can_wait_until(until, expires_at=message.expires_at):
                found.waits.append(message.pk)
            else:
                found.parcels.append(Parcel(one))
    return found


def _parcel(group: Sequence[Prepared], channel: str) -> Parcel | None:
    """The messages of one person as one; None when none of them goes by this channel."""
    mine = sorted(
        (one for one in group if one.message.channel == channel),
        key=lambda one: (one.message.expires_at is None, one.message.expires_at, one.message.pk),
    )
    if not mine:
        return None
    parcel = Parcel(mine[0])
    others = [*mine[1:], *(one for one in group if one.message.channel != channel)]
    if not others or not _is_possible(channel):
        return parcel
    first = compose.line_of(mine[0])
    if not first:
        return parcel
    lines, room = [first], LONGEST if channel != Channel.SMS else LONGEST_SMS - len(first)
    for one in others:
        line = compose.line_of(one) if channel in one.kind.chain else ""
        if line and len(lines) < MOST and len(line) + 2 <= room and _is_same_reader(mine[0], one):
            parcel.parts.append(one)
            lines.append(line)
            room -= len(line) + 2
    if parcel.parts:
        parcel.lines = lines
    return parcel


def _is_same_reader(one: Prepared, other: Prepared) -> bool:
    return (one.message.language, one.person.name) == (other.message.language, other.person.name)


# ---------------------------------------------------------------- the table


def gather(people: Iterable[int], *, owner: uuid.UUID, lease: float, now: datetime) -> list[Message]:
    """Everything else that is due to these people and could go in one message, now leased to ``owner``."""
    sql = """
    WITH picked AS MATERIALIZED (
        SELECT id FROM notifications_message
        WHERE participant_id = ANY(%s) AND state = 'pending' AND due_at <= %s AND kind = ANY(%s)
          AND (lease_until IS NULL OR lease_until < statement_timestamp())
        ORDER BY id LIMIT 200 FOR UPDATE SKIP LOCKED
    )
    UPDATE notifications_message AS m
    SET lease_owner = %s, lease_until = statement_timestamp() + %s * interval '1 second'
    FROM picked WHERE m.id = picked.id
    RETURNING m.*
    """
    codes = kinds.with_haste(Manner.ORDINARY, Manner.CHANGE)
    rows = Message.objects.raw(sql, [sorted(set(people)), now, codes, owner, lease])
    return sorted(rows, key=lambda message: message.pk)


_TAKE = """
UPDATE notifications_message AS m SET one_of_day = %s, joined_to_id = NULL
WHERE m.id = ANY(%s) AND m.lease_owner = %s AND NOT EXISTS (
    SELECT 1 FROM notifications_message AS o
    WHERE o.participant_id = m.participant_id AND o.id <> m.id
      AND (o.one_of_day = %s OR (o.channel = 'ready_text' AND o.state = 'sent' AND o.kind = ANY(%s)
                                 AND o.finished_at >= %s AND o.finished_at < %s))
)
RETURNING m.id
"""
_LEAVE = """
UPDATE notifications_message SET joined_to_id = NULL
WHERE state = 'pending' AND joined_to_id IS NOT NULL AND (id = ANY(%s) OR joined_to_id = ANY(%s))
"""
_JOIN = """
UPDATE notifications_message AS m SET joined_to_id = g.carrier, one_of_day = NULL
FROM unnest(%s::bigint[], %s::bigint[]) AS g (id, carrier)
WHERE m.id = g.id AND m.lease_owner = %s
"""


def _take(parcels: Sequence[Parcel], *, owner: uuid.UUID, now: datetime) -> set[int]:
    """Take the day of each parcel's person; the ids of the carriers that got it."""
    if not parcels:
        return set()
    midnight = now.astimezone(decency.JAKARTA).replace(hour=0, minute=0, second=0, microsecond=0)
    # A clock that was set back sees what it did "tomorrow"; one that was a year ahead blocks nobody.
    until = midnight + timedelta(days=2)
    today = midnight.date()
    carriers = [parcel.message.pk for parcel in parcels]
    everything = [pk for parcel in parcels for pk in parcel.ids]
    by_hand = kinds.with_haste(Manner.ORDINARY)
    with transaction.atomic(), connection.cursor() as cursor:
        # Workers of two channels decide one after the other; the constraint is the last word.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('okoce.outbox.day'))")
        cursor.execute(_LEAVE, [everything, everything])
        cursor.execute(_TAKE, [today, carriers, owner, today, by_hand, midnight, until])
        taken = {pk for (pk,) in cursor.fetchall()}
        pairs = [
            (one.message.pk, parcel.message.pk)
            for parcel in parcels
            if parcel.message.pk in taken
            for one in parcel.parts
        ]
        if pairs:
            cursor.execute(_JOIN, [[pk for pk, _c in pairs], [c for _pk, c in pairs], owner])
    return taken


_POSTPONE = """
WITH waiting AS (
    UPDATE notifications_message SET due_at = %s, reason = %s, lease_owner = NULL, lease_until = NULL
    WHERE id IN (
        SELECT id FROM notifications_message
        WHERE state = 'pending' AND channel = %s AND due_at <= %s AND kind = ANY(%s)
          AND (expires_at IS NULL OR expires_at > %s)
          AND (lease_until IS NULL OR lease_until < statement_timestamp())
        LIMIT %s
        FOR UPDATE SKIP LOCKED
    )
    RETURNING id
)
INSERT INTO notifications_deliveryevent (message_id, at, event, reason)
SELECT id, clock_timestamp(), 'waits', %s FROM waiting
"""
AT_ONCE = 5000


def postpone_all(channel: str, rules: Rules, *, now: datetime) -> int:
    """Outside of the hours: everything ordinary waits for the opening, in one statement per five thousand."""
    until = decency.next_moment(now, rules)
    if until <= now:
        return 0
    reason = decency.why_not(now, rules)
    codes = kinds.with_haste(Manner.ORDINARY, Manner.PROMPT)
    total = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_POSTPONE, [until, reason, channel, now, codes, until, AT_ONCE, reason])
            count = int(cursor.rowcount)
        total += count
        if count < AT_ONCE:
            return total


# ---------------------------------------------------------------- a text that cannot be used


def _is_possible(channel: str) -> bool:
    return channel in CHANNELS and kinds.find(KIND) is not None and not cache.get(_off(channel))


def rest(channel: str) -> None:
    """The text of joined messages was refused: for a while messages go one by one."""
    cache.set(_off(channel), True, MENDED_AFTER)


def _off(channel: str) -> str:
    return f"notifications:joining-rests:{channel}"


def parts_of(message: Message) -> list[Message]:
    """What went, or goes, inside a message."""
    gone = (State.SENT, State.PENDING)
    return list(Message.objects.filter(joined_to=message.pk, state__in=gone).order_by("pk"))
