"""The outbox as a table: who holds which message, and what is written about it.

Times are the database's, or those of a clock that is given: what is due, and when it was done. A lease always
lasts as long as it lasts.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F
from psycopg import Cursor

from okoce.notifications.enums import Channel, Receipt, State
from okoce.notifications.models import Message
from okoce.notifications.outcomes import Outcome

log = logging.getLogger("okoce.notifications")

LEASE_SECONDS = 90.0  # longer than one letter may take; renewed before each
NEVER = datetime.max.replace(tzinfo=UTC)
# Whoever runs out of time first goes first where not everybody fits into the day; else the longest due.
_ORDERS: dict[str, str] = {Channel.WHATSAPP: "priority, expires_at, due_at, id"}
_CLAIM = """
WITH picked AS MATERIALIZED (
    SELECT id FROM notifications_message
    WHERE state = 'pending' AND channel = %s AND due_at <= coalesce(%s::timestamptz, statement_timestamp())
      AND (lease_until IS NULL OR lease_until < statement_timestamp())
    ORDER BY {order}
    LIMIT %s
    FOR UPDATE SKIP LOCKED
)
UPDATE notifications_message AS m
SET lease_owner = %s, lease_until = statement_timestamp() + %s * interval '1 second'
FROM picked WHERE m.id = picked.id
RETURNING m.*, statement_timestamp() AS claimed_at
"""
_FINAL = "('sent', 'cancelled', 'expired', 'dead')"
# Only pending rows have a lease (a constraint says so), so the token is the whole condition. Asking for the
# state as well tempts a planner without fresh statistics into the index of all pending rows, every time.
_SETTLE = f"""
WITH given AS (
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::float8[], %s::smallint[],
                         %s::text[], %s::float8[], %s::timestamptz[], %s::bigint[])
        AS g (id, state, event, reason, pause, tries, provider_id, falls_back_in, until, text_id)
), clock AS (
    SELECT coalesce(%s::timestamptz, statement_timestamp()) AS time
), settled AS (
    UPDATE notifications_message AS m
    SET state = g.state, attempts = m.attempts + g.tries,
        reason = CASE WHEN m.receipt = 'failed' AND g.state = 'sent' THEN m.reason ELSE g.reason END,
        due_at = CASE WHEN g.until IS NOT NULL THEN g.until
                      WHEN g.pause > 0 THEN clock.time + g.pause * interval '1 second'
                      ELSE m.due_at END,
        finished_at = CASE WHEN g.state IN {_FINAL} THEN clock.time END,
        text_id = coalesce(g.text_id, m.text_id),
        provider_id = CASE WHEN g.provider_id = '' THEN m.provider_id ELSE g.provider_id END,
        receipt = CASE WHEN m.receipt NOT IN ('', 'accepted') THEN m.receipt
                       WHEN g.provider_id <> '' THEN 'accepted' ELSE '' END,
        falls_back_at = CASE WHEN m.receipt = 'failed' AND g.state = 'sent' THEN m.falls_back_at
                             WHEN m.receipt NOT IN ('delivered', 'read')
                             THEN clock.time + g.falls_back_in * interval '1 second' END,
        one_of_day = CASE WHEN g.state IN ('sent', 'pending') THEN m.one_of_day END,
        secret_ciphertext = CASE WHEN g.state IN {_FINAL} AND NOT %s THEN NULL ELSE m.secret_ciphertext END,
        lease_owner = NULL, lease_until = NULL
    FROM given AS g, clock
    WHERE m.id = g.id AND m.lease_owner = %s
    RETURNING m.id
), noted AS (
    INSERT INTO notifications_deliveryevent (message_id, at, event, reason)
    SELECT g.id, clock_timestamp(), g.event, CASE WHEN s.id IS NULL THEN 'lease_lost' ELSE g.reason END
    FROM given AS g LEFT JOIN settled AS s USING (id)
)
SELECT count(*), set_config('synchronous_commit', 'off', true) FROM settled
"""  # noqa: S608  only our own constant is put in
# Only who has waited long renews the lease: a row that is not written costs nothing. A column without an
# index, so that no index has to follow (a "heap-only" update).
_BEGIN = """
WITH mine AS (
    SELECT m.id, m.lease_until > statement_timestamp() + %s * interval '1 second' AS is_fresh
    FROM notifications_message AS m
    WHERE m.id = ANY(%s) AND m.lease_owner = %s
      AND (m.campaign_id IS NULL OR NOT EXISTS (
          SELECT FROM notifications_campaign AS c WHERE c.id = m.campaign_id AND c.stopped_at IS NOT NULL))
), renewed AS (
    UPDATE notifications_message AS m SET lease_until = statement_timestamp() + %s * interval '1 second'
    FROM mine WHERE m.id = mine.id AND NOT mine.is_fresh AND m.lease_owner = %s
    RETURNING m.id
)
SELECT id FROM mine WHERE is_fresh UNION ALL SELECT id FROM renewed
"""
_FRESH = 0.9  # of a lease: enough for the longest letter


def claim(channel: str, *, owner: uuid.UUID, size: int, now: datetime | None = None) -> list[Message]:
    """Up to ``size`` due messages, now leased to ``owner``; urgent ones first, then the longest due."""
    sql = _CLAIM.format(order=_ORDERS.get(channel, "priority, due_at, id"))
    rows = Message.objects.raw(sql, [channel, now, size, owner, lease_seconds()])
    if channel in _ORDERS:
        return sorted(rows, key=lambda m: (m.priority, m.expires_at or NEVER, m.due_at, m.pk))
    return sorted(rows, key=lambda m: (m.priority, m.due_at, m.pk))


def begin(owner: uuid.UUID, ids: Sequence[int]) -> set[int]:
    """Which of these are (still) ours and wanted, under a lease that outlasts a letter."""
    lease = lease_seconds()
    return {pk for (pk,) in _prepared(_BEGIN, [_FRESH * lease, list(ids), owner, lease, owner])}


def count_tries(owner: uuid.UUID, ids: Collection[int]) -> None:
    """Count a try of each whose outcome is not known yet, or never will be."""
    if ids:
        mine = Message.objects.filter(pk__in=sorted(ids), lease_owner=owner)
        mine.update(attempts=F("attempts") + 1)


def note_accepted(owner: uuid.UUID, ids: Sequence[int]) -> None:
    """Note only that these were accepted; whoever claims them next writes the rest."""
    Message.objects.filter(pk__in=ids, lease_owner=owner, receipt="").update(receipt=Receipt.ACCEPTED)


def settle(
    owner: uuid.UUID,
    outcomes: Sequence[Outcome],
    *,
    begun: Collection[int] = (),
    now: datetime | None = None,
) -> None:
    """Write outcomes, and count a try of the ``begun`` among them. What is not ours any more keeps the state
    its new owner gives it; the event is written all the same.

    This commit does not wait for the disk: a killed worker loses nothing by it, a power cut of the database
    may forget the last half second and repeat those letters. Waiting would cost more than sending.
    """
    if not outcomes:
        return
    columns: list[list[Any]] = [
        [o.message_id for o in outcomes],
        [o.state.value for o in outcomes],
        [str(o.event) for o in outcomes],
        [o.reason for o in outcomes],
        [o.pause for o in outcomes],
        [o.tries + (o.message_id in begun) for o in outcomes],
        [o.provider_id for o in outcomes],
        [o.falls_back_in for o in outcomes],
        [o.until for o in outcomes],
        [o.text_id for o in outcomes],
    ]
    ((settled, _commit),) = _prepared(_SETTLE, [*columns, now, settings.DEMO, owner])
    if settled != len(outcomes):
        log.warning("%d results came after the lease was over", len(outcomes) - settled)


def _prepared(sql: str, values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement that the server has prepared: it runs for every letter and is long to plan."""
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(sql, values, prepare=True)
        return cursor.fetchall()


