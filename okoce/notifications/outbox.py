"""Draining the outbox: claim under a lease, look again whether the message is still wanted, send, write down.

Any number of workers may drain at once and die at any moment.

- A claim takes rows with SKIP LOCKED under a lease and an owner token made for this drain. Every later write
  checks the token (fencing), so a worker that was asleep cannot overwrite what its successor did.
- One drain at a time sends on a channel, whoever is first; several where the settings give it more lines,
  each with one letter on its way.
- One statement per letter notes that the last one was accepted and begins the next: it counts the try, renews
  the lease and confirms the token. So a killed worker repeats at most the one letter it was sending. The rest
  of its batch is free again when the lease ends. That is "maybe twice", never "maybe never": an e-mail
  carries its key and a Message-ID made from it, so that a repeated one can be seen.
- That statement touches no index. What the note means (sent, its event, the next channel's time) is written
  for several letters at once, a quarter of a second later at most or by whoever finds a note of a dead
  worker.
- A letter of a stopped campaign is not begun: its try begins only where the campaign still runs, so that a
  stop is felt between two letters of a batch (okoce.notifications.campaigns).
- What is decided without sending (cancelled, too late, no address) is written in one statement per batch.
- A refused letter waits longer from try to try and is dead after eight; others pass it. When the channel
  itself is down nothing is counted: the batch goes back and the channel rests (okoce.notifications.breaker).

- Outside of decent hours nothing waits in circles: what is due is moved to the next opening, all of a channel
  in one statement. Several messages to one person go as one (okoce.notifications.joining).

Times are the database's: workers with different clocks agree.
"""

from __future__ import annotations

import logging
import random
import time
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from psycopg import Cursor

from okoce.notifications import (
    breaker,
    budget,
    campaigns,
    compose,
    decency,
    joining,
    kinds,
    numbers,
    registering,
)
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
from okoce.notifications.decency import Rules
from okoce.notifications.directory import Person
from okoce.notifications.enums import Channel, Event, Manner, State
from okoce.notifications.joining import Parcel
from okoce.notifications.kinds import Kind
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
WRITTEN_AFTER = 0.25  # seconds that an accepted letter may be noted only


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
    until: datetime | None = None  # not before: of a pending one that waits for a decent hour
    text_id: int | None = None  # the province's version in which it was sent


def drain(*, seconds: float = SECONDS, batch: int = BATCH, now: datetime | None = None) -> Report:
    """Send what is due, for at most about ``seconds``. Must run outside a transaction.

    ``now`` is what the rules of decency take for the time; without it the database's.
    """
    report, owner, until = Report(), uuid.uuid4(), time.monotonic() + seconds
    for code, way in WAYS.items():
        if way.starts_as != State.PENDING:
            continue
        if reason := way.why_not():
            hold_unconnected(code, reason)
        elif not breaker.is_open(code):
            with _turn(code) as is_ours:
                if is_ours:
                    _drain_channel(_Drain(code, owner, until, batch, now), report)
    return report


@dataclass
class _Drain:
    """One worker's turn on one channel."""

    code: str
    owner: uuid.UUID
    until: float
    batch: int
    now: datetime | None
    rules: Rules = decency.ANY_HOUR

    def time_of(self, messages: Sequence[Message]) -> datetime:
        """The database's time of a claim: this process's own clock may be wrong."""
        return self.now or messages[0].claimed_at  # type: ignore[attr-defined]


def _drain_channel(drain: _Drain, report: Report) -> None:
    line, allowance = _Line(drain.code), budget.of(drain.code)
    now = drain.now or database_time()
    drain.rules = decency.rules_at(now)
    joining.postpone_all(drain.code, drain.rules, now=now)
    try:
        while True:
            if time.monotonic() > drain.until:
                report.is_more = True
                return
            messages = claim(drain.code, owner=drain.owner, size=drain.batch)
            if not messages:
                return
            letters, decided = _sort_out(messages, allowance, drain)
            settle(drain.owner, decided)
            report.count(decided)
            try:
                _send_all(line, letters, drain.owner, report)
            except ChannelDown as problem:
                release(drain.owner)
                campaigns.heed(problem.reason)
                pause = breaker.trip(drain.code, problem.reason, is_long=problem.rests_long)
                log.warning("channel %s rests for %.0f s: %s", drain.code, pause, problem.reason)
                return
    finally:
        line.close()


