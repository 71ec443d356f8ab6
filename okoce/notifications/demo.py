"""What a visitor of the demonstration may read. Nothing here is reachable when DEMO is off."""

from __future__ import annotations

from okoce.notifications import compose
from okoce.notifications.models import Message


def newest(*, limit: int) -> list[compose.Shown]:
    """The newest messages of the whole portal with their codes."""
    return compose.shown(list(Message.objects.order_by("-created_at", "-pk")[:limit]), with_secrets=True)
