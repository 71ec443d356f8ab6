"""Nobody writes to this person for a while: making and ending a pause, and who rests.

Everything but a code that the person asks for is held back, cancellations too: whoever made the pause knows
why, and the office sees what was held and calls or visits. (A message about a cancelled session to somebody
in mourning, or to a number that another person has now, is what a pause is for.) When it ends, what was held
goes back into the queue and is looked at again, as everything is before it goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.notifications.channels import WAYS
from okoce.notifications.enums import Event, Manner, State
from okoce.notifications.kinds import Kind
from okoce.notifications.models import DeliveryEvent, Message, MessagePause
from okoce.notifications.wake import wake_after_commit

REASON = "paused"


class AlreadyEnded(Exception):
    """The pause is over: somebody has ended it, or its last day has passed."""


def resting(kind: Kind, messages: Sequence[Any]) -> set[int]:
    """The participants among those of ``messages`` who are not written to today. One query, or none."""
    people = {m.participant_id for m in messages if m.participant_id is not None}
    if kind.haste is Manner.AT_ONCE or not people:
        return set()
    return MessagePause.objects.people_on(timezone.localdate(), people)


def open_pause(participant_id: int, *, on: date) -> MessagePause | None:
    pauses = MessagePause.objects.open_on(on).filter(participant_id=participant_id)
    found: MessagePause | None = pauses.select_related("made_by").first()
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """What the person concerned is told of a pause: since and until when, never the office's reason."""

    since: datetime
    until: date | None
    ended_at: datetime | None = None


def told_of(participant_id: int, *, on: date) -> Told | None:
    """The pause that holds. One query."""
    row = MessagePause.objects.open_on(on).filter(participant_id=participant_id).first()
    return None if row is None else _told(row)


def all_told_of(participant_id: int) -> list[Told]:
    """Every pause, the newest first. One query."""
    return [_told(row) for row in MessagePause.objects.filter(participant_id=participant_id)]


def _told(row: MessagePause) -> Told:
    return Told(row.made_at, row.until, row.ended_at)


@transaction.atomic
def pause(*, participant_id: int, reason: str, until: date | None, by: User) -> MessagePause:
    """Hold messages to one person until the day ``until`` is over, or until somebody ends it.

    Who rests already rests with the new reason and day. The same twice is one pause.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('notifications.pause'), %s)", [participant_id])
    present = (
        MessagePause.objects.select_for_update().filter(participant_id=participant_id, ended_at=None).first()
    )
    if present is not None:
        if (present.reason, present.until) == (reason, until):
            same: MessagePause = present
            return same
        present.ended_at, present.ended_by = timezone.now(), by
        present.save(update_fields=["ended_at", "ended_by"])
    made: MessagePause = MessagePause.objects.create(
        participant_id=participant_id, reason=reason, until=until, made_by=by
    )
    record(
        by, "notifications.pause.made", made,
        participant=participant_id, until=until.isoformat() if until else "",
    )  # fmt: skip
    return made


@transaction.atomic
def end(*, pause_id: int, by: User, now: datetime) -> int:
    """End a pause; how many messages went back into the queue. Raises AlreadyEnded."""
    row = MessagePause.objects.select_for_update().get(pk=pause_id)
    if row.ended_at is not None:
        raise AlreadyEnded
    row.ended_at, row.ended_by = now, by
    row.save(update_fields=["ended_at", "ended_by"])
    released = _release([row.participant_id], now=now)
    record(by, "notifications.pause.ended", row, participant=row.participant_id, count=released)
    return released


@transaction.atomic
def end_over(*, today: date, now: datetime) -> int:
    """Let go whose last day of rest has passed; how many messages went back into the queue."""
    rows = list(MessagePause.objects.over(today).select_for_update(skip_locked=True)[:1000])
    MessagePause.objects.filter(pk__in=[row.pk for row in rows]).update(ended_at=now)
    return _release([row.participant_id for row in rows], now=now) if rows else 0


def _release(participant_ids: Sequence[int], *, now: datetime) -> int:
    """What was held for these people waits again; what came too late in the meantime is closed later."""
    held = Message.objects.select_for_update().filter(
        participant_id__in=participant_ids, state=State.HELD, reason=REASON
    )
    total = 0
    for channel, way in WAYS.items():
        ids = list(held.filter(channel=channel).order_by("pk").values_list("pk", flat=True))
        if not ids:
            continue
        reason = way.why_not()
        state = State.HELD if reason else way.starts_as
        Message.objects.filter(pk__in=ids).update(state=state, reason=reason, due_at=now)
        DeliveryEvent.objects.bulk_create(
            [DeliveryEvent(message_id=pk, event=Event.RELEASED, reason="pause_over") for pk in ids]
        )
        total += len(ids)
    if total:
        wake_after_commit()
    return total
