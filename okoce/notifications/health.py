"""How sending does, for whoever watches the portal. Numbers only: nobody can be recognised in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Min
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from okoce.notifications import breaker, leases
from okoce.notifications.budget import Budget
from okoce.notifications.channels import WAYS
from okoce.notifications.enums import Channel, State
from okoce.notifications.models import Campaign, Message, WebhookCall

ALARM_AFTER_SECONDS = 600
WATCHED = (State.PENDING, State.READY, State.HELD, State.DEAD)


@dataclass(frozen=True)
class ChannelHealth:
    """``not_connected`` and ``reason`` are codes of kinds.REASONS."""

    code: str
    not_connected: str
    rests_seconds: int
    failures: int
    reason: str

    @property
    def label(self) -> Any:
        return Channel(self.code).label


@dataclass(frozen=True)
class Health:
    """``oldest_unsent_seconds`` leaves campaigns out: they go last, and a long one takes its days."""

    counts: Mapping[str, int]
    held: Mapping[str, int]
    oldest_unsent_seconds: int
    webhooks: int
    oldest_webhook_seconds: int
    budget: int | None
    budget_left: int | None
    stopped_campaigns: int
    channels: Sequence[ChannelHealth]

    @property
    def alarms(self) -> list[str]:
        """Codes of what somebody must look at."""
        found = []
        if self.oldest_unsent_seconds > ALARM_AFTER_SECONDS:
            found.append("oldest_unsent")
        if self.oldest_webhook_seconds > ALARM_AFTER_SECONDS:
            found.append("webhooks")
        if self.stopped_campaigns:
            found.append("campaign_stopped")
        found += [f"channel:{channel.code}" for channel in self.channels if channel.rests_seconds > 0]
        return found

    @property
    def is_alarm(self) -> bool:
        return self.oldest_unsent_seconds > ALARM_AFTER_SECONDS


def look(*, now: datetime) -> Health:
    """At most five statements, each on a partial index: old messages cost nothing."""
    counts, held = _counted()
    waits = leases.oldest_due(now=now, of_campaigns=False)
    unread = WebhookCall.objects.filter(processed_at=None)
    backlog = unread.aggregate(count=Count("pk"), oldest=Min("received_at"))
    limit, left = _budget(now)
    return Health(
        counts=counts,
        held=held,
        oldest_unsent_seconds=round(waits.total_seconds()) if waits is not None else 0,
        webhooks=backlog["count"],
        oldest_webhook_seconds=round((now - backlog["oldest"]).total_seconds()) if backlog["oldest"] else 0,
        budget=limit,
        budget_left=left,
        stopped_campaigns=Campaign.objects.filter(stopped_at__isnull=False).exclude(stop_reason="").count(),
        channels=[_channel(code) for code in WAYS],
    )


def _counted() -> tuple[dict[str, int], dict[str, int]]:
    """By state, and the held ones by reason."""
    counts, held = dict.fromkeys((state.value for state in WATCHED), 0), {}
    rows = Message.objects.filter(state__in=WATCHED).order_by().values_list("state", "reason")
    for state, reason, count in rows.annotate(n=Count("pk")):
        counts[state] += count
        if state == State.HELD:
            held[reason] = held.get(reason, 0) + count
    return counts, dict(sorted(held.items(), key=lambda one: -one[1]))


def _budget(now: datetime) -> tuple[int | None, int | None]:
    if WAYS[Channel.WHATSAPP].why_not():
        return None, None
    limit = settings.WHATSAPP_NEW_PEOPLE_A_DAY
    return limit, max(0, Budget(limit, now=now).left)


def _channel(code: str) -> ChannelHealth:
    rest = breaker.rest_of(code)
    return ChannelHealth(code, WAYS[code].why_not(), round(rest.seconds), rest.failures, rest.reason)


@require_GET
def statusz(request: HttpRequest) -> JsonResponse:
    """What ``look`` sees, for machines; docs/operations.md says what each name means."""
    health = look(now=timezone.now())
    answer = JsonResponse(
        {
            "outbox": health.counts,
            "held": health.held,
            "oldest_unsent_seconds": health.oldest_unsent_seconds,
            "is_alarm": health.is_alarm,
            "alarms": health.alarms,
            "webhooks": {"waiting": health.webhooks, "oldest_seconds": health.oldest_webhook_seconds},
            "whatsapp_budget": {"a_day": health.budget, "left": health.budget_left},
            "campaigns_stopped_by_portal": health.stopped_campaigns,
            "channels": {
                channel.code: {
                    "not_connected": channel.not_connected,
                    "rests_seconds": channel.rests_seconds,
                    "failures": channel.failures,
                    "reason": channel.reason,
                }
                for channel in health.channels
            },
        }
    )
    answer["Cache-Control"] = "no-store"
    return answer
