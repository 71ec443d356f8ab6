"""Calendar feeds: the file itself, and the pages where they are made and withdrawn."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from okoce.accounts.access import participant_only, public, requires
from okoce.ui.responses import render_page
from participants.models import Participant
from trainings import ical, shown
from trainings.forms.feeds import FeedForm
from trainings.models import CalendarFeed
from trainings.models.feed import FeedKind
from trainings.services import feeds

CACHED_SECONDS = 900


@public
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The file, for whoever has the address."""
    found = feeds.open_feed(token)
    if found is None:
        raise Http404
    with translation.override("id"):
        content = ical.file_of(found, now=timezone.now())
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="okoce.ics"'
    response["Cache-Control"] = f"private, max-age={CACHED_SECONDS}"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _shown(request: HttpRequest) -> list[dict[str, Any]]:
    mine = CalendarFeed.objects.visible_to(request.user).select_related("area", "venue", "trainer")
    return [_row(feed) for feed in mine]


def _row(feed: CalendarFeed) -> dict[str, Any]:
    address = feeds.address_of(feed)
    return {
        "feed": feed,
        "title": feed.get_kind_display(),
        "subject": feed.subject,
        "address": address,
        "open": address.replace("https://", "webcal://").replace("http://", "webcal://"),
    }


@requires("trainings.view")
@require_http_methods(["GET", "HEAD", "POST"])
def subscriptions(request: HttpRequest) -> HttpResponse:
    """Own feeds of the office, a venue or a trainer."""
    form = FeedForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        feeds.subscribe(by=request.user, **form.subject())
        messages.success(request, _("The calendar address is ready. Copy it into your calendar program."))
        return redirect("trainings:feeds")
    context = {
        "form": form,
        "feeds": _shown(request),
        "withdraw_url": "trainings:feed_withdraw",
        "crumbs": shown.crumbs((_("Calendar addresses"), "")),
    }
    return render_page(request, "trainings/feeds.html", context)


@requires("trainings.view")
@require_POST
def withdraw(request: HttpRequest, uid: UUID) -> HttpResponse:
    _withdraw(request, uid)
    return redirect("trainings:feeds")


def _withdraw(request: HttpRequest, uid: UUID) -> None:
    mine = get_object_or_404(CalendarFeed.objects.visible_to(request.user), uid=uid)
    feeds.withdraw(feed_id=mine.pk, by=request.user)
    messages.success(request, _("The address is withdrawn. Calendars that used it no longer get anything."))


@participant_only
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """The participant's own sessions in the calendar of the phone."""
    participant = get_object_or_404(Participant.objects.visible_to(request.user))
    if request.method == "POST":
        feeds.subscribe(kind=FeedKind.PARTICIPANT, participant=participant, by=request.user)
        messages.success(request, _("The calendar address is ready. Open it with your calendar."))
        return redirect("trainings:own_feed")
    context = {"feeds": _shown(request), "withdraw_url": "trainings:own_feed_withdraw"}
    return render_page(request, "trainings/feed_own.html", context)


@participant_only
@require_POST
def own_withdraw(request: HttpRequest, uid: UUID) -> HttpResponse:
    _withdraw(request, uid)
    return redirect("trainings:own_feed")
