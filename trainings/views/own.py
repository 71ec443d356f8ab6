"""What a participant arranges alone: another date, the line for an activity, the time of the week."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from okoce.accounts.access import participant_only, public, requires
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from participants.models import Participant
from trainings import links, rules, services
from trainings.enums import SEATED
from trainings.forms.waiting import AvailabilityForm, JoinForm
from trainings.models import Booking, Waiting
from trainings.progress import ActivityProgress, progress_of
from trainings.querysets import attendance_of
from trainings.refusals import Refused
from trainings.services import availability, moving, offers, waits

NEAR = 20  # sessions of the own kecamatan that are shown


def _me(request: HttpRequest) -> Participant:
    return get_object_or_404(Participant.objects.visible_to(request.user))


# ---------------------------------------------------------------- another date


@participant_only
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Sessions of the same activity with a free seat, each with one button. A press moves at once."""
    now = timezone.now()
    mine = Booking.objects.visible_to(request.user).select_related(
        "session__activity", "session__venue", "session__kecamatan", "participant"
    )
    booking = get_object_or_404(mine, session=pk)
    if request.method == "POST":
        return _moved(request, booking, now=now)
    if not _may_move(booking, now=now):
        return redirect("trainings:answer", pk=pk)
    return render_page(request, "trainings/move.html", _choice(request, booking, now=now))


def _may_move(booking: Booking, *, now: datetime) -> bool:
    return booking.state in SEATED and rules.why_closed(booking.session, now=now) is None


def _choice(request: HttpRequest, booking: Booking, *, now: datetime) -> dict[str, Any]:
    targets, own = moving.targets(booking, now=now), booking.participant.kecamatan_id
    near = list(targets.filter(kecamatan=own).order_by("starts_at", "pk")[:NEAR])
    page = keyset_page(targets.exclude(kecamatan=own), request, order=("starts_at", "pk"), size=20)
    for session in [*near, *page.rows]:
        session.free = session.places - session.seated_count
    return {"booking": booking, "now_in": booking.session, "near": near, "page": page}