def _sort_out(
    messages: list[Message], allowance: Budget | None, drain: _Drain
) -> tuple[list[tuple[Parcel, Letter]], list[Outcome]]:
    """Letters to send, and what is decided about the others."""
    now, rules = drain.time_of(messages), drain.rules
    if rules.one_a_day and (people := _people_of_ordinary(messages)):
        messages = messages + joining.gather(people, owner=drain.owner, lease=_lease_seconds(), now=now)
    stopped = campaigns.stopped_among(messages)
    alive, decided = [], []
    for message in messages:
        kind = kinds.find(message.kind)
        if message.campaign_id in stopped:
            decided.append(_held(message, campaigns.STOPPED, tries=0))
        elif message.expires_at is not None and message.expires_at <= now:
            decided.append(Outcome(message.pk, State.EXPIRED, Event.EXPIRED, "expired"))
        elif message.receipt:  # accepted, though its sender died before writing down what that means
            decided.append(_told_accepted(message))
        elif message.attempts >= MAX_ATTEMPTS:
            decided.append(Outcome(message.pk, State.DEAD, Event.DEAD, "interrupted"))
        elif kind is not None and (outcome := _not_now(message, kind.haste, rules, now)):
            decided.append(outcome)
        else:
            alive.append(message)
    prepared, refused = compose.prepare(alive, with_phone=WAYS[drain.code].needs_phone)
    decided += [_outcome_of(verdict) for verdict in refused]
    parcels = [Parcel(one) for one in prepared]
    if rules.one_a_day:
        found = joining.sort(prepared, channel=drain.code, owner=drain.owner, rules=rules, now=now)
        parcels = found.parcels
        until = decency.tomorrow(now, rules)
        decided += [_waits(pk, until, decency.ONE_A_DAY) for pk in found.waits]
        give_back(drain.owner, found.back)
    over = allowance.beyond([parcel.message for parcel in parcels]) if allowance else set()
    letters = []
    for parcel in parcels:
        if parcel.message.pk in over:
            decided += [_over_budget(one, now) for one in (parcel.carrier, *parcel.parts)]
            continue
        try:
            letters.append((parcel, parcel.letter()))
        except compose.Unsayable as problem:
            if parcel.parts:
                joining.rest(drain.code)
                decided += [_freed(pk) for pk in parcel.ids]
            else:
                decided.append(_unsayable(parcel.carrier, problem.reason))
        except Exception:
            log.exception("the text of a message of kind %s failed", parcel.carrier.kind.code)
            decided += [
                _outcome_of(Verdict(one.message, FAILED, "kind_failed"))
                for one in (parcel.carrier, *parcel.parts)
            ]
    return letters, decided


def _people_of_ordinary(messages: Sequence[Message]) -> set[int]:
    ordinary = set(kinds.with_haste(Manner.ORDINARY, Manner.CHANGE))
    return {
        message.participant_id
        for message in messages
        if message.participant_id is not None and message.kind in ordinary
    }


def _not_now(message: Message, haste: Manner, rules: Rules, now: datetime) -> Outcome | None:
    """What becomes of a message that is due outside of its hours; None: it may go."""
    if rules.any_hour:
        return None
    answer = decency.decide(
        haste, rules, now=now, expires_at=message.expires_at, begins_at=decency.begins_at_of(message)
    )
    if answer.goes:
        return None
    if answer.until is None:
        return Outcome(message.pk, State.HELD, Event.HELD, answer.reason)
    return _waits(message.pk, answer.until, answer.reason)


def _waits(message_id: int, until: datetime, reason: str) -> Outcome:
    return Outcome(message_id, State.PENDING, Event.WAITS, reason, until=until)


def _freed(message_id: int, *, pause: float = 0.0, tries: int = 0) -> Outcome:
    """What was to go inside another message goes on its own again."""
    return Outcome(message_id, State.PENDING, Event.WAITS, "joined_again", pause=pause, tries=tries)


def _over_budget(one: Prepared, now: datetime) -> Outcome:
    """Tomorrow, by the next channel, or (where there is none) as soon as somebody fits in again."""
    next_ways = [c for c in one.kind.after(one.message.channel) if not WAYS[c].why_not()]
    if not budget.can_wait(one.message, now=now) and any(WAYS[c].reaches(one.person) for c in next_ways):
        return Outcome(one.message.pk, State.DEAD, Event.DEAD, budget.SPENT, falls_back_in=0.0)
    pause = budget.ASK_AGAIN.total_seconds()
    return Outcome(one.message.pk, State.PENDING, Event.FAILED, budget.SPENT, pause=pause)