def release(owner: uuid.UUID) -> int:
    """Give back, unsent and uncounted, everything ``owner`` still holds."""
    return Message.objects.filter(lease_owner=owner, state=State.PENDING).update(
        lease_owner=None, lease_until=None
    )


def give_back(owner: uuid.UUID, ids: Sequence[int]) -> None:
    """Leave these, unsent and uncounted, to whoever drains their channel."""
    if ids:
        Message.objects.filter(pk__in=ids, lease_owner=owner).update(lease_owner=None, lease_until=None)


def database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (now,) = cursor.fetchone()
    moment: datetime = now
    return moment


_HOLD = """
WITH held AS (
    UPDATE notifications_message SET state = 'held', reason = %s, lease_owner = NULL, lease_until = NULL
    WHERE id IN (
        SELECT id FROM notifications_message
        WHERE state = 'pending' AND channel = %s
          AND due_at <= coalesce(%s::timestamptz, statement_timestamp())
          AND (lease_until IS NULL OR lease_until < statement_timestamp())
        FOR UPDATE SKIP LOCKED
    )
    RETURNING id
)
INSERT INTO notifications_deliveryevent (message_id, at, event, reason)
SELECT id, clock_timestamp(), 'held', %s FROM held
"""


def hold_unconnected(channel: str, reason: str, *, now: datetime | None = None) -> int:
    """What is due on a channel that is not connected is held, and says why."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [reason, channel, now, reason])
        return int(cursor.rowcount)


def oldest_due(*, now: datetime, of_campaigns: bool = True) -> timedelta | None:
    """How long the oldest message that could go has been waiting."""
    due = Message.objects.filter(state=State.PENDING, due_at__lte=now).order_by("due_at")
    if not of_campaigns:
        due = due.filter(campaign=None)
    first = due.values_list("due_at", flat=True).first()
    return None if first is None else now - first


def lease_seconds() -> float:
    return float(getattr(settings, "OUTBOX_LEASE_SECONDS", LEASE_SECONDS))