@public
@require_http_methods(["GET", "POST"])
def move_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same by the address in an answer to PINDAH, without signing in. Only a press moves."""
    now, whole = timezone.now(), links.bookings_of(token)
    booking = get_object_or_404(
        whole.select_related("session__activity", "session__venue", "session__kecamatan", "participant")
    )
    if request.method == "POST":
        return _moved_by_link(request, booking, token, now=now)
    if not _may_move(booking, now=now):
        return redirect("trainings:answer_link", token=token)
    context = _choice(request, booking, now=now) | {"token": token}
    response = render_page(request, "trainings/move_link.html", context)
    patch_cache_control(response, no_store=True, private=True)
    response["X-Robots-Tag"] = "noindex"
    return response


def _moved_by_link(request: HttpRequest, booking: Booking, token: str, *, now: datetime) -> HttpResponse:
    wanted = request.POST.get("ke", "")
    pk = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else None
    there = moving.seats_of(booking).filter(session=pk).first()
    if there is None:
        to = moving.targets(booking, now=now).filter(pk=pk).first()
        if to is None:
            messages.error(request, _("The last seat there has just been given. Choose another session."))
            return redirect("trainings:move_link", token=token)
        try:
            there = services.move(booking_id=booking.pk, to_session_id=to.pk, by=None, now=now)
        except Refused as refused:
            messages.error(request, refused.sentence)
            return redirect("trainings:move_link", token=token)
        words = {"day": rules.long_day(to.starts_at), "clock": rules.hours(to.starts_at, to.ends_at)}
        messages.success(request, _("You have moved. You are expected on %(day)s, %(clock)s.") % words)
    return redirect(links.path_of(there.pk, there.queue_number))


@public
@require_http_methods(["GET", "POST"])
def again_link(request: HttpRequest, token: str) -> HttpResponse:
    """A seat in a coming session for somebody who missed one, by the address in the message. One press."""
    now, whole = timezone.now(), links.bookings_of(token, column=links.AGAIN)
    booking = get_object_or_404(
        whole.select_related("session__activity", "session__venue", "session__kecamatan", "participant")
    )
    seat = moving.coming_seat(booking, now=now)
    if seat is not None:  # taken already, by this address or another way
        return redirect(links.path_of(seat.pk, seat.queue_number))
    targets = moving.targets(booking, now=now)
    if request.method == "POST":
        return _again(request, booking, token, targets, now=now)
    near = list(targets.filter(kecamatan=booking.session.kecamatan_id).order_by("starts_at", "pk")[:NEAR])
    for session in near:
        session.free = session.places - session.seated_count
    is_done = attendance_of(booking.session, booking.participant_id).exists()
    context = {"missed": booking.session, "near": near, "is_done": is_done}
    response = render_page(request, "trainings/again_link.html", context)
    patch_cache_control(response, no_store=True, private=True)
    response["X-Robots-Tag"] = "noindex"
    return response


def _again(
    request: HttpRequest, booking: Booking, token: str, targets: Any, *, now: datetime
) -> HttpResponse:
    wanted = request.POST.get("ke", "")
    pk = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else None
    seats = moving.seats_of(booking)
    there = seats.filter(session=pk).first()
    if there is None and (to := targets.filter(pk=pk).first()) is not None:
        try:
            services.book_seat(
                session_id=to.pk, participant=booking.participant, by=None, now=now, confirmed=True
            )
        except Refused as refused:
            messages.error(request, refused.sentence)
            return redirect("trainings:again_link", token=token)
        there = seats.filter(session=to.pk).first()
    if there is None:
        messages.error(request, _("The last seat there has just been given. Choose another session."))
        return redirect("trainings:again_link", token=token)
    messages.success(request, _("Thank you. Your seat is waiting for you."))
    return redirect(links.path_of(there.pk, there.queue_number))


def _moved(request: HttpRequest, booking: Booking, *, now: datetime) -> HttpResponse:
    wanted = request.POST.get("ke", "")
    targets = moving.targets(booking, now=now)
    to = targets.filter(pk=int(wanted)).first() if wanted.isascii() and wanted.isdigit() else None
    mine = Booking.objects.visible_to(request.user).enrolled()
    if to is None and wanted.isascii() and wanted.isdigit() and mine.filter(session=int(wanted)).exists():
        return redirect("dashboard:status")  # pressed twice: the person sits there already
    if to is None:
        messages.error(request, _("The last seat there has just been given. Choose another session."))
        return redirect("trainings:move", pk=booking.session_id)
    try:
        services.move(booking_id=booking.pk, to_session_id=to.pk, by=request.user, now=now)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("trainings:move", pk=booking.session_id)
    words = {"day": rules.long_day(to.starts_at), "clock": rules.hours(to.starts_at, to.ends_at)}
    messages.success(request, _("You have moved. You are expected on %(day)s, %(clock)s.") % words)
    return redirect("dashboard:status")


# ---------------------------------------------------------------- the line


@participant_only
@require_http_methods(["GET"])
def own_waits(request: HttpRequest) -> HttpResponse:
    """For each missing activity: the seat, the place in line, or a button to join; and when one can come."""
    person = _me(request)
    return _shown(request, person, AvailabilityForm(initial=asdict(availability.of(person))))


def _shown(request: HttpRequest, person: Participant, form: AvailabilityForm) -> HttpResponse:
    now = timezone.now()
    progress = progress_of(person, timezone.localtime(now).year, now=now)
    context = {
        "progress": progress,
        "rows": [_row(activity, person) for activity in progress.missing],
        "form": form,
    }
    return render_page(request, "trainings/own_waits.html", context)


def _row(activity: ActivityProgress, person: Participant) -> dict[str, Any]:
    return {"activity": activity, "form": JoinForm(person=person, prefix=activity.code)}


@participant_only
@require_POST
def join(request: HttpRequest, code: str) -> HttpResponse:
    person, now = _me(request), timezone.now()
    progress = progress_of(person, timezone.localtime(now).year, now=now)
    activity = next((a for a in progress.missing if a.code == code), None)
    if activity is None:
        raise Http404
    form = JoinForm(request.POST, person=person, prefix=code)
    if not form.is_valid():
        messages.error(request, _("Choose where you can go."))
    elif activity.booking is not None:
        messages.info(request, _("You have a seat for this activity already."))
    else:
        area = form.cleaned_data["area"]
        waits.join(participant_id=person.pk, activity_id=code, area_id=area, by=request.user, now=now)
        offers.fill_soon(code, area)
        messages.success(
            request,
            _("You are in line. The next free seat is offered to you; one that is free now stands below."),
        )
    return redirect("trainings:own_waits")


@participant_only
@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    wait = get_object_or_404(Waiting.objects.visible_to(request.user), pk=pk)
    waits.leave(wait_id=wait.pk, by=request.user, now=timezone.now())
    messages.success(request, _("You are not in line any more."))
    return redirect("trainings:own_waits")


@participant_only
@require_POST
def set_availability(request: HttpRequest) -> HttpResponse:
    person, form = _me(request), AvailabilityForm(request.POST)
    if not form.is_valid():
        return _shown(request, person, form)
    times = availability.Times(**form.cleaned_data)
    availability.put(person=person, times=times, by=request.user, now=timezone.now())
    messages.success(request, _("Thank you. We invite you at the times you can come."))
    return redirect("trainings:own_waits")


# ---------------------------------------------------------------- the office writes down what somebody said


@requires("trainings.manage")
@require_http_methods(["GET", "POST"])
def times_of(request: HttpRequest, number: str) -> HttpResponse:
    """When a participant can come, from the person's page."""
    people = Participant.objects.visible_to(request.user).open_to(request.user).usable()
    person = get_object_or_404(people, number=number)
    back = reverse("participants:detail", args=[number])
    form = AvailabilityForm(
        request.POST if request.method == "POST" else None,
        initial=asdict(availability.of(person)),
        is_own=False,
    )
    if request.method == "POST" and form.is_valid():
        times = availability.Times(**form.cleaned_data)
        availability.put(person=person, times=times, by=request.user, now=timezone.now())
        messages.success(request, _("The times are saved. Invitations and free seats follow them."))
        return redirect(back)
    context = {
        "form": form,
        "title": _("When can %(name)s come?") % {"name": person.full_name},
        "intro": _("The person is invited and offered seats only at these times."),
        "action_label": _("Save the times"),
        "back_url": back,
        "crumbs": [
            {"label": _("Participants"), "url": reverse("participants:list")},
            {"label": person.full_name, "url": back},
            {"label": _("Times"), "url": ""},
        ],
    }
    return render_page(request, "trainings/form_page.html", context)
