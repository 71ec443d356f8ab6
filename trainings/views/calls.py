"""The call list of a session: who no message reached, on a page to tick and on paper with phone numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.audit.services import record
from okoce.notifications import call_sheets
from okoce.notifications.desk import CALL, why_words
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from trainings import shown
from trainings.enums import SEATED, CallOutcome
from trainings.models import Booking, TrainingSession
from trainings.refusals import Refused
from trainings.services import calls
from trainings.views.desk import desk_of
from trainings.views.sessions import find

ANSWERS = {
    "datang": (CallOutcome.COMES, True),
    "berhalangan": (CallOutcome.DECLINED, True),
    "tidak": (CallOutcome.DECLINED, False),
    "gagal": (CallOutcome.NOT_REACHED, True),
}


def _to_call(request: HttpRequest, session: TrainingSession, *, now: datetime) -> Any:
    """Seats whose people must be called, with what was tried so far."""
    mine = Booking.objects.visible_to(request.user).filter(session=session, state__in=SEATED)
    desk = desk_of(session)
    return (
        desk.narrowed(desk.judged(mine, now=now), CALL)
        .select_related("participant__kelurahan")
        .annotate(
            failed_count=Count("calls", filter=Q(calls__outcome=CallOutcome.NOT_REACHED)),
            last_call_at=Max("calls__at"),
        )
    )


@never_cache
@require_safe
@requires("trainings.manage")
def call_list(request: HttpRequest, pk: int) -> HttpResponse:
    session, now = find(request, pk), timezone.now()
    page = keyset_page(_to_call(request, session, now=now), request, order=("queue_number",))
    words = why_words()
    context = {
        "session": session,
        "where_and_when": shown.where_and_when(session),
        "page": page,
        "rows": [{"booking": booking, "why": words.get(booking.why, "")} for booking in page.rows],
        "may_print": has_permission(request.user, "participants.unmask"),
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()), (_("Call list"), "")
        ),
    }
    return render_page(request, "trainings/call_list.html", context)


@never_cache
@require_POST
@requires("participants.unmask")
def call_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The list on paper with full phone numbers, on this answer only. Recorded for each person."""
    if not has_permission(request.user, "trainings.manage"):
        raise Http404
    session, now = find(request, pk), timezone.now()
    rows = list(_to_call(request, session, now=now).order_by("queue_number")[: call_sheets.MOST])
    for booking in rows:
        record(request.user, "trainings.call_list.printed", booking.participant, session=session.pk)
    context = {
        "session": session,
        "where_and_when": shown.where_and_when(session),
        "printed_at": now,
        "back": reverse("trainings:session_call_list", args=[pk]),
    }
    return call_sheets.call_sheet(request, "trainings/call_sheet.html", context, rows)


@require_POST
@requires("trainings.manage")
def note_call(request: HttpRequest, pk: int, booking: int) -> HttpResponse:
    session = find(request, pk)
    seats = Booking.objects.visible_to(request.user).filter(session=session).select_related("participant")
    seat = get_object_or_404(seats, pk=booking)
    outcome, wants_another = ANSWERS.get(request.POST.get("hasil", ""), ("", True))
    if not outcome:
        messages.error(request, _("Choose what the person said. Nothing has changed yet."))
        return redirect("trainings:session_call_list", pk=pk)
    try:
        attempt = calls.note(
            booking_id=seat.pk, outcome=outcome, wants_another=wants_another, by=request.user
        )
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        said = {"name": seat.participant.full_name, "outcome": CallOutcome(attempt.outcome).label}
        messages.success(request, _("Noted for %(name)s: %(outcome)s.") % said)
    return redirect("trainings:session_call_list", pk=pk)
