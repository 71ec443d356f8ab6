"""What waits gets its channel anew when the chain of its kind has changed.

One statement for all participants, as in okoce.notifications.bulk, so that 281,000 waiting messages never
pass through this process; what goes to others than participants, or has followed a message that did not
arrive, is few and looked at one by one: no channel is tried twice.

Left alone: what a worker has in hand at this second or a channel has accepted already, a text by hand that
somebody has opened in WhatsApp (it may have gone), codes (the channel was chosen with care, and they are over
in minutes), tests to oneself. What has gone out and waits for its receipt is waited for as long as the new
chain says, counted from when it went.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Count, Q

from okoce.notifications import compose, decency, directory, fallback
from okoce.notifications.bulk import choice_of, named
from okoce.notifications.channels import WAYS
from okoce.notifications.enums import OPEN, Channel, Manner, State
from okoce.notifications.kinds import Kind
from okoce.notifications.models import Message
from okoce.notifications.services import WayOut, ways_out

AT_ONCE: Final = 2000
NO_WAY: Final = "no_way"
# Held for a reason that another channel may not have; what is held for others stays held.
OF_THE_CHANNEL: Final = (
    NO_WAY, "no_address", "template_off", "text_too_long", "sms_too_long", "push_too_long",
    "email_not_configured", "whatsapp_not_connected", "sms_not_connected", "sms_description_faulty",
    "push_not_connected",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rechosen:
    """How many messages wait on another channel now, and how many are waited for differently."""

    moved: int = 0
    retimed: int = 0


@dataclass(frozen=True, slots=True)
class Concerned:
    """How many messages of a kind wait to go, and how many for their receipt."""

    waiting: int
    unheard: int


def concerned(kind: Kind) -> Concerned:
    """One query, over partial indexes."""
    rows = Message.objects.filter(Q(state__in=OPEN) | Q(falls_back_at__isnull=False), kind=kind.code)
    counted = rows.order_by().aggregate(
        waiting=Count("pk", filter=Q(state__in=OPEN)), unheard=Count("pk", filter=_unheard())
    )
    return Concerned(0 if kind.haste is Manner.AT_ONCE else counted["waiting"], counted["unheard"])


def _unheard() -> Q:
    """Gone out, and neither arrived nor refused."""
    return Q(state=State.SENT, falls_back_at__isnull=False) & ~Q(receipt="failed")


@transaction.atomic
def rechoose(kind: Kind, *, now: datetime) -> Rechosen:
    """Let what waits follow ``kind`` as it goes from now on. A second time changes nothing."""
    retimed = sum(_wait_anew(kind, channel) for channel in kind.channels)
    if kind.haste is Manner.AT_ONCE:
        return Rechosen(0, retimed)
    ways = ways_out(kind)
    moved = _by_one_statement(kind, ways, now) if kind.recipients is None else 0
    return Rechosen(moved + _one_by_one(kind, ways, now), retimed)


def _wait_anew(kind: Kind, channel: Channel) -> int:
    """Of a channel that is used no more: when it was going to be, the next one takes over."""
    if channel not in kind.chain or not WAYS[channel].gives_receipts():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _WAIT_ANEW, {"seconds": kind.receipt_within(channel), "kind": kind.code, "on": channel}
        )
        return int(cursor.rowcount)


_WAIT_ANEW = """
UPDATE notifications_message SET falls_back_at = finished_at + %(seconds)s::float8 * interval '1 second'
WHERE falls_back_at IS NOT NULL AND kind = %(kind)s AND channel = %(on)s AND state = 'sent'
  AND receipt <> 'failed'
  AND falls_back_at IS DISTINCT FROM finished_at + %(seconds)s::float8 * interval '1 second'
"""
_WAITING = """
    SELECT id, key, participant_id, kind FROM notifications_message AS waits
    WHERE kind = %s AND state IN ('pending', 'ready', 'held') AND participant_id IS NOT NULL
      AND receipt = '' AND provider_id = '' AND {which}
      AND (lease_until IS NULL OR lease_until < statement_timestamp())
      AND (state <> 'ready' OR NOT EXISTS (
          SELECT FROM notifications_deliveryevent AS e WHERE e.message_id = waits.id AND e.event = 'opened'))
    ORDER BY id FOR UPDATE SKIP LOCKED
