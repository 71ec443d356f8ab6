"""Who sits in a session: invited by need, one by one, and released."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.accounts.access import requires
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from participants import searching
from participants.models import Participant
from trainings import rules, services, shown
from trainings.enums import BookingState
from trainings.forms.seats import InviteForm, PersonForm
from trainings.models import Booking, TrainingSession, Waiting
from trainings.refusals import Refused
from trainings.services import moving
from trainings.views.sessions import find

FOUND = 20  # people shown for a name


@requires("trainings.manage")
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """How many match, who gets a seat and who waits; nobody is told before the button is pressed."""
    now, session = timezone.now(), find(request, pk)
    if not rules.may_fill(request.user, session, now=now):
        return redirect(session)
    usual = {"waiting": InviteForm.USUAL_WAITING}
    given = request.POST if request.method == "POST" else (request.GET or usual)
    form = InviteForm(given, session=session)
    is_good = form.is_valid()
    choice = form.cleaned_data if is_good else {"waiting": 0, "kelurahan": []}
    if request.method == "POST" and is_good:
        try:
            outcome = services.invite(session_id=pk, by=request.user, now=now, **choice)
        except Refused as refused:
            messages.error(request, refused.sentence)
        else:
            messages.success(request, told(outcome))
        return redirect(session)
    matching, promised = services.invite_preview(session, now=now, **choice)
    context = {
        "session": session,
        "form": form,
        "where_and_when": shown.where_and_when(session),
        "matching": matching,
        "promised": promised,
        "free": session.places - rules.seated_count(session),
        "left_over": matching - promised.seated - promised.waiting,
        "choice": choice,
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()), (_("Invite"), "")
        ),
    }
    return render_page(request, "trainings/invite.html", context)


def told(outcome: services.InviteOutcome) -> str:
    if not outcome.seated and not outcome.waiting:
        return _("Nobody new was invited: the seats are taken, or nobody lacks this activity.")
    invited = ngettext("%(count)s person is invited.", "%(count)s people are invited.", outcome.seated) % {
        "count": outcome.seated
    }
    if not outcome.waiting:
        return invited
    waiting = ngettext(
        "%(count)s person is on the waiting list.",
        "%(count)s people are on the waiting list.",
        outcome.waiting,
    ) % {"count": outcome.waiting}
    return f"{invited} {waiting}"


@requires("trainings.manage")
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Find one person by number or name; a POST with the number gives the seat."""
    now, session = timezone.now(), find(request, pk)
    if not rules.may_fill(request.user, session, now=now):
        return redirect(session)
    people = Participant.objects.visible_to(request.user)
    if request.method == "POST":
        number = request.POST.get("number", "").replace("\x00", "")
        person = get_object_or_404(people, number=number)
        try:
            booking = services.book_seat(session_id=pk, participant=person, by=request.user, now=now)
        except Refused as refused:
            messages.error(request, refused.sentence)
        else:
            messages.success(request, booked(booking, person))
        return redirect(session)
    if searching.has_personal_digits(request.GET.get("q", "")) and not searching.tidy(request.GET["q"]):
        messages.warning(request, _("Search by participant number or name, not by NIK or phone number."))
        return redirect("trainings:add", pk=pk)
    form = PersonForm(request.GET or None)
    found = []
    if form.is_valid() and (match := rules.matching(form.cleaned_data["q"])) is not None:
        found = list(people.in_programme().filter(match).select_related("kelurahan")[:FOUND])
    context = {
        "session": session,
        "form": form,
        "found": found,
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()), (_("Add a participant"), "")
        ),
    }
    return render_page(request, "trainings/add.html", context)


def booked(booking: Booking | Waiting, person: Participant) -> str:
    if not isinstance(booking, Booking):
        return _("All seats are taken. %(name)s is on the waiting list.") % {"name": person.full_name}
    return _("%(name)s has a seat.") % {"name": person.full_name}


