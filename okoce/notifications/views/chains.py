"""By which ways each kind of message goes, and how long each is waited for. To read, not to change."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from okoce.accounts.access import requires
from okoce.notifications import breaker, kinds
from okoce.notifications.channels import WAYS
from okoce.notifications.enums import Channel, State, Topic
from okoce.notifications.kinds import Kind
from okoce.ui.responses import render_page


@require_safe
@requires("notifications.view")
def chains(request: HttpRequest) -> HttpResponse:
    context = {
        "channels": [_channel(code) for code in kinds.USUAL_CHAIN],
        "topics": [
            {
                "label": topic.label,
                "kinds": [_chain(kind) for kind in kinds.registered() if kind.topic == topic],
            }
            for topic in Topic
        ],
        "crumbs": [
            {"label": _("Messages"), "url": reverse("notifications:messages")},
            {"label": _("Ways and times")},
        ],
    }
    return render_page(request, "notifications/chains.html", context)


def _channel(code: Channel) -> dict[str, Any]:
    """How a channel stands on this portal, in words."""
    why_not, rest = WAYS[code].why_not(), breaker.rest_of(code)
    if why_not:
        return {"label": code.label, "state": _("Not connected"), "tone": "", "why": kinds.words_for(why_not)}
    if rest.seconds:
        return {"label": code.label, "state": _("Rests"), "tone": "warn", "why": kinds.words_for(rest.reason)}
    by_hand = WAYS[code].starts_as != State.PENDING
    state = _("By hand") if by_hand else _("Connected")
    return {"label": code.label, "state": state, "tone": "ok", "why": ""}


def _chain(kind: Kind) -> dict[str, Any]:
    """``steps``: each way with what makes the next one take over; ways that are not connected are marked."""
    ways = kind.ways
    return {
        "label": kind.label,
        "steps": [
            {
                "label": way.label,
                "is_connected": not WAYS[way].why_not(),
                "then": _then(kind, way) if way != ways[-1] else "",
            }
            for way in ways
        ],
    }


def _then(kind: Kind, way: Channel) -> str:
    hours = kind.hours(way) if WAYS[way].gives_receipts() else None
    if hours is None:
        return _("refused: the next way")
    if hours < 1:
        minutes = round(hours * 60)
        said = ngettext(
            "no receipt in %(count)d minute: the next way",
            "no receipt in %(count)d minutes: the next way",
            minutes,
        )
        return said % {"count": minutes}
    said = ngettext(
        "no receipt in %(count)d hour: the next way",
        "no receipt in %(count)d hours: the next way",
        round(hours),
    )
    return said % {"count": round(hours)}
