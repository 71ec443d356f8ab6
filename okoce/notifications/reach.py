"""Whom a message to many reaches, by which channel, and why not: counted before it is sent, in one statement.

The same conditions choose who is put into the outbox, so that what is promised is what happens.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, Value, When
from django.utils import timezone

from okoce.notifications import announcements, budget, decency, directory, prices
from okoce.notifications.channels import WAYS
from okoce.notifications.enums import Channel, ConsentRule, Manner, State
from okoce.notifications.kinds import Kind
from okoce.notifications.models import Message, MessagePause, OptOut
from okoce.notifications.sms_length import sms_parts

NOBODY = "nobody"  # no channel reaches the person
NO_CONSENT, ENDED, PAUSED, TOLD = "no_consent", "ended", "paused", "told"
REFUSALS = (NO_CONSENT, ENDED, PAUSED, TOLD, NOBODY)
TOLD_WITHIN = timedelta(days=7)  # nobody gets two announcements in a week
A_SECOND: Mapping[str, int] = {Channel.WHATSAPP: 20, Channel.SMS: 10, Channel.EMAIL: 20}
OTHERWISE_A_SECOND = 10


def sorted_out(people: Any, kind: Kind, *, now: datetime, but: int | None = None) -> Any:
    """``people`` with ``way``: the channel that a message of this kind goes by, or why it does not go.

    ``but`` is a campaign whose own messages do not make anybody "told".
    """
    facts = directory.with_facts(people)
    refusals = [When(condition, then=Value(code)) for code, condition in _refusals(kind, now, but)]
    ways = [When(_reaches(channel), then=Value(channel.value)) for channel in _connected(kind)]
    return facts.annotate(way=Case(*refusals, *ways, default=Value(NOBODY), output_field=CharField()))


def _refusals(kind: Kind, now: datetime, but: int | None) -> Iterable[tuple[str, Any]]:
    """(code, condition), the first that holds counts."""
    if kind.consent is ConsentRule.REQUIRED:
        yield NO_CONSENT, Q(takes_messages=False)
    elif kind.consent is ConsentRule.UNLESS_REFUSED:
        yield NO_CONSENT, Q(refuses_messages=True)
    no_more = OptOut.objects.filter(participant_id=OuterRef("pk"), topic=kind.topic)
    yield ENDED, Exists(no_more)
    open_pauses = MessagePause.objects.open_on(timezone.localtime(now).date())
    yield PAUSED, Exists(open_pauses.filter(participant_id=OuterRef("pk")))
    told = Message.objects.filter(
        participant_id=OuterRef("pk"),
        campaign__isnull=False,
        created_at__gt=now - TOLD_WITHIN,
        state__in=[State.PENDING, State.READY, State.SENT, State.HELD],
    )
    yield TOLD, Exists(told.exclude(campaign=but) if but else told)


def _connected(kind: Kind) -> Sequence[Channel]:
    return [channel for channel in kind.ways if not WAYS[channel].why_not()]


def _reaches(channel: Channel) -> Q:
    """``WAYS[channel].reaches(person)``, asked of many."""
    return Q(**{WAYS[channel].reached_by: True})


def to_tell(people: Any, kind: Kind, *, now: datetime, but: int | None = None) -> Any:
    """Those of ``people`` who get a message."""
    return sorted_out(people, kind, now=now, but=but).exclude(way__in=REFUSALS)


def _decent(moment: datetime, rules: decency.Rules) -> datetime:
    """``moment``, or the next opening of the hours at which announcements go."""
    if rules.any_hour:
        return moment
    answer = decency.decide(Manner.ORDINARY, rules, now=moment, expires_at=None, begins_at=None)
    return moment if answer.goes or answer.until is None else answer.until


# ---------------------------------------------------------------- counted


@dataclass(frozen=True)
class Line:
    """How many go by one channel, what that costs, and when the last one has gone."""

    channel: Channel
    count: int
    rupiah: int | None  # None: nobody has said the price
    parts: int = 1
    until: datetime | None = None  # None: by hand

    @property
    def label(self) -> Any:
        return self.channel.label


@dataclass(frozen=True)
class Reach:
    """``refused`` by code. ``first_day`` of WhatsApp's people fit into today; the others wait or move on."""

    lines: Sequence[Line]
    refused: Mapping[str, int]
    waits: int = 0  # people of WhatsApp who do not fit into today's budget
    a_day: int = 0
    days: int = 1

    @property
    def total(self) -> int:
        return sum(line.count for line in self.lines)

    @property
    def audience(self) -> int:
        return self.total + sum(self.refused.values())

    @property
    def rupiah(self) -> int | None:
        """The whole cost; None when a price is missing."""
        costs = [line.rupiah for line in self.lines]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) else None

    @property
    def until(self) -> datetime | None:
        return max((line.until for line in self.lines if line.until), default=None)

    def as_kept(self) -> dict[str, Any]:
        """What a campaign keeps of it when sending is asked for."""
        return {
            "by": {line.channel.value: line.count for line in self.lines},
            "refused": dict(self.refused),
            "rupiah": self.rupiah,
        }


def counted(people: Any, kind: Kind, *, text: str, now: datetime) -> Reach:
    """One statement for the people, one for the prices, one for what is left of WhatsApp's day."""
    rows = sorted_out(people, kind, now=now).order_by().values_list("way").annotate(n=Count("pk"))
    found = dict(rows)
    refused = {code: found.pop(code) for code in REFUSALS if code in found}
    day = timezone.localtime(now).date()
    known = prices.on(day)
    left, limit = _left_today(found, now)
    rules = decency.rules_at(now)
    lines = [
        _line(Channel(code), found[code], text=text, known=known, left=left, now=now, rules=rules)
        for code in kind.ways
        if code in found
    ]
    by_whatsapp = found.get(Channel.WHATSAPP, 0)
    waits = max(0, by_whatsapp - left) if by_whatsapp else 0
    return Reach(lines, refused, waits=waits, a_day=limit, days=1 + math.ceil(waits / limit) if limit else 1)


def _left_today(found: Mapping[str, int], now: datetime) -> tuple[int, int]:
    if Channel.WHATSAPP not in found:
        return 0, 0
    limit = settings.WHATSAPP_NEW_PEOPLE_A_DAY
    return max(0, budget.Budget(limit, now=now).left), limit


def _line(
    channel: Channel,
    count: int,
    *,
    text: str,
    known: prices.Prices,
    left: int,
    now: datetime,
    rules: decency.Rules,
) -> Line:
    parts = max(1, sms_parts(text)) if channel == Channel.SMS else 1
    price = known.of(channel, announcements.CATEGORY)
    until = None
    if WAYS[channel].starts_as == State.PENDING:
        seconds = count / A_SECOND.get(channel, OTHERWISE_A_SECOND)
        waits = max(0, count - left) if channel == Channel.WHATSAPP else 0
        days = math.ceil(waits / settings.WHATSAPP_NEW_PEOPLE_A_DAY)
        until = _decent(_decent(now, rules) + timedelta(days=days, seconds=math.ceil(seconds)), rules)
    return Line(channel, count, None if price is None else price * parts * count, parts, until)
