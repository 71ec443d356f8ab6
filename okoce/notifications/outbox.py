"""Draining the outbox: claim under a lease, look again whether the message is still wanted, send, write down.

Any number of workers may drain at once and die at any moment.

- A claim takes rows with SKIP LOCKED under a lease and an owner token made for this drain. Every later write
  checks the token (fencing), so a worker that was asleep cannot overwrite what its successor did.
- One drain at a time sends on a channel, whoever is first.
- One statement per letter writes the result of the last one and begins the next: it counts the try, renews
  the lease and confirms the token. So a killed worker repeats at most the one letter it was sending. The rest
  of its batch is free again when the lease ends. That is "maybe twice", never "maybe never": an e-mail
  carries its key and a Message-ID made from it, so that a repeated one can be seen.
- A letter of a stopped campaign is not begun: its try begins only where the campaign still runs, so that a
  stop is felt between two letters of a batch (okoce.notifications.campaigns).
- What is decided without sending (cancelled, too late, no address) is written in one statement per batch.
- A refused letter waits longer from try to try and is dead after eight; others pass it. When the channel
  itself is down nothing is counted: the batch goes back and the channel rests (okoce.notifications.breaker).

Times are the database's: workers with different clocks agree.
"""

from __future__ import annotations

import logging
import random
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from psycopg import Cursor

from okoce.notifications import breaker, budget, campaigns, compose, kinds
from okoce.notifications.budget import Budget
from okoce.notifications.channels import (
    WAYS,
    ChannelDown,
    ConnectionLost,
    Letter,
    Refused,
    Sender,
    Switched,
)
from okoce.notifications.compose import FAILED, Prepared, Verdict
from okoce.notifications.enums import Channel, Event, State
from okoce.notifications.models import Message

log = logging.getLogger("okoce.notifications")

MAX_ATTEMPTS = 8
BATCH = 50
LEASE_SECONDS = 90.0  # longer than one letter may take; renewed before each
SECONDS = 20.0  # of one drain, so that other tasks get their turn
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 3600.0
LOST_LINES_IN_A_ROW = 3
NEVER = datetime.max.replace(tzinfo=UTC)
STUCK_AFTER, MOMENT = timedelta(seconds=60), 1.5