"""
_FOLLOWS = "position('|' in key) > 0"
_MOVE = """
moved AS (
    UPDATE notifications_message AS m
    SET channel = chosen.channel,
        state = CASE WHEN stays THEN m.state ELSE chosen.state END,
        reason = CASE WHEN stays THEN m.reason
                      WHEN chosen.state = 'pending' AND m.reason = ANY(%s) THEN m.reason
                      ELSE chosen.reason END,
        one_of_day = CASE WHEN chosen.state = 'pending' THEN m.one_of_day END,
        due_at = CASE WHEN m.attempts > 0 THEN LEAST(m.due_at, %s) ELSE m.due_at END,
        attempts = 0, lease_owner = NULL, lease_until = NULL
    FROM (
        SELECT given.*, held.state = 'held' AND NOT held.reason = ANY(%s) AS stays
        FROM given JOIN notifications_message AS held ON held.id = given.id
    ) AS chosen
    WHERE m.id = chosen.id AND m.channel <> chosen.channel
    RETURNING m.id, m.channel
), noted AS (
    INSERT INTO notifications_deliveryevent (message_id, at, event, reason)
    SELECT id, clock_timestamp(), 'rechosen', channel FROM moved
)
SELECT count(*) FROM moved
"""


def _moved(sql: str, values: Sequence[Any], now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql + _MOVE, [*values, list(decency.WAITS), now, list(OF_THE_CHANNEL)])
        (count,) = cursor.fetchone()
    return int(count)


def _by_one_statement(kind: Kind, ways: list[WayOut], now: datetime) -> int:
    people = named(*directory.addresses())
    choice = choice_of(ways, or_else=WayOut(kind.usual_way, State.HELD, NO_WAY))
    sql = f"""
    WITH person ({people.columns}) AS NOT MATERIALIZED ({people.sql}),
    waiting AS MATERIALIZED ({_WAITING.format(which=f"NOT {_FOLLOWS}")}),
    given AS (
        SELECT best.id, (%s::text[])[best.way] AS channel, (%s::text[])[best.way] AS state,
            (%s::text[])[best.way] AS reason
        FROM (
            SELECT waiting.id, {choice.case} AS way
            FROM waiting JOIN person ON person.participant_id = waiting.participant_id
        ) AS best
    ),
    """  # noqa: S608  only our own column names and conditions are put in
    values = [*people.values, kind.code, choice.channels, choice.states, choice.reasons]
    return _moved(sql, values, now)


def _one_by_one(kind: Kind, ways: Sequence[WayOut], now: datetime) -> int:
    which = "TRUE" if kind.recipients is not None else _FOLLOWS
    rows = Message.objects.raw(
        f"SELECT * FROM notifications_message WHERE id IN ("  # noqa: S608  our own words
        f"SELECT id FROM ({_WAITING.format(which=which)}) AS found) ORDER BY id",
        [kind.code],
    )
    messages = list(rows)
    pieces = [messages[at : at + AT_ONCE] for at in range(0, len(messages), AT_ONCE)]
    return sum(_piece(kind, piece, ways, now) for piece in pieces)


def _piece(kind: Kind, messages: Sequence[Message], ways: Sequence[WayOut], now: datetime) -> int:
    people, tried = compose.recipients(kind, messages), fallback.tried_before(messages)
    found = []
    for message in messages:
        person = people.get(message.key)
        if person is None:
            continue  # it is cancelled when its turn comes
        left = [way for way in ways if way.channel not in tried[message.key]]
        reaching = (way for way in left if WAYS[way.channel].reaches(person))
        found.append((message.pk, next(reaching, WayOut(kind.usual_way, State.HELD, NO_WAY))))
    sql = """
    WITH given AS (
        SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[])
            AS g (id, channel, state, reason)
    ),
    """
    columns = [
        [pk for pk, _way in found],
        [way.channel.value for _pk, way in found],
        [way.state.value for _pk, way in found],
        [way.reason for _pk, way in found],
    ]
    return _moved(sql, columns, now)
