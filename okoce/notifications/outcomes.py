"""What becomes of a message: sent, again later, given up, held, or left to its next channel."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from okoce.notifications import budget, campaigns, compose, decency, joining, registering
from okoce.notifications.channels import WAYS, ChannelDown, Letter, Refused
from okoce.notifications.compose import FAILED, Prepared, Verdict
from okoce.notifications.decency import Rules
from okoce.notifications.directory import Person
from okoce.notifications.enums import Event, Manner, State
from okoce.notifications.joining import Parcel
from okoce.notifications.kinds import Kind
from okoce.notifications.models import Message

MAX_ATTEMPTS = 8
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 3600.0
TOO_LONG = "text_too_long"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is written about one message. ``pause`` seconds until the next try of a pending one."""

    message_id: int
    state: State
    event: str
    reason: str = ""
    pause: float = 0.0
    tries: int = 0  # added to the one that is counted for what was begun
    provider_id: str = ""
    falls_back_in: float | None = None  # seconds until the person's next channel takes over
    until: datetime | None = None  # not before: of a pending one that waits for a decent hour
    text_id: int | None = None  # the province's version in which it was sent


def not_now(message: Message, haste: Manner, rules: Rules, now: datetime) -> Outcome | None:
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
    return waits(message.pk, answer.until, answer.reason)


def waits(message_id: int, until: datetime, reason: str) -> Outcome:
    return Outcome(message_id, State.PENDING, Event.WAITS, reason, until=until)


def freed(message_id: int, *, pause: float = 0.0, tries: int = 0) -> Outcome:
    """What was to go inside another message goes on its own again."""
    return Outcome(message_id, State.PENDING, Event.WAITS, "joined_again", pause=pause, tries=tries)


def over_budget(one: Prepared, now: datetime) -> Outcome:
    """Tomorrow, by the next channel, or (where there is none) as soon as somebody fits in again."""
    next_ways = [c for c in one.kind.after(one.message.channel) if not WAYS[c].why_not()]
    if not budget.can_wait(one.message, now=now) and any(WAYS[c].reaches(one.person) for c in next_ways):
        return Outcome(one.message.pk, State.DEAD, Event.DEAD, budget.SPENT, falls_back_in=0.0)
    pause = budget.ASK_AGAIN.total_seconds()
    return Outcome(one.message.pk, State.PENDING, Event.FAILED, budget.SPENT, pause=pause)


def unsayable(one: Prepared, reason: str) -> Outcome:
    """Held; a text that WhatsApp has switched off, or that is too long for it with its values, goes to people
    by their next channel.
    """
    if reason in (registering.OFF_REASON, TOO_LONG) and _has_another_way(one.kind, one.message, one.person):
        return Outcome(one.message.pk, State.DEAD, Event.DEAD, reason, falls_back_in=0.0)
    return Outcome(one.message.pk, State.HELD, Event.HELD, reason)


def _has_another_way(kind: Kind, message: Message, person: Person) -> bool:
    ways = [WAYS[channel] for channel in kind.after(message.channel)]
    return any(not way.why_not() and way.reaches(person) for way in ways)


def of_verdict(verdict: Verdict) -> Outcome:
    if verdict.state == FAILED:
        return failed_try(verdict.message, verdict.reason, begun=False)
    state = State(verdict.state)
    passes_on = 0.0 if verdict.reason in (compose.CHANNEL_ENDED, compose.PHONE_GONE) else None
    return Outcome(verdict.message.pk, state, state.value, verdict.reason, falls_back_in=passes_on)


def left_of(parcel: Parcel, begun: Collection[int]) -> list[Outcome]:
    stopped = campaigns.stopped_among(parcel.messages)
    return [freed(pk, tries=-1) for pk in begun] + [
        held(one, campaigns.STOPPED, tries=0)
        for one in parcel.messages
        if one.campaign_id in stopped and one.pk not in begun
    ]


def accepted_by(parcel: Parcel, letter: Letter, given_id: str) -> list[Outcome]:
    channel = parcel.message.channel
    hears_of_it = WAYS[channel].gives_receipts()
    return [
        Outcome(
            one.message.pk, State.SENT, Event.SENT, "" if one is parcel.carrier else joining.KIND,
            provider_id=given_id, text_id=None if parcel.parts else letter.text_id,
            falls_back_in=one.kind.receipt_within(channel) if hears_of_it else None,
        )
        for one in (parcel.carrier, *parcel.parts)
    ]  # fmt: skip


def told_accepted(message: Message, kind: Kind | None) -> Outcome:
    """What a note or a receipt says of a message that is still waiting."""
    hears_of_it = WAYS[message.channel].gives_receipts()
    return Outcome(
        message.pk, State.SENT, Event.SENT, joining.KIND if message.joined_to_id else "",
        falls_back_in=kind.receipt_within(message.channel) if kind and hears_of_it else None,
    )  # fmt: skip


def for_all(
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
            outcomes.append(freed(one.message.pk, pause=outcome.pause, tries=tries))
    return outcomes


def switched(parcel: Parcel, reason: str) -> list[Outcome]:
    """A text that cannot be used: by the next channel, or held until it is mended; joined go singly."""
    if not parcel.parts and _has_another_way(parcel.carrier.kind, parcel.message, parcel.carrier.person):
        return [Outcome(parcel.message.pk, State.DEAD, Event.DEAD, reason, falls_back_in=0.0)]
    if not parcel.parts:
        return [held(parcel.message, reason)]
    joining.rest(parcel.message.channel)
    return [freed(pk, tries=-1) for pk in parcel.ids]


def refused(message: Message, refusal: Refused) -> Outcome:
    if refusal.is_final:
        return Outcome(message.pk, State.DEAD, Event.DEAD, refusal.reason, falls_back_in=0.0)
    pause = None
    if refusal.first_pause is not None:
        pause = min(refusal.first_pause * refusal.factor**message.attempts, LONGEST_PAUSE)
    return failed_try(message, refusal.reason, pause=pause)


def held(message: Message, reason: str, *, tries: int = -1) -> Outcome:
    return Outcome(message.pk, State.HELD, Event.HELD, reason, tries=tries)


def down(message: Message, problem: ChannelDown) -> Outcome:
    if problem.is_counted:
        return failed_try(message, problem.reason)
    return Outcome(message.pk, State.PENDING, Event.FAILED, problem.reason, tries=-1)


def failed_try(message: Message, reason: str, *, begun: bool = True, pause: float | None = None) -> Outcome:
    """The outcome of a try that failed: again later, or dead after the eighth, for the next channel.

    A try that has ``begun`` is counted by whoever sent it.
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
