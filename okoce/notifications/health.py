"""How the outbox does, for whoever watches the portal. Numbers only: nobody can be recognised in them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from okoce.notifications import breaker, outbox
from okoce.notifications.channels import WAYS
from okoce.notifications.enums import State
from okoce.notifications.models import Message

ALARM_AFTER_SECONDS = 600


@require_GET
def statusz(request: HttpRequest) -> JsonResponse:
    """Waiting, held and given-up messages, the age of the oldest due one, and how each channel stands."""
    waits = outbox.oldest_due(now=timezone.now())
    oldest = round(waits.total_seconds()) if waits is not None else 0
    answer = JsonResponse(
        {
            "outbox": _counts(),
            "oldest_unsent_seconds": oldest,
            "is_alarm": oldest > ALARM_AFTER_SECONDS,
            "channels": {code: _channel(code) for code in WAYS},
        }
    )
    answer["Cache-Control"] = "no-store"
    return answer


def _counts() -> dict[str, int]:
    watched = [State.PENDING, State.READY, State.HELD, State.DEAD]
    counted = dict.fromkeys((state.value for state in watched), 0)
    rows = Message.objects.filter(state__in=watched).order_by().values_list("state").annotate(n=Count("pk"))
    return {**counted, **dict(rows)}


def _channel(code: str) -> dict[str, Any]:
    rest = breaker.rest_of(code)
    return {
        "not_connected": WAYS[code].why_not(),
        "rests_seconds": round(rest.seconds),
        "failures": rest.failures,
        "reason": rest.reason,
    }
