"""What the address on a participant card shows: how far the person has come, and the day of the next session.

Whoever finds a card learns no more than that: no name, no number, no phone, no place.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from okoce.accounts.access import public
from okoce.ui.responses import render_page
from participants.services import cards
from trainings.progress import progress_of
from trainings.services import wall


@public
@require_safe
def card_status(request: HttpRequest, token: str) -> HttpResponse:
    participant = cards.open_card(token)
    if participant is None:
        raise Http404
    now = timezone.now()
    progress = progress_of(participant, timezone.localtime(now).year, now=now)
    done, required = progress.done_count, progress.required_count
    next_at = progress.next_session.starts_at if progress.next_session else None
    context = {
        "done": done,
        "is_complete": done >= required,
        "ring_text": f"{done}/{required}",
        "ring_label": _("%(done)d of %(all)d activities done") % {"done": done, "all": required},
        "next_session_at": next_at,
        "token": token,
        "is_today": bool(wall.sessions_of(participant, now=now)),
    }
    response = render_page(request, "dashboard/card_status.html", context)
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
