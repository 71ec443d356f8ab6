"""Whose turn it is to send on a channel."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from okoce.notifications import budget
from okoce.notifications.enums import State
from okoce.notifications.models import Message

log = logging.getLogger("okoce.notifications")

STUCK_AFTER, MOMENT = timedelta(seconds=60), 1.5


@contextmanager
def turn(channel: str, *, now: datetime | None = None) -> Iterator[bool]:
    """As many drains at a time send on a channel as there are lines (settings.OUTBOX_LINES, one without it);
    the other workers stay free for others.

    The lock belongs to the database connection, so it ends with a killed worker. It only saves work; what
    keeps two senders apart are the leases. So a worker that holds it and does nothing (stopped, or cut off
    from us) is passed.
    """
    line = _free_line(channel, now=now)
    if line is None:
        yield _holder_is_stuck(channel)
        return
    try:
        yield True
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('okoce.outbox'), hashtext(%s))", [line])


def _free_line(channel: str, *, now: datetime | None) -> str | None:
    """The name of a line that is ours from now on; None when all are taken."""
    for line in (channel, *(f"{channel}:{n}" for n in range(1, settings.OUTBOX_LINES))):
        if line != channel and not _fits_into_the_day(channel, now=now or timezone.now()):
            return None  # two lines would count the people of the day apart
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext('okoce.outbox'), hashtext(%s))", [line])
            (is_locked,) = cursor.fetchone()
        if is_locked:
            return line
    return None


def _fits_into_the_day(channel: str, *, now: datetime) -> bool:
    """Whether everything that waits would fit into the channel's budget."""
    allowance = budget.of(channel, now=now)
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
