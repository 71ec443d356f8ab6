"""What was sent to whom, when, and why not."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.notifications import causes, joining, kinds, services, showing
from okoce.notifications.enums import Channel, Event, State
from okoce.notifications.filters import MessageFilter
from okoce.notifications.models import Message
from okoce.notifications.views.rows import row, rows_of
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page

EVENT_TONES = {
    Event.SENT: "ok",
    Event.TICKED: "ok",
    Event.DEAD: "bad",
    Event.FAILED: "warn",
    Event.HELD: "warn",
}


@require_GET
@requires("notifications.view")
def message_list(request: HttpRequest) -> HttpResponse:
    mine = Message.objects.visible_to(request.user)
    form = MessageFilter(request.GET or None)
    page = keyset_page(form.narrow(mine), request, order=("-created_at", "-pk"))
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    context = {
        "page": page,
        "rows": rows_of(page.rows),
        "filter_form": form,
        "may_see_health": has_permission(request.user, "notifications.health"),
        "counts": mine.counted(since=midnight),
        "may_edit_texts": has_permission(request.user, "notifications.texts"),
        "may_send": has_permission(request.user, "notifications.send_ready"),
        "sends_at_any_hour": settings.MESSAGES_AT_ANY_HOUR,
        "may_set_hours": has_permission(request.user, "notifications.hours"),
        "crumbs": [{"label": _("Messages")}],
    }
    return render_page(request, "notifications/messages.html", context, fragment="rows")


@require_GET
@requires("notifications.view")
def message_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    message = get_object_or_404(Message.objects.visible_to(request.user), uid=uid)
    (shown,) = showing.shown([message])
    context = {
        "row": row(message, shown.person),
        "shown": shown,
        "problem": kinds.words_for(shown.problem, message.kind) if shown.problem else "",
        "events": _events(message),
        **_company(request, message),
        "cause": causes.describe(request.user, message.cause_type, message.cause_id),
        "can_retry": _can_retry(request, message),
        "can_send": message.state == State.READY and has_permission(request.user, "notifications.send_ready"),
        "crumbs": [
            {"label": _("Messages"), "url": reverse("notifications:messages")},
            {"label": kinds.label_of(message.kind)},
        ],
    }
    return render_page(request, "notifications/message.html", context)


@require_http_methods(["GET", "POST"])
@requires("notifications.retry")
def message_retry(request: HttpRequest, uid: UUID) -> HttpResponse:
    message = get_object_or_404(Message.objects.visible_to(request.user), uid=uid)
    if request.method == "POST":
        try:
            services.retry(message_id=message.pk, by=request.user)
        except services.CannotRetry:
            notices.error(
                request, _("This message cannot be sent again: it is done, or its time has passed.")
            )
        else:
            notices.success(request, _("The message is in the queue again."))
        return redirect("notifications:message", uid=uid)
    (one,) = rows_of([message])
    context = {"row": one, "uid": uid, "consequences": _consequences(message)}
    return render_page(request, "notifications/retry.html", context)


def _company(request: HttpRequest, message: Message) -> dict[str, Any]:
    """What went inside this message, or inside which one it went."""
    seen = Message.objects.visible_to(request.user)
    if message.reason == joining.KIND and message.joined_to_id is not None:
        return {"carrier": seen.filter(pk=message.joined_to_id).first()}
    if message.state == State.SENT and message.one_of_day is not None:
        parts = seen.filter(joined_to=message.pk, state=State.SENT).order_by("pk")
        return {"parts": [{"uid": one.uid, "label": kinds.label_of(one.kind)} for one in parts]}
    return {}


def _consequences(message: Message) -> list[str]:
    return [
        _("It is tried up to eight times again, first within a minute."),
        _("Before it goes, the portal looks again whether the person still needs it."),
    ]


def _can_retry(request: HttpRequest, message: Message) -> bool:
    is_late = message.expires_at is not None and message.expires_at <= timezone.now()
    return (
        message.state in (State.DEAD, State.HELD)
        and not is_late
        and has_permission(request.user, "notifications.retry")
    )


def _of_event(reason: str, kind: str) -> Any:
    """The channel that a message was passed on to, or the words of a reason code."""
    if reason in Channel.values:
        return Channel(reason).label
    return kinds.words_for(reason, kind) if reason else ""


def _events(message: Message) -> list[dict[str, Any]]:
    """Newest first, the queueing last."""
    return [
        {
            "label": Event(event.event).label if event.event in Event.values else event.event,
            "reason": _of_event(event.reason, message.kind),
            "at": event.at,
            "actor": event.actor,
            "tone": EVENT_TONES.get(event.event, "info"),
        }
        for event in message.events.select_related("actor").order_by("-at", "-pk")
    ]
