"""My status: a participant's own page, made for a phone and for one next step."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from okoce.accounts.access import participant_only
from okoce.dashboard import own_status
from okoce.dashboard.people import progress_once, sessions_left
from okoce.notifications import pauses
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import day_month
from participants import areas, journey, profile, qr
from participants.models import Participant
from participants.services import cards
from trainings.progress import ActivityProgress, Progress
from trainings.services import feedback


def _me(request: HttpRequest) -> Participant:
    return get_object_or_404(Participant.objects.visible_to(request.user))


@participant_only
@require_GET
def status(request: HttpRequest) -> HttpResponse:
    participant, now = _me(request), timezone.now()
    today = timezone.localtime(now).date()
    progress = progress_once(participant, today)
    bazaars = own_status.bazaars_of(participant, user=request.user, now=now)
    businesses = list(participant.businesses.open().select_related("sector").prefetch_related("outlets"))
    context = {
        "participant": participant,
        "business": next((business.name for business in businesses if business.name), ""),
        "businesses": profile.cards_of(businesses, participant.number, ()),
        "place": areas.name_of(participant.kelurahan_id),
        "next": own_status.next_thing(progress, bazaars, today=today),
        "pause": pauses.told_of(participant.pk, on=today),
        "card": _card(participant),
        "progress": progress,
        "ring_text": f"{progress.done_count}/{progress.required_count}",
        "ring_label": _("%(done)d of %(all)d activities done")
        % {"done": progress.done_count, "all": progress.required_count},
        "training_text": _training_text(progress),
        "activities": [_activity(activity, today) for activity in progress.activities],
        "certificate": own_status.certificate_of(participant, progress),
        "bazaars": bazaars,
        "turns": own_status.turns_of(participant, today=today),
        "to_rate": feedback.open_for(participant.pk, now=now)[:1],
        "missing": own_status.missing_of(participant, progress),
        "mentor": own_status.mentor_of(participant, today=today),
        "steps": journey.steps(participant, user=request.user, today=today),
    }
    return render_page(request, "dashboard/status.html", context)


def _card(participant: Participant) -> qr.Code | None:
    valid = participant.card_tokens.filter(revoked_at=None).select_related("participant").first()
    return qr.draw(cards.address_of(valid), border=1) if valid else None


@participant_only
@require_POST
def make_card(request: HttpRequest) -> HttpResponse:
    """A first card, or a new one; the one before opens nothing from then on."""
    participant = _me(request)
    cards.issue(participant_id=participant.pk, by=request.user)
    messages.success(request, _("Your card is ready. Show its code at attendance."))
    return redirect("dashboard:status")


@participant_only
@require_GET
def card_image(request: HttpRequest) -> HttpResponse:
    """The card's code as an image to keep; the file name holds nothing personal."""
    code = _card(_me(request))
    if code is None:
        return redirect("dashboard:status")
    image = render_to_string("dashboard/card.svg", {"code": code})
    response = HttpResponse(image, content_type="image/svg+xml")
    response["Content-Disposition"] = 'attachment; filename="kartu-peserta.svg"'
    return response


def _training_text(progress: Progress) -> str:
    if progress.is_complete:
        return _("All activities of this year are done.")
    missing = len(progress.missing)
    return ngettext(
        "%(count)d activity to go, then you have completed the training.",
        "%(count)d activities to go, then you have completed the training.",
        missing,
    ) % {"count": missing}


def _activity(activity: ActivityProgress, today: date) -> dict[str, Any]:
    row = {"label": f"{activity.position}. {activity.name}", "url": "", "left": sessions_left(activity)}
    if activity.is_done:
        return row | {"tone": "ok", "state": _("Present %(day)s") % {"day": day_month(activity.done_on)}}
    if (booking := activity.booking) is None and activity.waiting is not None:
        words = {"day": day_month(activity.waiting.since)}
        return row | {"tone": "info", "state": _("In line since %(day)s") % words, "icon": "hourglass-split"}
    if booking is None:
        state = _("Not invited yet") if activity.reachable else _("Not planned yet")
        return row | {"tone": "", "state": state, "icon": "hourglass-split"}
    return row | {"tone": "warn", "icon": "clock", "state": own_status.near(booking.starts_at, today)}