@dataclass
class Report:
    """What one drain did."""

    sent: int = 0
    failed: int = 0
    not_sent: dict[str, int] = field(default_factory=dict)
    is_more: bool = False

    def count(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.state == State.SENT:
                self.sent += 1
            elif outcome.event == Event.FAILED:
                self.failed += 1
            else:
                self.not_sent[outcome.state] = self.not_sent.get(outcome.state, 0) + 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is written about one message. ``pause`` seconds until the next try of a pending one."""

    message_id: int
    state: State
    event: str
    reason: str = ""
    pause: float = 0.0
    tries: int = 0  # added to those counted when the try began
    provider_id: str = ""
    falls_back_in: float | None = None  # seconds until the person's next channel takes over


def drain(*, seconds: float = SECONDS, batch: int = BATCH) -> Report:
    """Send what is due, for at most about ``seconds``. Must run outside a transaction."""
    report, owner, until = Report(), uuid.uuid4(), time.monotonic() + seconds
    for code, way in WAYS.items():
        if way.starts_as != State.PENDING:
            continue
        if reason := way.why_not():
            hold_unconnected(code, reason)
        elif not breaker.is_open(code):
            with _turn(code) as is_ours:
                if is_ours:
                    _drain_channel(code, owner, until, batch, report)
    return report


def _drain_channel(code: str, owner: uuid.UUID, until: float, batch: int, report: Report) -> None:
    line, allowance = _Line(code), budget.of(code)
    try:
        while True:
            if time.monotonic() > until:
                report.is_more = True
                return
            messages = claim(code, owner=owner, size=batch)
            if not messages:
                return
            letters, decided = _sort_out(messages, allowance, with_phone=WAYS[code].needs_phone)
            settle(owner, decided)
            report.count(decided)
            try:
                _send_all(line, letters, owner, report)
            except ChannelDown as problem:
                release(owner)
                campaigns.heed(problem.reason)
                pause = breaker.trip(code, problem.reason, is_long=problem.rests_long)
                log.warning("channel %s rests for %.0f s: %s", code, pause, problem.reason)
                return
    finally:
        line.close()


def _sort_out(
    messages: Sequence[Message], allowance: Budget | None, *, with_phone: bool
) -> tuple[list[tuple[Message, Letter]], list[Outcome]]:
    """Letters to send, and what is decided about the others."""
    now = timezone.now()
    stopped = campaigns.stopped_among(messages)
    alive, decided = [], []
    for message in messages:
        if message.campaign_id in stopped:
            decided.append(_held(message, campaigns.STOPPED, tries=0))
        elif message.expires_at is not None and message.expires_at <= now:
            decided.append(Outcome(message.pk, State.EXPIRED, Event.EXPIRED, "expired"))
        elif message.receipt:  # a receipt came though its sender died before writing it down
            decided.append(Outcome(message.pk, State.SENT, Event.SENT))
        elif message.attempts >= MAX_ATTEMPTS:
            decided.append(Outcome(message.pk, State.DEAD, Event.DEAD, "interrupted"))
        else:
            alive.append(message)
    prepared, refused = compose.prepare(alive, with_phone=with_phone)
    decided += [_outcome_of(verdict) for verdict in refused]
    over = allowance.beyond([one.message for one in prepared]) if allowance else set()
    letters = []
    for one in prepared:
        if one.message.pk in over:
            decided.append(_over_budget(one, now))
            continue
        try:
            letters.append((one.message, compose.letter(one)))
        except compose.Unsayable as problem:
            decided.append(Outcome(one.message.pk, State.HELD, Event.HELD, problem.reason))
        except Exception:
            log.exception("the text of a message of kind %s failed", one.kind.code)
            decided.append(_outcome_of(Verdict(one.message, FAILED, "kind_failed")))
    return letters, decided


def _over_budget(one: Prepared, now: datetime) -> Outcome:
    """Tomorrow, by the next channel, or (where there is none) as soon as somebody fits in again."""
    next_ways = [c for c in one.kind.after(one.message.channel) if not WAYS[c].why_not()]
    if not budget.can_wait(one.message, now=now) and any(WAYS[c].reaches(one.person) for c in next_ways):
        return Outcome(one.message.pk, State.DEAD, Event.DEAD, budget.SPENT, falls_back_in=0.0)
    pause = budget.ASK_AGAIN.total_seconds()
    return Outcome(one.message.pk, State.PENDING, Event.FAILED, budget.SPENT, pause=pause)


def _outcome_of(verdict: Verdict) -> Outcome:
    if verdict.state == FAILED:
        return failed_try(verdict.message, verdict.reason, begun=False)
    state = State(verdict.state)
    passes_on = 0.0 if verdict.reason in (compose.CHANNEL_ENDED, compose.PHONE_GONE) else None
    return Outcome(verdict.message.pk, state, state.value, verdict.reason, falls_back_in=passes_on)


def _send_all(
    line: _Line, letters: Sequence[tuple[Message, Letter]], owner: uuid.UUID, report: Report
) -> None:
    """Send letter by letter. The last result is written whatever happens."""
    last: list[Outcome] = []
    lost = 0
    try:
        for message, letter in letters:
            if lost >= LOST_LINES_IN_A_ROW:
                raise ChannelDown("connection_lost")
            sender = line.sender()
            is_mine = settle(owner, last, begin=message.pk)
            report.count(last)
            last = []
            if not is_mine:
                if campaigns.stopped_among([message]):
                    last = [_held(message, campaigns.STOPPED, tries=0)]
                continue
            try:
                given_id = sender.send(letter)
            except Refused as refusal:
                last, lost = [_refused(message, refusal)], 0
            except Switched as problem:
                last, lost = [_held(message, problem.reason)], 0
            except ConnectionLost:
                last, lost = [failed_try(message, "connection_lost")], lost + 1
                line.close()
            except ChannelDown as problem:
                last = [_down(message, problem)]
                raise
            else:
                last, lost = [_accepted(message, given_id)], 0
    finally:
        settle(owner, last)
        report.count(last)


def _accepted(message: Message, given_id: str) -> Outcome:
    hears_of_it = WAYS[message.channel].gives_receipts()
    return Outcome(
        message.pk, State.SENT, Event.SENT, provider_id=given_id,
        falls_back_in=kinds.receipt_within(message.kind, message.channel) if hears_of_it else None,
    )  # fmt: skip


def _refused(message: Message, refusal: Refused) -> Outcome:
    if refusal.is_final:
        return Outcome(message.pk, State.DEAD, Event.DEAD, refusal.reason, falls_back_in=0.0)
    pause = None
    if refusal.first_pause is not None:
        pause = min(refusal.first_pause * refusal.factor**message.attempts, LONGEST_PAUSE)
    return failed_try(message, refusal.reason, pause=pause)


def _held(message: Message, reason: str, *, tries: int = -1) -> Outcome:
    return Outcome(message.pk, State.HELD, Event.HELD, reason, tries=tries)


def _down(message: Message, problem: ChannelDown) -> Outcome:
    if problem.is_counted:
        return failed_try(message, problem.reason)
    return Outcome(message.pk, State.PENDING, Event.FAILED, problem.reason, tries=-1)


class _Line:
    """The channel's connection: opened when first needed, kept, opened anew after it broke."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._sender: Sender | None = None

    def sender(self) -> Sender:
        if self._sender is None:
            self._sender = WAYS[self.code].open()
            breaker.reset(self.code)
        return self._sender

    def close(self) -> None:
        if self._sender is not None:
            self._sender.close()
            self._sender = None


def failed_try(message: Message, reason: str, *, begun: bool = True, pause: float | None = None) -> Outcome:
    """The outcome of a try that failed: again later, or dead after the eighth, for the next channel.

    A try that has ``begun`` was counted when it began.
    """
    tries = message.attempts + 1
    more = 0 if begun else 1
    if tries >= MAX_ATTEMPTS:
        return Outcome(message.pk, State.DEAD, Event.DEAD, reason, tries=more, falls_back_in=0.0)
    return Outcome(
        message.pk, State.PENDING, Event.FAILED, reason, tries=more,
        pause=backoff(tries) if pause is None else pause,
    )  # fmt: skip


def backoff(tries: int) -> float:
    """Seconds until the next try after ``tries`` failed ones: doubling, capped, spread by a half."""
    pause: float = min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE) * random.uniform(0.75, 1.25)  # noqa: S311
    return pause