def _unsayable(one: Prepared, reason: str) -> Outcome:
    """Held; a text that WhatsApp has switched off goes to people by their next channel."""
    if reason == registering.OFF_REASON and _has_another_way(one.kind, one.message, one.person):
        return Outcome(one.message.pk, State.DEAD, Event.DEAD, reason, falls_back_in=0.0)
    return Outcome(one.message.pk, State.HELD, Event.HELD, reason)


def _has_another_way(kind: Kind, message: Message, person: Person) -> bool:
    ways = [WAYS[channel] for channel in kind.after(message.channel)]
    return any(not way.why_not() and way.reaches(person) for way in ways)


def _outcome_of(verdict: Verdict) -> Outcome:
    if verdict.state == FAILED:
        return failed_try(verdict.message, verdict.reason, begun=False)
    state = State(verdict.state)
    passes_on = 0.0 if verdict.reason in (compose.CHANNEL_ENDED, compose.PHONE_GONE) else None
    return Outcome(verdict.message.pk, state, state.value, verdict.reason, falls_back_in=passes_on)


def _send_all(
    line: _Line, letters: Sequence[tuple[Parcel, Letter]], owner: uuid.UUID, report: Report
) -> None:
    """Send letter by letter. The results are written whatever happens."""
    results: list[Outcome] = []
    accepted: list[int] = []  # by the last letter, and not noted yet
    since = lost = 0.0
    try:
        for parcel, letter in letters:
            if lost >= LOST_LINES_IN_A_ROW:
                raise ChannelDown("connection_lost")
            message = parcel.message
            sender = line.sender()
            if results and (not accepted or time.monotonic() - since > WRITTEN_AFTER):
                due, results, accepted = results, [], []
                settle(owner, due)
                report.count(due)
            begun = begin(owner, parcel.ids, accepted=accepted)
            since = since if results else time.monotonic()
            accepted = []
            if len(begun) < len(parcel.ids):
                # One of them was cancelled or taken in this very moment: what is left is looked at again.
                results += _left_of(parcel, begun)
                continue
            try:
                given_id = sender.send(letter)
            except Refused as refusal:
                results += _for_all(parcel, _refused(message, refusal), is_final=refusal.is_final)
                lost = 0
                if refusal.reason == numbers.REASON:
                    numbers.is_dead([letter.to.phone])
            except Switched as problem:
                registering.note_refusal(letter, problem.reason)
                results += _switched(parcel, problem.reason)
                lost = 0
            except ConnectionLost:
                results += _for_all(parcel, failed_try(message, "connection_lost"), is_unknown=True)
                lost += 1
                line.close()
            except ChannelDown as problem:
                results += _for_all(parcel, _down(message, problem), is_unknown=problem.is_counted)
                raise
            else:
                results += _accepted(parcel, letter, given_id)
                accepted, lost = parcel.ids, 0
    finally:
        try:
            settle(owner, results)
        except DatabaseError:  # a full disk may still take the note, and that keeps us from repeating
            with suppress(DatabaseError):
                begin(owner, (), accepted=accepted)
            raise
        report.count(results)


def _left_of(parcel: Parcel, begun: Collection[int]) -> list[Outcome]:
    stopped = campaigns.stopped_among(parcel.messages)
    return [_freed(pk, tries=-1) for pk in begun] + [
        _held(one, campaigns.STOPPED, tries=0)
        for one in parcel.messages
        if one.campaign_id in stopped and one.pk not in begun
    ]


def _accepted(parcel: Parcel, letter: Letter, given_id: str) -> list[Outcome]:
    channel = parcel.message.channel
    hears_of_it = WAYS[channel].gives_receipts()
    return [
        Outcome(
            one.message.pk, State.SENT, Event.SENT, "" if one is parcel.carrier else joining.KIND,
            provider_id=given_id, text_id=None if parcel.parts else letter.text_id,
            falls_back_in=kinds.receipt_within(one.kind.code, channel) if hears_of_it else None,
        )
        for one in (parcel.carrier, *parcel.parts)
    ]  # fmt: skip


