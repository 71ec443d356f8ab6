"""The messages of a session: who was reached how, who answered what, who must be called."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.audit.services import record
from okoce.notifications.desk import Desk
from okoce.notifications.views.desk import context_of, file_of
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import moment
from trainings import shown
from trainings.enums import BookingState, SessionState
from trainings.messages import CANCELLED, CAUSE, CHANGED
from trainings.models import Booking, TrainingSession
from trainings.views.sessions import TONES, find

ORDER = ("queue_number",)
ASKED = (
    BookingState.INVITED,
    BookingState.CONFIRMED,
    BookingState.DECLINED,
    BookingState.LAPSED,
)  # who was given a seat and is still of interest


def desk_of(session: TrainingSession) -> Desk:
    return Desk(
        cause=(CAUSE, session.pk),
        begins_at=session.starts_at,
        is_on=session.state == SessionState.PUBLISHED,
        yes=Q(state=BookingState.CONFIRMED),
        no=Q(state__in=[BookingState.DECLINED, BookingState.LAPSED]),
        open_=Q(state=BookingState.INVITED),
        changes=(CHANGED, CANCELLED),
    )


def _people(request: HttpRequest, session: TrainingSession) -> Any:
    mine = Booking.objects.visible_to(request.user).filter(session=session, state__in=ASKED)
    return mine.select_related("participant")


def answer_of(booking: Booking) -> tuple[str, str]:
    label = str(booking.get_state_display())
    if booking.state == BookingState.INVITED:
        label = _("No answer yet")
        if booking.answer_by:
            label = _("No answer yet, asked until %(moment)s") % {"moment": moment(booking.answer_by)}
    elif booking.decline_reason:
        label = f"{label}: {booking.get_decline_reason_display()}"
    return label, TONES[booking.state]


@require_safe
@requires("notifications.view")
def desk(request: HttpRequest, pk: int) -> HttpResponse:
    session, now = find(request, pk), timezone.now()
    own = (shown.short_date_name(session), session.get_absolute_url())
    context = {
        "session": session,
        "where_and_when": shown.where_and_when(session),
        "may_call": has_permission(request.user, "trainings.manage"),
        "crumbs": shown.crumbs(own, (_("Messages"), "")),
        **context_of(
            request, desk_of(session), _people(request, session), order=ORDER, answer=answer_of, now=now
        ),
    }
    return render_page(request, "trainings/desk.html", context, fragment="people")


@require_POST
@requires("notifications.view")
def desk_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody of the desk as a workbook. Recorded."""
    session = find(request, pk)
    response, count = file_of(
        request.user, desk_of(session), _people(request, session), order=ORDER, answer=answer_of,
        now=timezone.now(), name=f"pesan-sesi-{session.pk}.xlsx",
    )  # fmt: skip
    record(request.user, "notifications.desk.exported", session, count=count)
    return response
