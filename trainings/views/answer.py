"""The participant's own answer to an invitation or an offer: signed in, or by the address in the message."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from okoce.accounts.access import participant_only, public
from okoce.ui.responses import render_page
from trainings import links, rules, services
from trainings.enums import SEATED, BookingState, DeclineReason
from trainings.models import Booking
from trainings.refusals import Refused
from trainings.services import feedback, offers

COMES, CANNOT, DOES_NOT_WANT = "hadir", "berhalangan", "tidak"


@participant_only
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm, or say that one cannot come and why: one form, no JavaScript."""
    now = timezone.now()
    offers.settle(pk, now=now)
    booking = get_object_or_404(_with_session(Booking.objects.visible_to(request.user)), session=pk)
    if request.method == "POST":
        _take(request, booking, by=request.user, now=now)
        return redirect("trainings:answer", pk=pk)
    context = _shown(booking, now=now) | {
        "move_url": reverse("trainings:move", args=[pk]),
        "feedback_url": _feedback(booking, now, by_link=False),
    }
    return render_page(request, "trainings/answer.html", context)


@public
def answer_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same without signing in: the address is in the person's message. It shows no data of the person.

    Only a press answers: opening the address, as a preview of a message does, changes nothing.
    """
    now, whole = timezone.now(), links.bookings_of(token)
    booking = get_object_or_404(_with_session(whole))
    if offers.settle(booking.session_id, now=now):
        booking = _with_session(whole).get()
    if request.method == "POST":
        _take(request, booking, by=None, now=now)
        return redirect("trainings:answer_link", token=token)
    context = _shown(booking, now=now) | {
        "move_url": reverse("trainings:move_link", args=[token]),
        "feedback_url": _feedback(booking, now, by_link=True),
    }
    response = render_page(request, "trainings/answer_link.html", context)
    patch_cache_control(response, no_store=True, private=True)
    response["X-Robots-Tag"] = "noindex"
    return response


def _with_session(bookings: Any) -> Any:
    return bookings.select_related(
        "session__activity", "session__venue", "session__kecamatan", "session__trainer", "participant"
    )


def _feedback(booking: Booking, now: datetime, *, by_link: bool) -> str:
    """Where the person says how it was, from the start of the session on and until it is said."""
    person, session = booking.participant_id, booking.session
    if session.starts_at > now or not feedback.may_say(session=session, participant_id=person, now=now):
        return ""
    if by_link:
        return links.feedback_path_of(booking)
    return reverse("trainings:feedback", args=[session.pk])


def _take(request: HttpRequest, booking: Booking, *, by: Any, now: datetime) -> None:
    given, reason = request.POST.get("jawaban"), request.POST.get("alasan", "")
    try:
        if given == COMES:
            services.confirm(booking_id=booking.pk, by=by, now=now)
            messages.success(request, _("Thank you. Your seat is waiting for you."))
        elif given == CANNOT and reason not in DeclineReason.values:
            messages.error(
                request, _("Choose why you cannot come, then press again. Nothing has changed yet.")
            )
        elif given == CANNOT:
            services.decline(booking_id=booking.pk, by=by, now=now, reason=reason)
            messages.success(
                request, _("Thank you for telling us. You are in line for the next session of this activity.")
            )
        elif given == DOES_NOT_WANT:
            services.decline(booking_id=booking.pk, by=by, now=now)
            messages.success(request, _("Thank you for telling us. Your seat goes to somebody else."))
    except Refused as refused:
        messages.error(request, refused.sentence)


def _shown(booking: Booking, *, now: datetime) -> dict[str, Any]:
    session = booking.session
    is_open = rules.why_closed(session, now=now) is None
    is_offer = booking.state == BookingState.INVITED and booking.answer_by is not None
    return {
        "booking": booking,
        "session": session,
        "hours": rules.hours(session.starts_at, session.ends_at),
        "may_confirm": is_open and booking.state == BookingState.INVITED,
        "may_decline": is_open and booking.state in SEATED,
        "answer_by": booking.answer_by if is_offer and is_open else None,
        "reasons": DeclineReason.choices,
    }
