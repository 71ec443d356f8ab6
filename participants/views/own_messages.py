"""My messages: on which phones, about what and by which way a participant wants to hear from us."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from okoce.accounts.access import participant_only
from okoce.notifications import pauses, phones, push_protocol, wishes
from okoce.notifications.channels import WAYS
from okoce.notifications.enums import Channel, Topic
from okoce.notifications.opting_out import BY_SELF
from okoce.ui.responses import render_page
from participants.enums import Purpose
from participants.models import Participant
from participants.services import consents


def _me(request: HttpRequest) -> Participant:
    return get_object_or_404(Participant.objects.visible_to(request.user).named())


@participant_only
@never_cache
@require_safe
def own_messages(request: HttpRequest) -> HttpResponse:
    participant = _me(request)
    topics, channels = wishes.of(participant.pk)
    context = {
        "topics": topics,
        "channels": channels,
        "phones": [{"row": row, "digest": row.digest.hex()} for row in phones.of(participant.pk)],
        "push_key": "" if WAYS[Channel.PUSH].why_not() else push_protocol.public_key(),
        "worker": reverse("dashboard:phone_worker"),
        "scope": reverse("dashboard:status"),
        "pause": pauses.told_of(participant.pk, on=timezone.localdate()),
        "has_refused": not consents.may(participant, Purpose.MESSAGES),
    }
    return render_page(request, "participants/rights/own_messages.html", context)


@participant_only
@require_POST
def add_phone(request: HttpRequest) -> HttpResponse:
    """What the browser handed to the page; an address that is no push service is not kept."""
    participant, said = _me(request), request.POST
    try:
        phones.take_in(
            participant_id=participant.pk,
            endpoint=said.get("endpoint", ""),
            p256dh=said.get("p256dh", ""),
            auth=said.get("auth", ""),
            user_agent=request.headers.get("User-Agent", ""),
        )
    except phones.NotAPhone:
        messages.error(
            request,
            _("This browser cannot be told yet. Open this page in Chrome, Firefox or Safari and try again."),
        )
    else:
        wishes.want_again(participant_id=participant.pk, channel=Channel.PUSH, by=request.user)
        messages.success(request, _("Done. You are told on this phone from now on."))
    return redirect("own_data:messages")


@participant_only
@require_POST
def remove_phone(request: HttpRequest, uid: UUID) -> HttpResponse:
    row = next((one for one in phones.of(_me(request).pk) if one.uid == uid), None)
    if row is None:
        raise Http404
    phones.end(row, why="removed")
    messages.success(request, _("That phone is told nothing any more."))
    return redirect("own_data:messages")


@participant_only
@require_POST
def wish(request: HttpRequest, code: str) -> HttpResponse:
    """A topic or a channel: no more, or again. It holds from this moment."""
    participant, thing = _me(request), _thing(code)
    if request.POST.get("answer") == "yes":
        wishes.want_again(participant_id=participant.pk, by=request.user, **thing)
        messages.success(request, _("Thank you. You get these messages again."))
    else:
        wishes.end(participant_id=participant.pk, by=request.user, way=BY_SELF, **thing)
        messages.success(request, _("Ended. It holds from now on, also for what was waiting to be sent."))
    return redirect("own_data:messages")


def _thing(code: str) -> dict[str, Any]:
    if code in Topic.values:
        return {"topic": code}
    if code in wishes.CHOICES:
        return {"channel": code}
    raise Http404
