"""What one person was told, and pausing messages to them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.notifications import pauses
from okoce.notifications.models import Message
from okoce.notifications.views.rows import rows_of
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import number as as_number
from participants.forms.pause import PauseForm
from participants.models import Participant


def _find(request: HttpRequest, number: str) -> Participant:
    return get_object_or_404(Participant.objects.visible_to(request.user).named(), number=number)


def _crumbs(participant: Participant, *here: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"label": _("Participants"), "url": reverse("participants:list")},
        {"label": participant.full_name, "url": participant.get_absolute_url()},
        *here,
    ]


@requires("notifications.view")
@require_safe
def messages_of(request: HttpRequest, number: str) -> HttpResponse:
    """The newest messages to one person, and whether they are paused."""
    participant = _find(request, number)
    mine = Message.objects.visible_to(request.user).filter(participant_id=participant.pk)
    page = keyset_page(mine, request, order=("-created_at", "-pk"))
    context = {
        "participant": participant,
        "page": page,
        "rows": rows_of(page.rows),
        "pause": pauses.open_pause(participant.pk, on=timezone.localdate()),
        "may_pause": has_permission(request.user, "notifications.pause"),
        "crumbs": _crumbs(participant, {"label": _("Messages")}),
    }
    return render_page(request, "participants/messages.html", context)


@requires("notifications.pause")
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest, number: str) -> HttpResponse:
    participant, today = _find(request, number), timezone.localdate()
    present = pauses.open_pause(participant.pk, on=today)
    known = {"reason": present.reason, "until": present.until} if present else None
    form = PauseForm(request.POST or None, today=today, initial=known)
    if request.method == "POST" and form.is_valid():
        pauses.pause(participant_id=participant.pk, by=request.user, **form.cleaned_data)
        notices.success(request, _("Messages to this person are paused."))
        return redirect("participants:messages", number)
    context: dict[str, Any] = {
        "question": _("Pause messages to %(name)s?") % {"name": participant.full_name},
        "consequences": [
            _("Nothing goes out to this person, cancellations of their sessions included."),
            _("What would have gone is held and shown here and on the page of messages: call or visit."),
            _("Sign-in codes that the person asks for still come."),
            _("When the pause ends, what is still wanted goes out."),
        ],
        "form": form,
        "action_label": _("Pause the messages"),
        "cancel_url": reverse("participants:messages", args=[number]),
        "cancel_label": _("Do not pause"),
        "crumbs": _crumbs(
            participant,
            {"label": _("Messages"), "url": reverse("participants:messages", args=[number])},
            {"label": _("Pause")},
        ),
    }
    return render_page(request, "participants/confirm.html", context)


@requires("notifications.pause")
@require_POST
def end_pause(request: HttpRequest, number: str) -> HttpResponse:
    participant = _find(request, number)
    present = pauses.open_pause(participant.pk, on=timezone.localdate())
    try:
        if present is None:
            raise pauses.AlreadyEnded
        released = pauses.end(pause_id=present.pk, by=request.user, now=timezone.now())
    except pauses.AlreadyEnded:
        notices.info(request, _("The pause is over already."))
    else:
        said = ngettext(
            "The pause is over. %(count)s message goes out if it is still wanted.",
            "The pause is over. %(count)s messages go out if they are still wanted.",
            released,
        )
        notices.success(request, said % {"count": as_number(released)})
    return redirect("participants:messages", number)