# ---------------------------------------------------------------- the table

# Whoever runs out of time first goes first where not everybody fits into the day; else the longest due.
_ORDERS: dict[str, str] = {Channel.WHATSAPP: "priority, expires_at, due_at, id"}
_CLAIM = """
WITH picked AS MATERIALIZED (
    SELECT id FROM notifications_message
    WHERE state = 'pending' AND channel = %s AND due_at <= statement_timestamp()
      AND (lease_until IS NULL OR lease_until < statement_timestamp())
    ORDER BY {order}
    LIMIT %s
    FOR UPDATE SKIP LOCKED
)
UPDATE notifications_message AS m
SET lease_owner = %s, lease_until = statement_timestamp() + %s * interval '1 second'
FROM picked WHERE m.id = picked.id
RETURNING m.*
"""

_FINAL = "('sent', 'cancelled', 'expired', 'dead')"

# Only pending rows have a lease (a constraint says so), so the token is the whole condition. Asking for the
# state as well tempts a planner without fresh statistics into the index of all pending rows, every time.
_SETTLE = f"""
WITH given AS (
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::float8[], %s::smallint[],
                         %s::text[], %s::float8[])
        AS g (id, state, event, reason, pause, tries, provider_id, falls_back_in)
), settled AS (
    UPDATE notifications_message AS m
    SET state = g.state, reason = g.reason, attempts = m.attempts + g.tries,
        due_at = CASE WHEN g.pause > 0 THEN statement_timestamp() + g.pause * interval '1 second'
                      ELSE m.due_at END,
        finished_at = CASE WHEN g.state IN {_FINAL} THEN statement_timestamp() END,
        provider_id = CASE WHEN g.provider_id = '' THEN m.provider_id ELSE g.provider_id END,
        receipt = CASE WHEN g.provider_id <> '' AND m.receipt = '' THEN 'accepted' ELSE m.receipt END,
        falls_back_at = CASE WHEN m.receipt NOT IN ('delivered', 'read')
                             THEN statement_timestamp() + g.falls_back_in * interval '1 second' END,
        secret_ciphertext = CASE WHEN g.state IN {_FINAL} AND NOT %s THEN NULL ELSE m.secret_ciphertext END,
        lease_owner = NULL, lease_until = NULL
    FROM given AS g
    WHERE m.id = g.id AND m.lease_owner = %s
    RETURNING m.id
), noted AS (
    INSERT INTO notifications_deliveryevent (message_id, at, event, reason)
    SELECT g.id, clock_timestamp(), g.event, CASE WHEN s.id IS NULL THEN 'lease_lost' ELSE g.reason END
    FROM given AS g LEFT JOIN settled AS s USING (id)
), begun AS (
    UPDATE notifications_message AS b
    SET attempts = attempts + 1, lease_until = statement_timestamp() + %s * interval '1 second'
    WHERE id = %s AND lease_owner = %s
      AND (campaign_id IS NULL OR NOT EXISTS (
          SELECT FROM notifications_campaign AS c WHERE c.id = b.campaign_id AND c.stopped_at IS NOT NULL))
    RETURNING id
)
SELECT (SELECT count(*) FROM settled), (SELECT count(*) FROM begun),
       set_config('synchronous_commit', 'off', true)
"""  # noqa: S608  only our own constant is put in


