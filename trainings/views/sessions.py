"""One session: its page, planning, publishing, cancelling."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from trainings import rules, scheduling, services
from trainings.enums import BookingState, SessionState
from trainings.forms import CancelForm, PersonForm, PublishForm, SessionForm, next_working_day
from trainings.models import Booking, TrainingSession, Waiting
from trainings.refusals import Refused
from trainings.scheduling import Concern
from trainings.services import calendar
from trainings.views import shown

CONCERNS = {
    Concern.HOLIDAY: lambda facts, day: _("The day is a day off: %(name)s.") % {"name": facts.holidays[day]},
    Concern.SUNDAY: lambda _facts, _day: _("The day is a Sunday."),
    Concern.FRIDAY_PRAYER: lambda _facts, _day: _("It falls into the Friday prayer, 11.30 to 13.00."),
    Concern.OUTSIDE_HOURS: lambda _facts, _day: _("It lies outside office hours, 07.30 to 16.00."),
    Concern.RAMADAN_HOURS: lambda facts, day: (
        _("It lies outside the office hours of Ramadan, %(opens)s to %(closes)s.")
        % dict(zip(("opens", "closes"), map(time_format, facts.office_hours(day)), strict=True))
    ),
    Concern.SHORT_NOTICE: lambda _facts, _day: _("People hear of it fewer than 3 days before."),
}
CHIPS = (
    ("kursi", (BookingState.INVITED, BookingState.CONFIRMED, BookingState.WALKED_IN)),
    ("tunggu", ()),
    ("tidak", (BookingState.DECLINED, BookingState.LAPSED, BookingState.MOVED, BookingState.RELEASED)),
)


def find(request: HttpRequest, pk: int, queryset: QuerySet | None = None) -> TrainingSession:
    """The session of this address as the person may see it, or 404."""
    mine = TrainingSession.objects.visible_to(request.user).with_places()
    return get_object_or_404(mine if queryset is None else queryset, pk=pk)


def posted(request: HttpRequest) -> Any:
    """What was sent, also when every field was left empty; None for a page that is only opened."""
    return request.POST if request.method == "POST" else None


# ---------------------------------------------------------------- the page


@requires("trainings.view")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    session = find(request, pk, TrainingSession.objects.visible_to(request.user).with_places().with_counts())
    chosen = next((c for c in CHIPS if c[0] == request.GET.get("tampilkan")), CHIPS[0])
    bookings = Booking.objects.visible_to(request.user).filter(session=session)
    if chosen[0] == "tunggu":
        line = Waiting.objects.visible_to(request.user).still().for_session(session)
        rows, order = line.select_related("participant__kelurahan", "area"), ("since", "pk")
    else:
        rows = bookings.filter(state__in=chosen[1]).select_related("participant__kelurahan")
        order = ("queue_number",)
    page = keyset_page(rows, request, order=order, size=50)
    for row in page.rows:
        row.tone = TONES[row.state] if isinstance(row, Booking) else ""
    context = {
        "session": session,
        "state": shown.state_of(session, now=now),
        "where_and_when": shown.where_and_when(session),
        "seats_text": shown.seats_text(session),
        "page": page,
        "chosen": chosen[0],
        "away_count": bookings.filter(state__in=CHIPS[2][1]).count(),
        "crumbs": shown.crumbs((shown.short_date_name(session), "")),
        "person_form": PersonForm(),
        **actions(request.user, session, now=now),
    }
    return render_page(request, "trainings/session.html", context, fragment="people")


TONES = {
    BookingState.INVITED: "info",
    BookingState.CONFIRMED: "ok",
    BookingState.WALKED_IN: "ok",
    BookingState.DECLINED: "",
    BookingState.LAPSED: "",
    BookingState.MOVED: "",
    BookingState.RELEASED: "",
}


def actions(user: Any, session: TrainingSession, *, now: datetime) -> dict[str, bool]:
    return {
        "may_change": rules.may_change(user, session, now=now),
        "may_publish": rules.may_publish(user, session, now=now),
        "may_cancel": rules.may_cancel(user, session),
        "may_certify": session.state in (SessionState.PUBLISHED, SessionState.HELD)
        and session.starts_at <= now
        and has_permission(user, "trainings.certificates"),
        "may_fill": rules.may_fill(user, session, now=now),
        "may_take_attendance": rules.may_take_attendance(user, session, today=scheduling.day_of(now)),
        "may_see_sheet": has_permission(user, "trainings.attendance"),
        "has_free_seats": getattr(session, "seated_count", 0) < session.places,
        "may_send": session.state != SessionState.DRAFT and has_permission(user, "notifications.send_ready"),
    }


# ---------------------------------------------------------------- planning


@requires("trainings.manage")
def create(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    initial = {"date": request.GET.get("tanggal") or next_working_day(timezone.localdate())}
    if activity := request.GET.get("kegiatan"):
        initial["activity"] = activity
    form = SessionForm(posted(request), user=request.user, now=now, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            session = services.create_session(plan=form.plan, by=request.user, now=now)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("The draft is saved. Publish it, then invite people."))
            return redirect(session)
    context = {"form": form, "crumbs": shown.crumbs((_("Plan a session"), ""))}
    return render_page(request, "trainings/session_form.html", context)


@requires("trainings.manage")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    now, session = timezone.now(), find(request, pk)
    if not rules.may_change(request.user, session, now=now):
        return redirect(session)
    form = SessionForm(posted(request), user=request.user, now=now, session=session)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_session(session_id=pk, plan=form.plan, by=request.user, now=now)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("The session is changed."))
            return redirect(session)
    context = {
        "form": form,
        "session": session,
        "told_count": session.bookings.enrolled().count() if session.state == "published" else 0,
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()), (_("Change"), "")
        ),
    }
    return render_page(request, "trainings/session_form.html", context)


# ---------------------------------------------------------------- confirm pages


@requires("trainings.manage")
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    now, session = timezone.now(), find(request, pk)
    if not rules.may_publish(request.user, session, now=now):
        return redirect(session)
    day = scheduling.day_of(session.starts_at)
    facts = calendar.facts_between(day, day, area=session.kecamatan_id)
    found = scheduling.concerns(session.starts_at, session.ends_at, today=scheduling.day_of(now), facts=facts)
    form = PublishForm(posted(request)) if found else None
    if request.method == "POST" and (form is None or form.is_valid()):
        note = form.cleaned_data["note"] if form else ""
        services.publish(session_id=pk, by=request.user, now=now, note=note)
        messages.success(request, _("The session is published. Now invite the participants."))
        return redirect("trainings:invite", pk=pk)
    context = {
        "question": _("Publish %(session)s?") % {"session": shown.short_name(session)},
        "concerns": [CONCERNS[concern](facts, day) for concern in found],
        "consequences": [
            _("It stands on the public schedule: %(place)s") % {"place": shown.where_and_when(session)},
            ngettext(
                "%(count)s participant can be invited.",
                "%(count)s participants can be invited.",
                session.capacity,
            )
            % {"count": session.capacity},
            _("Nobody is told before you invite them on the next page."),
        ],
        "form": form,
        "action_label": _("Publish the session"),
        "cancel_url": session.get_absolute_url(),
        "cancel_label": _("Leave it a draft"),
        "dangerous": "no",
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()), (_("Publish"), "")
        ),
    }
    return render_page(request, "trainings/confirm.html", context)


@requires("trainings.manage")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    session = find(request, pk)
    if not rules.may_cancel(request.user, session):
        return redirect(session)
    form = CancelForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel(session_id=pk, reason=form.cleaned_data["reason"], by=request.user)
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("The session is cancelled."))
            return redirect(session)
    told = rules.told_count(session)
    context = {
        "question": _("Cancel %(session)s?") % {"session": shown.short_name(session)},
        "intro": _("What happens when the session is cancelled:"),
        "consequences": cancellation(session, told),
        "form": form,
        "action_label": ngettext(
            "Cancel the session and tell %(count)s person",
            "Cancel the session and tell %(count)s people",
            told,
        )
        % {"count": told}
        if told
        else _("Cancel the session"),
        "cancel_url": session.get_absolute_url(),
        "cancel_label": _("Do not cancel"),
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()), (_("Cancel the session"), "")
        ),
    }
    return render_page(request, "trainings/confirm.html", context)


def cancellation(session: TrainingSession, told: int) -> list[str]:
    lines = (
        [
            ngettext(
                "%(count)s person on the list is sent a message of the cancellation.",
                "%(count)s people on the list are sent a message of the cancellation.",
                told,
            )
            % {"count": told},
            _("They come first when people are invited to %(activity)s again.")
            % {"activity": session.activity.label},
        ]
        if told
        else [_("Nobody is on the list, so nobody is told.")]
    )
    return [
        *lines,
        _("%(venue)s is free again. A cancellation cannot be taken back.") % {"venue": session.venue.name},
    ]


@requires("trainings.view")
def ready_texts(request: HttpRequest, pk: int) -> HttpResponse:
    """To the page of ready texts of this session."""
    session = find(request, pk)
    return redirect(reverse("notifications:ready_texts", args=["trainings.trainingsession", session.pk]))
