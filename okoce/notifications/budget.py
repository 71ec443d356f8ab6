"""How many different people a day WhatsApp lets a new portfolio write to first, and whose turn it is.

Meta counts people, not messages, in any 24 hours. The claim brings whoever runs out of time first, so the
nearest sessions use the budget. Who does not fit in any more goes by the next channel when the matter is one
of today or tomorrow, and otherwise stays in the queue.

A message to many never takes the room of what is nearer: whoever is to get a reminder, a change or an offer
within the next 24 hours is counted as if they had got it already. What waits in the outbox is known here;
what the clock will put there before long, the apps above say (``register_need``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, Min, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from okoce.notifications import chains, directory, kinds
from okoce.notifications.channels import WAYS
from okoce.notifications.enums import Channel, State
from okoce.notifications.kinds import Kind
from okoce.notifications.models import Message

WINDOW = timedelta(hours=24)
ASK_AGAIN, LOOK_AGAIN = timedelta(hours=1), timedelta(hours=6)
AT_ONCE = 5000
SPENT = "whatsapp_budget"


Need = Callable[[datetime, datetime], QuerySet[Any, Any]]

_needs: dict[str, Need] = {}


def register_need(kind: str, need: Need) -> None:
    """``need(now, until)`` answers rows with ``participant_id``: whom the clock will write messages of
    ``kind`` to by then, though they are not in the outbox yet.
    """
    _needs[kind] = need


class Budget:
    """What is left of the day for one drain. Asking the table once is enough: where it may be used up, one
    drain sends at a time.
    """

    def __init__(self, limit: int, *, now: datetime) -> None:
        self.now, self.limit = now, limit
        self._granted: set[int] = set()  # by this drain: what was prepared may come again before it is sent
        self._unasked: set[int] = set()  # let through by it while nobody was asked about
        self._is_ample = True
        self.left = self._left_by_table()
        self._has_laid_by = False

    def _left_by_table(self) -> int:
        return self.limit - _begun(self.now).values(who=_WHO).distinct().count()

    @cached_property
    def nearer(self) -> set[int]:
        """Who is to get something nearer than a message to many within the day, as far as room is left."""
        most = max(0, self.left) + len(self._granted)
        return people_of_nearer(now=self.now, most=most) - self._granted

    @property
    def left_for_many(self) -> int:
        return max(0, self.left - len(self.nearer))

    def beyond(self, messages: Sequence[Message]) -> set[int]:
        """The ids of messages that would begin with one person too many; the others are counted."""
        if self._is_ample_for(messages):
            return set()
        already = self._already({_who(message) for message in messages})
        over = set()
        for message in messages:
            if message.kind in _free():
                continue  # the other side began
            who = _who(message)
            if who in already or who in self._granted:
                continue
            if self._has_room_for(message):
                self._grant(who)
            else:
                over.add(message.pk)
        return over

    def _is_ample_for(self, messages: Sequence[Message]) -> bool:
        """Whether all fit in even if each of them were to somebody new: then nobody is asked about. Once that
        is over, or somebody's room is to be kept, this drain counts exactly.
        """
        if not self._is_ample:
            return False
        free, to_many = _free(), _to_many()
        people = {_who(message) for message in messages if message.kind not in free}
        self._is_ample = (
            not any(message.kind in to_many for message in messages)
            and len(self._unasked | people) <= self.left
        )
        if self._is_ample:
            self._unasked |= people
        elif self._unasked:
            self._count_unasked()
        return self._is_ample

    def _count_unasked(self) -> None:
        new = self._unasked - self._already(self._unasked)  # not written down yet, or failed
        self.left = self._left_by_table() - len(new)
        self._granted = self._unasked

    def _has_room_for(self, message: Message) -> bool:
        if message.kind not in _to_many():
            return self.left > 0
        if self.left > 0 and _who(message) in self.nearer:
            return True
        if self.left_for_many > 0:
            return True
        if not self._has_laid_by:
            self._has_laid_by = True
            lay_by(now=self.now, nearer=self.nearer, is_begun=bool(self._granted))
        return False

    def _grant(self, who: int) -> None:
        self.left -= 1
        self._granted.add(who)
        if "nearer" in self.__dict__:
            self.nearer.discard(who)

    def _already(self, people: Collection[int]) -> set[int]:
        """Who of them was written to within the window."""
        begun = _begun(self.now)
        participants = begun.filter(participant_id__in=[who for who in people if who > 0])
        users = begun.filter(participant_id=None, user_id__in=[-who for who in people if who < 0])
        return {*participants.values_list("participant_id", flat=True)} | {
            -pk for pk in users.values_list("user_id", flat=True)
        }


_WHO = Coalesce(F("participant_id"), -F("user_id"))


def _who(message: Message) -> int:
    """As _WHO says it."""
    return message.participant_id or -(message.user_id or 0)


def _free() -> set[str]:
    return {kind.code for kind in kinds.registered() if kind.is_free_text}


def _to_many() -> set[str]:
    return {kind.code for kind in kinds.registered() if kind.is_bulk}


def _begun(now: datetime):  # type: ignore[no-untyped-def]
    return (
        Message.objects.filter(channel=Channel.WHATSAPP, state=State.SENT, finished_at__gt=now - WINDOW)
        .exclude(kind__in=_free())
        .order_by()
    )


def of(channel: str, *, now: datetime) -> Budget | None:
    """The budget of a channel that has one."""
    if channel != Channel.WHATSAPP:
        return None
    return Budget(settings.WHATSAPP_NEW_PEOPLE_A_DAY, now=now)


def begun_with(now: datetime) -> QuerySet[Any, Any]:
    """The participants with whom a conversation was begun within the window: one column."""
    return _begun(now).filter(participant_id__isnull=False).values("participant_id")


def people_of_nearer(*, now: datetime, most: int) -> set[int]:
    """Up to ``most`` of those who are to get something nearer within the day and were not begun with."""
    if most <= 0:
        return set()
    until = now + WINDOW
    waiting = (
        Message.objects.filter(channel=Channel.WHATSAPP, state=State.PENDING, due_at__lte=until)
        .exclude(kind__in=_free() | _to_many())
        .annotate(who=_WHO)
        .order_by()
    )
    waiting = waiting.exclude(who__in=_begun(now).values(who=_WHO))
    found = set(waiting.values_list("who", flat=True).distinct()[:most])
    known = chains.in_force(_needs)
    for code, need in _needs.items():
        if Channel.WHATSAPP in known.get(code).ways:
            people = need(now, until).exclude(participant_id__in=begun_with(now))
            people = people.filter(participant_id__in=_on_whatsapp(known.get(code))).order_by()
            found.update(people.values_list("participant_id", flat=True).distinct()[:most])
    return found


def _on_whatsapp(kind: Kind) -> QuerySet[Any, Any]:
    """Whom WhatsApp is the first channel of a kind to reach: one column."""
    people, columns = directory.addresses()
    for channel in kind.ways[: kind.ways.index(Channel.WHATSAPP) + 1]:
        way = WAYS[channel]
        if not way.why_not():
            people = people.annotate(**{way.reached_by: columns[way.reached_by]})
            people = people.filter(**{way.reached_by: channel == Channel.WHATSAPP})
    return people.order_by().values("pk")


_LAY_BY = """
WITH waiting AS (
    UPDATE notifications_message AS m
    SET due_at = %s, reason = %s, lease_owner = NULL, lease_until = NULL
    FROM (
        SELECT id, reason FROM notifications_message AS w
        WHERE state = 'pending' AND channel = 'whatsapp' AND kind = ANY(%s) AND due_at <= %s
          AND (expires_at IS NULL OR expires_at >= %s)
          AND (lease_until IS NULL OR lease_until < statement_timestamp())
          AND NOT participant_id = ANY(%s) AND NOT EXISTS (
              SELECT FROM notifications_message AS b
              WHERE b.participant_id = w.participant_id AND b.channel = 'whatsapp' AND b.state = 'sent'
                AND b.finished_at > %s)
        ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
    ) AS was
    WHERE m.id = was.id
    RETURNING m.id, was.reason AS was
), noted AS (
    INSERT INTO notifications_deliveryevent (message_id, at, event, reason)
    SELECT id, clock_timestamp(), 'waits', %s FROM waiting WHERE was <> %s
)
SELECT count(*) FROM waiting
"""


def lay_by(*, now: datetime, nearer: Iterable[int], is_begun: bool) -> int:
    """Let every message to many that can wait do so until there may be room again, all of them in one
    statement per five thousand: nobody takes them up one by one in between. ``is_begun``: with somebody at
    least, though it may not be written down yet.
    """
    total, until = 0, _room_again_at(now, is_begun=is_begun)
    codes, people = sorted(_to_many()), sorted(nearer)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                _LAY_BY,
                [until, SPENT, codes, now, after_tomorrow(now), people, now - WINDOW, AT_ONCE, SPENT, SPENT],
            )
            (count,) = cursor.fetchone()
        total += count
        if count < AT_ONCE:
            return total


def _room_again_at(now: datetime, *, is_begun: bool) -> datetime:
    """When the first of those of today is a day ago."""
    first = _begun(now).aggregate(first=Min("finished_at"))["first"]
    if first is None:
        return now + (WINDOW if is_begun else LOOK_AGAIN)
    return max(now + ASK_AGAIN, first + WINDOW)


def can_wait(message: Message, *, now: datetime) -> bool:
    """Whether tomorrow is early enough: what is about today or tomorrow goes today."""
    return message.expires_at is None or message.expires_at >= after_tomorrow(now)


def after_tomorrow(now: datetime) -> datetime:
    """The first midnight after tomorrow."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=2)


