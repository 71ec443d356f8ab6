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
CAN_WAIT = announcements.LASTS - timedelta(days=1)  # for WhatsApp's day; then the next channel takes over
A_SECOND: Mapping[str, int] = {
    Channel.PUSH: 10, Channel.WHATSAPP: 20, Channel.SMS: 10, Channel.EMAIL: 20,
}  # fmt: skip
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
    if kind.code != announcements.KIND:
        return
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
    rupiah: int | None  # of those who go by it in the end; None: nobody has said the price
    parts: int = 1
    until: datetime | None = None  # None: by hand

    @property
    def label(self) -> Any:
        return self.channel.label


@dataclass(frozen=True)
class Reach:
    """``refused`` by code. Of WhatsApp's people ``waits`` do not fit into today and wait for another day;
    ``moved`` of these go by their next channel in the end.
    """

    lines: Sequence[Line]
    refused: Mapping[str, int]
    waits: int = 0  # people of WhatsApp who do not fit into today's budget
    a_day: int = 0
    kept: int = 0  # of today's budget, for what is nearer
    moved: int = 0  # of those who wait: they would not fit in before the message is old news
    moved_on: datetime | None = None
    dead: int = 0  # people whose number WhatsApp does not reach
    dead_reached: int = 0  # those of them who get it by another channel

    @property
    def days(self) -> int:
        return 1 + math.ceil((self.waits - self.moved) / self.a_day) if self.a_day else 1

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
            "dead": self.dead,
        }


def counted(people: Any, kind: Kind, *, text: str, now: datetime) -> Reach:
    """One statement for the people, one for the prices, one for what is left of WhatsApp's day."""
    rows = sorted_out(people, kind, now=now).order_by().values_list("way")
    counts = list(rows.annotate(n=Count("pk"), dead=Count("pk", filter=Q(has_dead_number=True))))
    found = {way: count for way, count, _dead in counts}
    dead = {way: count for way, _count, count in counts if way not in REFUSALS or way == NOBODY}
    refused = {code: found.pop(code) for code in REFUSALS if code in found}
    day = timezone.localtime(now).date()
    known = prices.on(day)
    today = _today(sorted_out(people, kind, now=now), found.get(Channel.WHATSAPP, 0), now)
    rules = decency.rules_at(now)
    lines = [
        _line(Channel(code), found[code], text=text, known=known, today=today, now=now, rules=rules)
        for code in kind.ways
        if code in found
    ]
    moved_on = _decent(budget.after_tomorrow(now + CAN_WAIT - timedelta(days=2)), rules)
    return Reach(
        lines, refused, today.waits, today.a_day, today.kept, today.moved, moved_on,
        dead=sum(dead.values()), dead_reached=sum(dead.values()) - dead.get(NOBODY, 0),
    )  # fmt: skip


@dataclass(frozen=True)
class _Today:
    """WhatsApp's day, for a message to many."""

    waits: int = 0
    a_day: int = 0
    kept: int = 0

    @property
    def moved(self) -> int:
        return max(0, self.waits - self.a_day * CAN_WAIT.days)

    @property
    def days(self) -> int:
        """How many days after today the last one goes."""
        return math.ceil((self.waits - self.moved) / self.a_day) if self.a_day else 0


def _today(sorted_people: Any, by_whatsapp: int, now: datetime) -> _Today:
    """Who was begun with today, or is going to be for something nearer, takes nobody else's room."""
    if not by_whatsapp:
        return _Today()
    limit = settings.WHATSAPP_NEW_PEOPLE_A_DAY
    day = budget.Budget(limit, now=now)
    room = day.left_for_many
    if by_whatsapp <= room:
        return _Today(0, limit, len(day.nearer))
    counted = Q(pk__in=budget.begun_with(now)) | Q(pk__in=day.nearer)
    free = sorted_people.filter(counted, way=Channel.WHATSAPP).count()
    return _Today(max(0, by_whatsapp - free - room), limit, len(day.nearer))


def _line(
    channel: Channel,
    count: int,
    *,
    text: str,
    known: prices.Prices,
    today: _Today,
    now: datetime,
    rules: decency.Rules,
) -> Line:
    parts = max(1, sms_parts(text)) if channel == Channel.SMS else 1
    price = known.of(channel, announcements.CATEGORY)
    until, paid = None, count - (today.moved if channel == Channel.WHATSAPP else 0)
    if WAYS[channel].starts_as == State.PENDING:
        seconds = count / A_SECOND.get(channel, OTHERWISE_A_SECOND)
        later = timedelta(days=today.days if channel == Channel.WHATSAPP else 0, seconds=math.ceil(seconds))
        until = _decent(_decent(now, rules) + later, rules)
    return Line(channel, count, None if price is None else price * parts * paid, parts, until)