def claim(channel: str, *, owner: uuid.UUID, size: int) -> list[Message]:
    """Up to ``size`` due messages, now leased to ``owner``; urgent ones first, then the longest due."""
    sql = _CLAIM.format(order=_ORDERS.get(channel, "priority, due_at, id"))
    rows = Message.objects.raw(sql, [channel, size, owner, _lease_seconds()])
    if channel in _ORDERS:
        return sorted(rows, key=lambda m: (m.priority, m.expires_at or NEVER, m.due_at, m.pk))
    return sorted(rows, key=lambda m: (m.priority, m.due_at, m.pk))


def settle(owner: uuid.UUID, outcomes: Sequence[Outcome], *, begin: int | None = None) -> bool:
    """Write outcomes and begin the try of the message ``begin``; whether that one is (still) ours.

    What is not ours any more keeps the state its new owner gives it; the event is written all the same.

    This commit does not wait for the disk: a killed worker loses nothing by it, a power cut of the database
    may forget the last half second and repeat those letters. Waiting would cost more than sending.
    """
    if not outcomes and begin is None:
        return False
    columns: list[list[Any]] = [
        [o.message_id for o in outcomes],
        [o.state.value for o in outcomes],
        [str(o.event) for o in outcomes],
        [o.reason for o in outcomes],
        [o.pause for o in outcomes],
        [o.tries for o in outcomes],
        [o.provider_id for o in outcomes],
        [o.falls_back_in for o in outcomes],
    ]
    settled, begun, _commit = _prepared(
        _SETTLE, [*columns, settings.DEMO, owner, _lease_seconds(), begin, owner]
    )
    if settled != len(outcomes):
        log.warning("%d results came after the lease was over", len(outcomes) - settled)
    return bool(begun)


def _prepared(sql: str, values: list[Any]) -> tuple[Any, ...]:
    """The one row of a statement that the server has prepared: it runs for every letter and is long to
    plan.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(sql, values, prepare=True)
        row: tuple[Any, ...] | None = cursor.fetchone()
    assert row is not None
    return row


def release(owner: uuid.UUID) -> int:
    """Give back, unsent and uncounted, everything ``owner`` still holds."""
    return Message.objects.filter(lease_owner=owner, state=State.PENDING).update(
        lease_owner=None, lease_until=None
    )


_HOLD = """
WITH held AS (
    UPDATE notifications_message SET state = 'held', reason = %s, lease_owner = NULL, lease_until = NULL
    WHERE id IN (
        SELECT id FROM notifications_message
        WHERE state = 'pending' AND channel = %s AND due_at <= statement_timestamp()
          AND (lease_until IS NULL OR lease_until < statement_timestamp())
        FOR UPDATE SKIP LOCKED
    )
    RETURNING id
)
INSERT INTO notifications_deliveryevent (message_id, at, event, reason)
SELECT id, clock_timestamp(), 'held', %s FROM held
"""


def hold_unconnected(channel: str, reason: str) -> int:
    """What is due on a channel that is not connected is held, and says why."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [reason, channel, reason])
        return int(cursor.rowcount)


def oldest_due(*, now: datetime) -> timedelta | None:
    """How long the oldest message that could go has been waiting."""
    due = Message.objects.filter(state=State.PENDING, due_at__lte=now).order_by("due_at")
    first = due.values_list("due_at", flat=True).first()
    return None if first is None else now - first


def _lease_seconds() -> float:
    return float(getattr(settings, "OUTBOX_LEASE_SECONDS", LEASE_SECONDS))


@contextmanager
def _turn(channel: str) -> Iterator[bool]:
    """One drain at a time sends on a channel: one line is as fast as several, and the workers stay free for
    others.

    The lock belongs to the database connection, so it ends with a killed worker. It only saves work; what
    keeps two senders apart are the leases. So a worker that holds it and does nothing (stopped, or cut off
    from us) is passed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('okoce.outbox'), hashtext(%s))", [channel])
        (is_locked,) = cursor.fetchone()
    if not is_locked:
        yield _holder_is_stuck(channel)
        return
    try:
        yield True
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('okoce.outbox'), hashtext(%s))", [channel])


def _holder_is_stuck(channel: str) -> bool:
    """Whether something is long due while nobody has anything in hand, also after a moment."""
    now = timezone.now()
    waiting = Message.objects.filter(state=State.PENDING, channel=channel)
    if not waiting.filter(due_at__lt=now - STUCK_AFTER).exists():
        return False
    time.sleep(MOMENT)  # it may just have begun
    if waiting.filter(lease_until__gt=timezone.now()).exists():
        return False
    log.warning("channel %s: a worker holds the turn and does nothing; passing it", channel)
    return True