@dataclass(frozen=True)
class Forecast:
    """Of the people who wait for a message about one cause: who fits into today, and who does not."""

    fit: int
    beyond: int


_FORECAST = """
WITH begun AS (
    SELECT DISTINCT COALESCE(participant_id, -user_id) AS who FROM notifications_message
    WHERE channel = 'whatsapp' AND state = 'sent' AND finished_at > %s AND kind <> ALL(%s)
), waiting AS (
    SELECT COALESCE(participant_id, -user_id) AS who, cause_type, cause_id,
        ROW_NUMBER() OVER (ORDER BY priority, expires_at, due_at, id) AS place
    FROM notifications_message
    WHERE channel = 'whatsapp' AND state = 'pending' AND due_at < %s
), persons AS (
    SELECT who, MIN(place) AS place FROM waiting WHERE who NOT IN (SELECT who FROM begun) GROUP BY who
), ranked AS (
    SELECT who, ROW_NUMBER() OVER (ORDER BY place) AS rank FROM persons
), mine AS (
    SELECT DISTINCT w.who, r.rank FROM waiting w LEFT JOIN ranked r USING (who)
    WHERE w.cause_type = %s AND w.cause_id = %s
)
SELECT count(*) FILTER (WHERE rank IS NULL OR rank <= %s - (SELECT count(*) FROM begun)),
       count(*) FILTER (WHERE rank > %s - (SELECT count(*) FROM begun))
FROM mine
"""


def forecast(cause: tuple[str, int], *, now: datetime) -> Forecast:
    """Who of a cause fits into what is left of the day, in the order in which the outbox sends. One
    statement.
    """
    limit = settings.WHATSAPP_NEW_PEOPLE_A_DAY
    with connection.cursor() as cursor:
        cursor.execute(_FORECAST, [now - WINDOW, sorted(_free()), now + WINDOW, *cause, limit, limit])
        fit, beyond = cursor.fetchone()
    return Forecast(int(fit), int(beyond))
