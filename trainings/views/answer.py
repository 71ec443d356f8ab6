"""The participant's own answer to an invitation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from okoce.accounts.access import participant_only
from okoce.ui.responses import render_page
from trainings import rules, services
from trainings.enums import BookingState
from trainings.models import Booking
from trainings.refusals import Refused


@participant_only
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm, or say that one cannot come: two buttons, one form, no JavaScript."""
    now = timezone.now()
    mine = Booking.objects.visible_to(request.user).select_related(
        "session__activity", "session__venue", "session__kecamatan", "session__trainer", "participant"
    )
    booking = get_object_or_404(mine, session=pk)
    if request.method == "POST":
        try:
            if request.POST.get("jawaban") == "hadir":
                services.confirm(booking_id=booking.pk, by=request.user, now=now)
                messages.success(request, _("Thank you. Your seat is waiting for you."))
            elif request.POST.get("jawaban") == "tidak":
                services.decline(booking_id=booking.pk, by=request.user, now=now)
                messages.success(
                    request, _("Thank you for telling us. You will be invited to another session.")
                )
        except Refused as refused:
            messages.error(request, refused.sentence)
        return redirect("trainings:answer", pk=pk)
    session = booking.session
    is_open = rules.why_closed(session, now=now) is None
    context = {
        "booking": booking,
        "session": session,
        "hours": rules.hours(session.starts_at, session.ends_at),
        "may_confirm": is_open and booking.state == BookingState.INVITED,
        "may_decline": is_open
        and booking.state in (BookingState.INVITED, BookingState.CONFIRMED, BookingState.WAITLISTED),
        "place": rules.waiting_place(booking) if booking.state == BookingState.WAITLISTED else None,
    }
    return render_page(request, "trainings/answer.html", context)