def _told_accepted(message: Message) -> Outcome:
    """What a note or a receipt says of a message that is still waiting."""
    hears_of_it = WAYS[message.channel].gives_receipts()
    return Outcome(
        message.pk, State.SENT, Event.SENT, joining.KIND if message.joined_to_id else "",
        falls_back_in=kinds.receipt_within(message.kind, message.channel) if hears_of_it else None,
    )  # fmt: skip


def _for_all(
    parcel: Parcel, outcome: Outcome, *, is_final: bool = False, is_unknown: bool = False
) -> list[Outcome]:
    """What became of the carrier, for its parts too: a dead number is dead for all; else they try again.

    ``is_unknown``: it may have arrived, so the try counts, and a receipt still finds the parts.
    """
    outcomes = [outcome]
    for one in parcel.parts:
        if is_final and one.message.channel == parcel.message.channel:
            outcomes.append(replace(outcome, message_id=one.message.pk))
        else:
            tries = 0 if is_unknown else -1
            outcomes.append(_freed(one.message.pk, pause=outcome.pause, tries=tries))
    return outcomes


def _switched(parcel: Parcel, reason: str) -> list[Outcome]:
    """A text that cannot be used: by the next channel, or held until it is mended; joined go singly."""
    if not parcel.parts and _has_another_way(parcel.carrier.kind, parcel.message, parcel.carrier.person):
        return [Outcome(parcel.message.pk, State.DEAD, Event.DEAD, reason, falls_back_in=0.0)]
    if not parcel.parts:
        return [_held(parcel.message, reason)]
    joining.rest(parcel.message.channel)
    return [_freed(pk, tries=-1) for pk in parcel.ids]


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
    first = float(getattr(settings, "OUTBOX_FIRST_PAUSE", FIRST_PAUSE))
    pause: float = min(first * 2 ** (tries - 1), LONGEST_PAUSE) * random.uniform(0.75, 1.25)  # noqa: S311
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
), settled AS (
    UPDATE notifications_message AS m
    SET state = g.state, attempts = m.attempts + g.tries,
        reason = CASE WHEN m.receipt = 'failed' AND g.state = 'sent' THEN m.reason ELSE g.reason END,
        due_at = CASE WHEN g.until IS NOT NULL THEN g.until
                      WHEN g.pause > 0 THEN statement_timestamp() + g.pause * interval '1 second'
                      ELSE m.due_at END,
        finished_at = CASE WHEN g.state IN {_FINAL} THEN statement_timestamp() END,
        text_id = coalesce(g.text_id, m.text_id),
        provider_id = CASE WHEN g.provider_id = '' THEN m.provider_id ELSE g.provider_id END,
        receipt = CASE WHEN m.receipt NOT IN ('', 'accepted') THEN m.receipt
                       WHEN g.provider_id <> '' THEN 'accepted' ELSE '' END,
        falls_back_at = CASE WHEN m.receipt = 'failed' AND g.state = 'sent' THEN m.falls_back_at
                             WHEN m.receipt NOT IN ('delivered', 'read')
                             THEN statement_timestamp() + g.falls_back_in * interval '1 second' END,
        one_of_day = CASE WHEN g.state IN ('sent', 'pending') THEN m.one_of_day END,
        secret_ciphertext = CASE WHEN g.state IN {_FINAL} AND NOT %s THEN NULL ELSE m.secret_ciphertext END,
        lease_owner = NULL, lease_until = NULL
    FROM given AS g
    WHERE m.id = g.id AND m.lease_owner = %s
    RETURNING m.id
), noted AS (
    INSERT INTO notifications_deliveryevent (message_id, at, event, reason)
    SELECT g.id, clock_timestamp(), g.event, CASE WHEN s.id IS NULL THEN 'lease_lost' ELSE g.reason END
    FROM given AS g LEFT JOIN settled AS s USING (id)
)
SELECT count(*), set_config('synchronous_commit', 'off', true) FROM settled
"""  # noqa: S608  only our own constant is put in

# Columns without an index only, so that no index has to follow (a "heap-only" update).
_BEGIN = """
UPDATE notifications_message AS m
SET receipt = CASE WHEN m.id = ANY(%(accepted)s::bigint[]) AND m.receipt = '' THEN 'accepted'
                   ELSE m.receipt END,
    attempts = m.attempts + CASE WHEN m.id = ANY(%(begun)s::bigint[]) THEN 1 ELSE 0 END,
    lease_until = statement_timestamp() + %(lease)s * interval '1 second'
