"""How sending stands, in words, for those who look after the portal."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from okoce.accounts.access import requires
from okoce.notifications import health, kinds
from okoce.notifications.health_words import alarms_in_words, how_long
from okoce.ui.responses import render_page


@require_safe
@requires("notifications.health")
def sending(request: HttpRequest) -> HttpResponse:
    seen = health.look(now=timezone.now())
    context = {
        "health": seen,
        "alarms": alarms_in_words(seen),
        "oldest": how_long(seen.oldest_unsent_seconds),
        "held": [{"label": kinds.words_for(reason), "count": count} for reason, count in seen.held.items()],
        "channels": [_channel(channel) for channel in seen.channels],
        "crumbs": [
            {"label": _("Messages"), "url": reverse("notifications:messages")},
            {"label": _("How sending stands")},
        ],
    }
    return render_page(request, "notifications/health.html", context)


def _channel(channel: health.ChannelHealth) -> dict[str, Any]:
    if channel.not_connected:
        return {
            "label": channel.label,
            "state": _("Not connected"),
            "tone": "",
            "why": _why(channel.not_connected),
        }
    if channel.rests_seconds:
        state = _("Rests for %(time)s") % {"time": how_long(channel.rests_seconds)}
        return {"label": channel.label, "state": state, "tone": "bad", "why": _why(channel.reason)}
    return {"label": channel.label, "state": _("Works"), "tone": "ok", "why": ""}


def _why(reason: str) -> Any:
    return kinds.words_for(reason) if reason else ""
