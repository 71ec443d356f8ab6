"""Coming and leaving of one session, and mending a check-out that was forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from okoce.accounts.access import requires
from okoce.ui.responses import render_page
from trainings import rules, scheduling, shown
from trainings.forms.attendance import LeftForm
from trainings.models import Booking
from trainings.refusals import Refused
from trainings.services import hours as services
from trainings.stays import stays_of
from trainings.views.attendance import takeable
from trainings.views.sessions import find, posted


@requires("trainings.attendance")
def hours(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is still in comes first: those are mended."""
    session = find(request, pk)
    stays = stays_of(session)
    rows = list(
        Booking.objects.visible_to(request.user)
        .filter(session=session, participant__in=stays)
        .with_presence()
        .select_related("participant")
        .order_by("participant__name_key", "pk")
    )
    for booking in rows:
        stay = stays[booking.participant_id]
        booking.minutes, booking.is_open = stay.minutes, stay.is_open
    rows.sort(key=lambda booking: not booking.is_open)
    context = {
        "session": session,
        "where_and_when": shown.where_and_when(session),
        "rows": rows,
        "open_count": sum(booking.is_open for booking in rows),
        "may_take": rules.may_take_attendance(request.user, session, today=timezone.localdate()),
        "crumbs": _crumbs(session, _("Hours")),
    }
    return render_page(request, "trainings/hours.html", context)


@requires("trainings.attendance")
def mend(request: HttpRequest, pk: int, booking: int) -> HttpResponse:
    session = takeable(request, pk) if request.method == "POST" else find(request, pk)
    mine = Booking.objects.visible_to(request.user).select_related("participant")
    place = get_object_or_404(mine, session=session, pk=booking)
    stay = stays_of(session, [place.participant_id]).get(place.participant_id)
    if stay is None or not stay.is_open:
        return redirect("trainings:hours", pk=pk)
    form = LeftForm(posted(request), initial={"left": timezone.localtime(session.ends_at).time()})
    if request.method == "POST" and form.is_valid():
        left_at = datetime.combine(
            scheduling.day_of(session.starts_at), form.cleaned_data["left"], scheduling.JAKARTA
        )
        try:
            services.mend(
                session_id=pk,
                participant_id=place.participant_id,
                left_at=left_at,
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except Refused as refused:
            form.add_error("left", refused.sentence)
        else:
            messages.success(
                request, _("The hours of %(name)s are mended.") % {"name": place.participant.full_name}
            )
            return redirect("trainings:hours", pk=pk)
    context = {
        "session": session,
        "form": form,
        "name": place.participant.full_name,
        "crumbs": _crumbs(session, _("Mend")),
    }
    return render_page(request, "trainings/hours_mend.html", context)


def _crumbs(session: Any, here: str) -> list[dict[str, str]]:
    return shown.crumbs(
        (shown.short_date_name(session), session.get_absolute_url()),
        (_("Attendance"), reverse("trainings:attendance", args=[session.pk])),
        (here, ""),
    )
