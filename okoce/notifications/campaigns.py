"""A message to many: written, agreed to, put into the outbox piece by piece, stopped and taken up again.

Stopping is one small write. The outbox looks at it when it begins each letter, so that at most the letter
that is on its way still goes; what waits is then laid aside in pieces, and put back when sending goes on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.db import background
from okoce.notifications.enums import State
from okoce.notifications.models import Campaign, Message

log = logging.getLogger("okoce.notifications")

STOPPED = "campaign_stopped"
SPAM_LIMIT, NO_PAYMENT = "whatsapp:131048", "whatsapp:131042"
LOCKED = ("whatsapp:131031", "whatsapp:368")
LIMITS = frozenset({SPAM_LIMIT, NO_PAYMENT, *LOCKED})  # of the whole account, not of one letter
WORK = "okoce.notifications.tasks.work_on_campaigns"
AT_ONCE = 5000
IN_HAND_SECONDS = 1.0  # of whoever presses the button


# ---------------------------------------------------------------- what the outbox asks


def stopped_among(messages: Iterable[Message]) -> set[int]:
    """The campaigns of these messages that are stopped. No query where there are none."""
    ids = {m.campaign_id for m in messages if m.campaign_id is not None}
    if not ids:
        return set()
    return set(Campaign.objects.filter(pk__in=ids, stopped_at__isnull=False).values_list("pk", flat=True))


def heed(reason: str) -> None:
    """WhatsApp limits the whole account (too many have called us spam, a bill is open, it is locked): no
    campaign goes on until somebody has looked. It says so when a letter is sent, or of a letter it had
    accepted.
    """
    if reason in LIMITS and (count := stop_all(reason=reason)):
        log.error("%d campaigns stopped: WhatsApp answered %s", count, reason)


# ---------------------------------------------------------------- stopping


def stop(*, campaign: Campaign, by: User) -> bool:
    """Stop a campaign; False when it is stopped already or has not begun."""
    with transaction.atomic():
        stopped = Campaign.objects.filter(pk=campaign.pk).running().update(
            stopped_at=timezone.now(), stopped_by=by, stop_reason=""
        )  # fmt: skip
        if stopped:
            record(by, "notifications.campaign.stopped", campaign)
    if stopped:
        _begin_to_lay_aside(campaign.pk)
    return bool(stopped)


def stop_all(*, reason: str) -> int:
    """The portal itself stops whatever runs; how many campaigns."""
    with transaction.atomic():
        running = list(Campaign.objects.running().select_for_update(no_key=True, skip_locked=False))
        Campaign.objects.filter(pk__in=[c.pk for c in running]).update(
            stopped_at=timezone.now(), stopped_by=None, stop_reason=reason
        )
        for campaign in running:
            record(None, "notifications.campaign.stopped", campaign, reason=reason)
    for campaign in running:
        _begin_to_lay_aside(campaign.pk)
    return len(running)


def _begin_to_lay_aside(campaign_id: int) -> None:
    """Nothing more goes from here on; of a long queue the worker lays the rest aside."""
    if lay_aside(campaign_id, seconds=IN_HAND_SECONDS) >= AT_ONCE:
        nudge()


_LAY_ASIDE = """
WITH picked AS (
    SELECT id FROM notifications_message
    WHERE campaign_id = %s AND state IN ('pending', 'ready')
      AND (lease_until IS NULL OR lease_until < statement_timestamp())
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
), moved AS (
    UPDATE notifications_message AS m
    SET state = 'held', reason = %s, lease_owner = NULL, lease_until = NULL
    FROM picked WHERE m.id = picked.id
    RETURNING m.id
), noted AS (
    INSERT INTO notifications_deliveryevent (message_id, at, event, reason)
    SELECT id, clock_timestamp(), 'held', %s FROM moved
)
SELECT count(*) FROM moved
"""
_TAKE_UP = """
WITH picked AS (
    SELECT id FROM notifications_message
    WHERE campaign_id = %s AND state = 'held' AND reason = %s
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
), moved AS (
    UPDATE notifications_message AS m
    SET state = CASE m.channel WHEN 'ready_text' THEN 'ready' ELSE 'pending' END, reason = ''
    FROM picked WHERE m.id = picked.id
    RETURNING m.id
), noted AS (
    INSERT INTO notifications_deliveryevent (message_id, at, event, reason)
    SELECT id, clock_timestamp(), 'released', '' FROM moved
)
SELECT count(*) FROM moved
"""


def lay_aside(campaign_id: int, *, seconds: float = 60) -> int:
    """Hold what waits of a stopped campaign and nobody has in hand; a drain holds what it has."""
    return _in_pieces(_LAY_ASIDE, [campaign_id, AT_ONCE, STOPPED, STOPPED], seconds=seconds)


def lay_aside_stopped() -> int:
    """What is left of campaigns that were stopped with a long queue."""
    waiting = Message.objects.filter(campaign_id=OuterRef("pk"), state__in=[State.PENDING, State.READY])
    stopped = Campaign.objects.filter(Exists(waiting), stopped_at__isnull=False)
    return sum(lay_aside(pk) for pk in stopped.values_list("pk", flat=True))


def take_up(campaign_id: int) -> int:
    """Put back what was laid aside."""
    return _in_pieces(_TAKE_UP, [campaign_id, STOPPED, AT_ONCE])


def _in_pieces(sql: str, values: list[Any], *, seconds: float = 60) -> int:
    total, until = 0, time.monotonic() + seconds
    while True:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            (moved,) = cursor.fetchone()
        total += moved
        if moved < AT_ONCE or time.monotonic() > until:
            return total


def go_on(*, campaign: Campaign, by: User) -> bool:
    """Take a stopped campaign up again; what was told stays told. False when it runs."""
    with transaction.atomic():
        changed = Campaign.objects.filter(pk=campaign.pk, stopped_at__isnull=False).update(
            stopped_at=None, stopped_by=None, stop_reason=""
        )
        if changed:
            record(by, "notifications.campaign.continued", campaign)
            transaction.on_commit(nudge, robust=True)
    return bool(changed)


def nudge() -> None:
    background.nudge(WORK, forget_after=60)
