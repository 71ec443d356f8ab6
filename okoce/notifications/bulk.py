"""Putting a whole set of people into the outbox by one statement.

``queue_from`` writes what ``services.queue_many`` would write for the same people, without any of them
passing through this process: the domain hands over a queryset, the database picks each one's channel and
makes the rows. Memory stays flat, whether for ten people or for all of Jakarta.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import BigIntegerField, CharField, DateTimeField, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from okoce.notifications import chains, directory, safety
from okoce.notifications.channels import WAYS
from okoce.notifications.enums import Channel, State
from okoce.notifications.services import Cause, WayOut, cause_of, ways_out
from okoce.notifications.wake import wake_after_commit

RowCause = Cause | tuple[str, Combinable]


def key_of(*parts: str | int | Combinable) -> Combinable:
    """A message's key out of words and columns: ``key_of("session:", F("session_id"), ":reminder")``."""
    words = [
        Cast(part, TextField()) if isinstance(part, Combinable) else Value(str(part), TextField())
        for part in parts
    ]
    return words[0] if len(words) == 1 else Concat(*words, output_field=TextField())


@transaction.atomic
def queue_from(
    recipients: QuerySet[Any],
    *,
    kind: str,
    key: Combinable,
    participant_id: Combinable,
    channel: Channel | None = None,
    context: Mapping[str, Any] | None = None,
    cause: RowCause | None = None,
    city: str | Combinable = "",
    kecamatan: str | Combinable = "",
    language: str | Combinable = "",
    due_at: datetime | Combinable | None = None,
    expires_at: datetime | Combinable | None = None,
    campaign_id: int | None = None,
) -> int:
    """Queue one message of ``kind`` for every row of ``recipients``; how many are new.

    The rows may be of any model: expressions (``F("participant_id")``) say which column is what, everything
    else is the same for all. ``key`` is made by ``key_of``. What is empty comes from the participant. As in
    ``queue_many``: the first channel that reaches the person and is connected, and a key that is there
    already changes nothing. Consent and the situation are looked at when the message is sent. Raises KeyError
    for an unknown kind and ValueError for one with recipients of its own, a wrong key or a personal context.
    """
    known = chains.in_force([kind]).get(kind)
    if known.recipients is not None:
        raise ValueError(f"messages of kind {kind!r} go to others than participants: queue_many")
    safety.refuse_personal(context or {})
    cause_type, cause_id = cause_of(cause)  # type: ignore[arg-type]
    given = {
        "key": key,
        "participant_id": Cast(participant_id, BigIntegerField()),
        "cause_id": Cast(_expression(cause_id), BigIntegerField()),
        "city": Cast(_expression(city), CharField()),
        "kecamatan": Cast(_expression(kecamatan), CharField()),
        "language": Cast(_expression(language), CharField()),
        "due_at": Cast(_expression(due_at or timezone.now()), DateTimeField()),
        "expires_at": Cast(_expression(expires_at), DateTimeField()),
    }
    try:
        people = named(*directory.addresses())
        rows = named(recipients, given)
    except EmptyResultSet:
        return 0
    nobody = WayOut(channel or known.usual_way, State.HELD, "no_address")
    choice = choice_of(ways_out(known, channel), or_else=nobody)
    fixed = {
        "kind": known.code,
        "language": settings.LANGUAGE_CODE,
        "context": json.dumps(context or {}, cls=DjangoJSONEncoder),
        "cause_type": cause_type,
        "priority": known.priority,
        "campaign_id": campaign_id,
    }
    new, wrong = _run(people, rows, choice, fixed)
    if wrong:
        raise ValueError("a message's key is 1 to 160 printable ASCII characters")
    if new:
        wake_after_commit()
    return new


def _expression(value: Any) -> Combinable:
    return value if isinstance(value, Combinable) else Value(value)


_PREFIX = "outbox_"  # a queryset may not name a column like a field of its model


@dataclass(frozen=True, slots=True)
class Rows:
    """A queryset as SQL: ``columns`` (our own names) as it gives them."""

    columns: str
    sql: str
    values: tuple[Any, ...]


def named(rows: QuerySet[Any], columns: Mapping[str, Combinable]) -> Rows:
    prefixed = {_PREFIX + name: expression for name, expression in columns.items()}
    unordered = rows if rows.query.is_sliced else rows.order_by()
    sql, values = unordered.annotate(**prefixed).values_list(*prefixed).query.sql_with_params()
    return Rows(", ".join(columns), sql, tuple(values))


@dataclass(frozen=True, slots=True)
class Choice:
    """The ways in their order, as a CASE over the person's columns and three arrays to look up in."""

    case: str
    channels: list[str]
    states: list[str]
    reasons: list[str]


def choice_of(ways: Sequence[WayOut], *, or_else: WayOut) -> Choice:
    """``reached_by`` is one of our own column names (channels.Way)."""
    whens = [f"WHEN person.{WAYS[way.channel].reached_by} THEN {n}" for n, way in enumerate(ways, 1)]
    everything = [*ways, or_else]
    return Choice(
        f"CASE {' '.join(whens)} ELSE {len(everything)} END",
        [way.channel.value for way in everything],
        [way.state.value for way in everything],
        [way.reason for way in everything],
    )


# The order of the keys is the one of queue_many, so that two callers never wait for each other in a ring.
_QUEUE = """
WITH person ({people.columns}) AS NOT MATERIALIZED ({people.sql}),
given ({rows.columns}) AS MATERIALIZED ({rows.sql}),
made AS (
    INSERT INTO notifications_message (
        uid, key, kind, channel, state, reason, participant_id, language, context, cause_type, cause_id,
        city, kecamatan, priority, due_at, expires_at, campaign_id, created_at, attempts)
    SELECT gen_random_uuid(), chosen.key, %s, (%s::text[])[chosen.way], (%s::text[])[chosen.way],
        (%s::text[])[chosen.way], chosen.participant_id, COALESCE(NULLIF(chosen.language, ''), %s),
        %s::jsonb, %s, chosen.cause_id, chosen.city, chosen.kecamatan, %s, chosen.due_at, chosen.expires_at,
        %s, statement_timestamp(), 0
    FROM (
        SELECT given.key, given.participant_id, given.language, given.cause_id, given.due_at,
            given.expires_at, {case} AS way,
            COALESCE(NULLIF(given.city, ''), person.city, '') AS city,
            COALESCE(NULLIF(given.kecamatan, ''), person.kecamatan, '') AS kecamatan
        FROM given LEFT JOIN person ON person.participant_id = given.participant_id
        WHERE given.key ~ '^[ -~]{{1,160}}$'
        ORDER BY given.key COLLATE "C"
    ) AS chosen
    ON CONFLICT (key) DO NOTHING
    RETURNING 1
)
SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM given WHERE NOT key ~ '^[ -~]{{1,160}}$')
"""


def _run(people: Rows, rows: Rows, choice: Choice, fixed: Mapping[str, Any]) -> tuple[int, int]:
    sql = _QUEUE.format(people=people, rows=rows, case=choice.case)
    values = [
        *people.values, *rows.values, fixed["kind"], choice.channels, choice.states, choice.reasons,
        fixed["language"], fixed["context"], fixed["cause_type"], fixed["priority"], fixed["campaign_id"],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        new, wrong = cursor.fetchone()
    return int(new), int(wrong)
