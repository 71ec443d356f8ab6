"""How many different people a day WhatsApp lets a new portfolio write to first, and whose turn it is.

Meta counts people, not messages, in any 24 hours. The claim brings whoever runs out of time first, so the
nearest sessions use the budget. Who does not fit in any more goes by the next channel when the matter cannot
wait a day, and otherwise stays in the queue.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from okoce.notifications import directory, kinds
from okoce.notifications.directory import Key
from okoce.notifications.enums import Channel, State
from okoce.notifications.models import Message

WINDOW = timedelta(hours=24)
ASK_AGAIN = timedelta(hours=1)
SPENT = "whatsapp_budget"


class Budget:
    """What is left of the day for one drain. Asking the table once is enough: where it may be used up, one
    drain sends at a time.
    """

    def __init__(self, limit: int, *, now: datetime) -> None:
        self.now = now
        self.left = limit - _begun(now).values(who=_WHO).distinct().count()

    def beyond(self, messages: Sequence[Message]) -> set[int]:
        """The ids of messages that would begin with one person too many; the others are counted."""
        known = self._already(messages)
        over = set()
        for message in messages:
            if message.kind in _free():
                continue  # the other side began
            who = directory.key_of(message)
            if who in known:
                continue
            if self.left <= 0:
                over.add(message.pk)
                continue
            self.left -= 1
            known.add(who)
        return over

    def _already(self, messages: Iterable[Message]) -> set[Key]:
        """Who of them was written to within the window."""
        keys = {directory.key_of(message) for message in messages}
        begun = _begun(self.now)
        people = begun.filter(participant_id__in=[pk for kind, pk in keys if kind == "participant"])
        users = begun.filter(participant_id=None, user_id__in=[pk for kind, pk in keys if kind == "user"])
        return {("participant", pk) for pk in people.values_list("participant_id", flat=True)} | {
            ("user", pk) for pk in users.values_list("user_id", flat=True)
        }


_WHO = Coalesce(F("participant_id"), -F("user_id"))


def _free() -> set[str]:
    return {kind.code for kind in kinds.registered() if kind.is_free_text}


def _begun(now: datetime):  # type: ignore[no-untyped-def]
    return (
        Message.objects.filter(channel=Channel.WHATSAPP, state=State.SENT, finished_at__gt=now - WINDOW)
        .exclude(kind__in=_free())
        .order_by()
    )


def of(channel: str) -> Budget | None:
    """The budget of a channel that has one."""
    if channel != Channel.WHATSAPP:
        return None
    return Budget(settings.WHATSAPP_NEW_PEOPLE_A_DAY, now=timezone.now())


def can_wait(message: Message, *, now: datetime) -> bool:
    """Whether tomorrow is early enough."""
    return message.expires_at is None or message.expires_at - now > WINDOW


@dataclass(frozen=True)
class Forecast:
    """Of the people who wait for a message about one cause: who fits into today, and who does not."""

    fit: int
    beyond: int


_FORECAST = """
WITH begun AS (
    SELECT DISTINCT COALESCE(participant_id, -user_id) AS who FROM notifications_message
    WHERE channel = 'whatsapp' AND state = 'sent' AND finished_at > %s
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
        cursor.execute(_FORECAST, [now - WINDOW, now + WINDOW, *cause, limit, limit])
        fit, beyond = cursor.fetchone()
    return Forecast(int(fit), int(beyond))
