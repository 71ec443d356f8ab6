"""Draining the outbox: claim under a lease, look again whether the message is still wanted, send, write down.

Any number of workers may drain at once and die at any moment.

- A claim takes rows with SKIP LOCKED under a lease and an owner token made for this drain. Every later write
  checks the token (fencing), so a worker that was asleep cannot overwrite what its successor did.
- One drain at a time sends on a channel, whoever is first; several where the settings give it more lines,
  each with one letter on its way.
- Letters go in windows of a quarter of a second (okoce.notifications.sending): one statement begins a window,
  one writes what became of it, a file knows what was accepted in between. So a killed worker repeats at most
  the one letter it was sending, and the rest is free again at once. That is "maybe twice", never "maybe
  never": an e-mail carries its key and a Message-ID made from it, so that a repeated one can be seen.
- A letter of a stopped campaign is not begun: its try begins only where the campaign still runs, so that a
  stop is felt between two windows (okoce.notifications.campaigns).
- What is decided without sending (cancelled, too late, no address) is written in one statement per batch.
- A refused letter waits longer from try to try and is dead after eight; others pass it. When the channel
  itself is down nothing is counted: the batch goes back and the channel rests (okoce.notifications.breaker).

- Outside of decent hours nothing waits in circles: what is due is moved to the next opening, all of a channel
  in one statement. Several messages to one person go as one (okoce.notifications.joining).

Times are the database's: workers with different clocks agree.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from okoce.notifications import (
    breaker,
    budget,
    campaigns,
    chains,
    compose,
    decency,
    joining,
    kinds,
    leases,
    outcomes,
    sending,
    turns,
)
from okoce.notifications.budget import Budget
from okoce.notifications.chains import Chains
from okoce.notifications.channels import WAYS, ChannelDown
from okoce.notifications.compose import FAILED, Verdict
from okoce.notifications.decency import Rules
from okoce.notifications.enums import Event, Manner, State
from okoce.notifications.joining import Parcel
from okoce.notifications.models import Message
from okoce.notifications.outcomes import Outcome
from okoce.notifications.sending import Line, Ready

log = logging.getLogger("okoce.notifications")
BATCH = 50  # of the first claim; the next follow what the channel takes
SECONDS = 20.0  # of one drain, so that other tasks get their turn
LEAST_AT_ONCE, MOST_AT_ONCE = 10, 400
AHEAD, AHEAD_AT_MOST = 2.0, 5.0  # seconds between the last look at a message and its sending


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


def drain(*, seconds: float = SECONDS, batch: int = BATCH, now: datetime | None = None) -> Report:
    """Send what is due, for at most about ``seconds``. Must run outside a transaction.

    ``now`` is taken for the time: what is due, which hours are decent, whom the day still has room for, when
    it was done. Without it the database's. Only leases last as long as they last.
    """
    sending.take_over()
    report, owner, until = Report(), uuid.uuid4(), time.monotonic() + seconds
    for code, way in WAYS.items():
        if way.starts_as != State.PENDING:
            continue
        if reason := way.why_not():
            leases.hold_unconnected(code, reason, now=now)
        elif not breaker.is_open(code):
            with turns.turn(code, now=now) as is_ours:
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
    chains: Chains = chains.USUAL

    def time_of(self, messages: Sequence[Message]) -> datetime:
        """The database's time of a claim: this process's own clock may be wrong."""
        return self.now or messages[0].claimed_at  # type: ignore[attr-defined]


def _drain_channel(drain: _Drain, report: Report) -> None:
    now = drain.now or leases.database_time()
    line = Line(drain.code, drain.owner, now=drain.now, count=report.count)
    allowance = budget.of(drain.code, now=now)
    drain.rules, drain.chains = decency.rules_at(now), chains.in_force()
    joining.postpone_all(drain.code, drain.rules, now=now)
    try:
        while True:
            if time.monotonic() > drain.until:
                report.is_more = True
                return
            messages = leases.claim(drain.code, owner=drain.owner, size=drain.batch, now=drain.now)
            if not messages:
                return
            letters, decided = _sort_out(messages, allowance, drain)
            leases.settle(drain.owner, decided, now=drain.now)
            report.count(decided)
            began = time.monotonic()
            try:
                done = line.send(letters, until=began + AHEAD_AT_MOST)
            except ChannelDown as problem:
                leases.release(drain.owner)
                campaigns.heed(problem.reason)
                pause = breaker.trip(drain.code, problem.reason, is_long=problem.rests_long)
                log.warning("channel %s rests for %.0f s: %s", drain.code, pause, problem.reason)
                return
            if done < len(letters):
                leases.release(drain.owner)
            if done:
                drain.batch = _fitting(done / max(time.monotonic() - began, 1e-6))
    finally:
        line.close()


def _fitting(letters_a_second: float) -> int:
    """How many to claim next: what is prepared goes within a few seconds, so that it is still true then."""
    return max(LEAST_AT_ONCE, min(int(AHEAD * letters_a_second), MOST_AT_ONCE))


def _sort_out(
    messages: list[Message], allowance: Budget | None, drain: _Drain
) -> tuple[list[Ready], list[Outcome]]:
    """Letters to send, and what is decided about the others."""
    now, rules = drain.time_of(messages), drain.rules
    if rules.one_a_day and (people := _people_of_ordinary(messages)):
        messages = messages + joining.gather(people, owner=drain.owner, lease=leases.lease_seconds(), now=now)
    stopped = campaigns.stopped_among(messages)
    alive, decided = [], []
    for message in messages:
        kind = drain.chains.find(message.kind)
        if message.campaign_id in stopped:
            decided.append(outcomes.held(message, campaigns.STOPPED, tries=0))
        elif message.expires_at is not None and message.expires_at <= now:
            decided.append(Outcome(message.pk, State.EXPIRED, Event.EXPIRED, "expired"))
        elif message.receipt:  # accepted, though its sender died before writing down what that means
            decided.append(outcomes.told_accepted(message, kind))
        elif message.attempts >= outcomes.MAX_ATTEMPTS:
            decided.append(Outcome(message.pk, State.DEAD, Event.DEAD, "interrupted"))
        elif kind is not None and (outcome := outcomes.not_now(message, kind.haste, rules, now)):
            decided.append(outcome)
        else:
            alive.append(message)
    with_phone = WAYS[drain.code].needs_phone
    prepared, refused = compose.prepare(alive, with_phone=with_phone, chains=drain.chains)
    decided += [outcomes.of_verdict(verdict) for verdict in refused]
    parcels = [Parcel(one) for one in prepared]
    if rules.one_a_day:
        found = joining.sort(prepared, channel=drain.code, owner=drain.owner, rules=rules, now=now)
        parcels = found.parcels
        until = decency.tomorrow(now, rules)
        decided += [outcomes.waits(pk, until, decency.ONE_A_DAY) for pk in found.waits]
        leases.give_back(drain.owner, found.back)
    over = allowance.beyond([parcel.message for parcel in parcels]) if allowance else set()
    letters = []
    for parcel in parcels:
        if parcel.message.pk in over:
            decided += [outcomes.over_budget(one, now) for one in (parcel.carrier, *parcel.parts)]
            continue
        try:
            letters.append((parcel, parcel.letter()))
        except compose.Unsayable as problem:
            if parcel.parts:
                joining.rest(drain.code)
                decided += [outcomes.freed(pk) for pk in parcel.ids]
            else:
                decided.append(outcomes.unsayable(parcel.carrier, problem.reason))
        except Exception:
            log.exception("the text of a message of kind %s failed", parcel.carrier.kind.code)
            decided += [
                outcomes.of_verdict(Verdict(one.message, FAILED, "kind_failed"))
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