@requires("trainings.manage")
def release(request: HttpRequest, pk: int, booking: int) -> HttpResponse:
    """Confirm page: take one person's place back."""
    session = find(request, pk)
    mine = Booking.objects.visible_to(request.user).filter(session=session)
    place = get_object_or_404(mine.select_related("participant"), pk=booking)
    name = place.participant.full_name
    if request.method == "POST":
        try:
            services.release_seat(booking_id=place.pk, by=request.user)
        except Refused as refused:
            messages.error(request, refused.sentence)
        else:
            messages.success(request, _("%(name)s is off the list.") % {"name": name})
        return redirect(session)
    waiting = rules.waiting_count(session)
    context = {
        "question": _("Take %(name)s off the list?") % {"name": name},
        "consequences": [
            _("%(name)s has no place in this session any more and can be invited to another.")
            % {"name": name},
            ngettext(
                "The seat goes to the next on the waiting list: %(count)s person waits.",
                "The seat goes to the next on the waiting list: %(count)s people wait.",
                waiting,
            )
            % {"count": waiting}
            if waiting
            else _("Nobody else moves."),
        ],
        "form": None,
        "action_label": _("Take off the list"),
        "cancel_url": session.get_absolute_url(),
        "cancel_label": _("Leave on the list"),
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()), (_("Take off the list"), "")
        ),
    }
    return render_page(request, "trainings/confirm.html", context)


@requires("trainings.manage")
def exchange(request: HttpRequest, pk: int, booking: int) -> HttpResponse:
    """Two people exchange their seats: first the other session, then the person, then one press."""
    now, session = timezone.now(), find(request, pk)
    mine = Booking.objects.visible_to(request.user)
    place = get_object_or_404(
        mine.filter(session=session).select_related("participant", "session__activity"), pk=booking
    )
    if not rules.may_fill(request.user, session, now=now):
        messages.error(request, _("This session has begun or is not open: its seats are not exchanged."))
        return redirect(session)
    others = TrainingSession.objects.visible_to(request.user).same_activity(session, now=now).with_places()
    wanted = request.POST.get("sesi") or request.GET.get("sesi", "")
    other = others.filter(pk=int(wanted)).first() if is_id(wanted) else None
    if request.method == "POST" and (done := _exchanged(request, place, other, now=now)):
        return done
    context = {
        "session": session,
        "place": place,
        "where_and_when": shown.where_and_when(session),
        "other": other,
        "other_where": shown.where_and_when(other) if other else "",
        "chosen": request.POST.get("dengan", ""),
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()), (_("Exchange seats"), "")
        ),
    }
    if other is None:
        page = keyset_page(others.with_seats(), request, order=("starts_at", "pk"), size=50)
        for row in page.rows:
            row.label = shown.when(row.starts_at, row.ends_at)
    else:
        able = moving.partners(place, other).filter(pk__in=mine.values("pk"))
        people = able.select_related("participant__kelurahan")
        page = keyset_page(people, request, order=("queue_number",), size=100)
        for row in page.rows:
            row.tone = "ok" if row.state == BookingState.CONFIRMED else "info"
    return render_page(request, "trainings/exchange.html", context | {"page": page}, fragment="choose")


def is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _exchanged(request: HttpRequest, place: Booking, other: Any, *, now: Any) -> HttpResponse | None:
    """The answer to a press; None when the page is to be shown again, with what to mend."""
    wanted = request.POST.get("dengan", "")
    seats = Booking.objects.visible_to(request.user).filter(session=other)
    partner = seats.select_related("participant").filter(pk=int(wanted)).first() if is_id(wanted) else None
    if other is None or partner is None:
        messages.error(request, _("Choose who takes the seat, then press again. Nothing has changed yet."))
        return None
    try:
        services.exchange(booking_id=place.pk, with_booking_id=partner.pk, by=request.user, now=now)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return None
    words = {"one": place.participant.full_name, "other": partner.participant.full_name}
    messages.success(
        request, _("%(one)s and %(other)s have exchanged their seats. Both are told by a message.") % words
    )
    return redirect(place.session)