WHERE m.id = ANY(%(begun)s::bigint[] || %(accepted)s::bigint[]) AND m.lease_owner = %(owner)s
  AND (m.campaign_id IS NULL OR m.id = ANY(%(accepted)s::bigint[]) OR NOT EXISTS (
      SELECT FROM notifications_campaign AS c WHERE c.id = m.campaign_id AND c.stopped_at IS NOT NULL))
RETURNING m.id, set_config('synchronous_commit', 'off', true)
"""


def claim(channel: str, *, owner: uuid.UUID, size: int) -> list[Message]:
    """Up to ``size`` due messages, now leased to ``owner``; urgent ones first, then the longest due."""
    sql = _CLAIM.format(order=_ORDERS.get(channel, "priority, due_at, id"))
    rows = Message.objects.raw(sql, [channel, size, owner, _lease_seconds()])
    if channel in _ORDERS:
        return sorted(rows, key=lambda m: (m.priority, m.expires_at or NEVER, m.due_at, m.pk))
    return sorted(rows, key=lambda m: (m.priority, m.due_at, m.pk))


def begin(owner: uuid.UUID, ids: Sequence[int], *, accepted: Sequence[int] = ()) -> set[int]:
    """Note that the messages ``accepted`` were, and begin the try of others, one letter; which of ``ids`` are
    (still) ours.

    This commit does not wait for the disk: a killed worker loses nothing by it, a power cut of the database
    may forget the last half second and repeat those letters. Waiting would cost more than sending.
    """
    values = {"begun": list(ids), "accepted": list(accepted), "lease": _lease_seconds(), "owner": owner}
    return {pk for pk, _commit in _prepared(_BEGIN, values)} & set(ids)


def settle(owner: uuid.UUID, outcomes: Sequence[Outcome]) -> None:
    """Write outcomes. What is not ours any more keeps the state its new owner gives it; the event is written
    all the same. As with ``begin``, the disk is not waited for.
    """
    if not outcomes:
        return
    columns: list[list[Any]] = [
        [o.message_id for o in outcomes],
        [o.state.value for o in outcomes],
        [str(o.event) for o in outcomes],
        [o.reason for o in outcomes],
        [o.pause for o in outcomes],
        [o.tries for o in outcomes],
        [o.provider_id for o in outcomes],
        [o.falls_back_in for o in outcomes],
        [o.until for o in outcomes],
        [o.text_id for o in outcomes],
    ]
    ((settled, _commit),) = _prepared(_SETTLE, [*columns, settings.DEMO, owner])
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


def oldest_due(*, now: datetime, of_campaigns: bool = True) -> timedelta | None:
    """How long the oldest message that could go has been waiting."""
    due = Message.objects.filter(state=State.PENDING, due_at__lte=now).order_by("due_at")
    if not of_campaigns:
        due = due.filter(campaign=None)
    first = due.values_list("due_at", flat=True).first()
    return None if first is None else now - first


def _lease_seconds() -> float:
    return float(getattr(settings, "OUTBOX_LEASE_SECONDS", LEASE_SECONDS))


@contextmanager
def _turn(channel: str) -> Iterator[bool]:
    """As many drains at a time send on a channel as there are lines (settings.OUTBOX_LINES, one without it);
    the other workers stay free for others.

    The lock belongs to the database connection, so it ends with a killed worker. It only saves work; what
    keeps two senders apart are the leases. So a worker that holds it and does nothing (stopped, or cut off
    from us) is passed.
    """
    line = _free_line(channel)
    if line is None:
        yield _holder_is_stuck(channel)
        return
    try:
        yield True
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('okoce.outbox'), hashtext(%s))", [line])


def _free_line(channel: str) -> str | None:
    """The name of a line that is ours from now on; None when all are taken."""
    for line in (channel, *(f"{channel}:{n}" for n in range(1, settings.OUTBOX_LINES))):
        if line != channel and not _fits_into_the_day(channel):
            return None  # two lines would count the people of the day apart
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext('okoce.outbox'), hashtext(%s))", [line])
            (is_locked,) = cursor.fetchone()
        if is_locked:
            return line
    return None


def _fits_into_the_day(channel: str) -> bool:
    """Whether everything that waits would fit into the channel's budget."""
    allowance = budget.of(channel)
    if allowance is None:
        return True
    return bool(Message.objects.filter(state=State.PENDING, channel=channel).count() < allowance.left)


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
