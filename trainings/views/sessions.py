"""One session: its page, planning, publishing, cancelling."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.accounts.access import requires
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import moment
from trainings import plan_rules, releasing, rules, scheduling, services, shown
from trainings.concern_words import said
from trainings.enums import BookingState, ChangeKind, SessionState
from trainings.forms.seats import PersonForm
from trainings.forms.session_changes import CancelForm, PublishForm
from trainings.forms.sessions import MOST_DAYS, SessionForm
from trainings.messages import next_of
from trainings.models import Booking, TrainingSession, Waiting
from trainings.refusals import SENTENCES, Refusal, Refused
from trainings.scheduling import next_working_day
from trainings.services import sessions as planning
from trainings.session_words import cancellation, changed_words, offered_instead

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
        **told(session),
        "days": (days := days_of_class(request.user, session, now=now)),
        "may_add_day": any(day["may_remove"] for day in days),
        "head_id": session.class_id,
        **rules.actions(request.user, session, now=now),
    }
    return render_page(request, "trainings/session.html", context, fragment="people")


def told(session: TrainingSession) -> dict[str, Any]:
    """What people do not know yet, the reasons that were given, and what was released when. Two queries."""
    lines = []
    if session.changed_at is not None:
        lines = releasing.words(session.released, releasing.snapshot(session))
    reasons = list(session.reasons.select_related("given_by"))
    for reason in reasons:
        reason.words = ", ".join(plan_rules.short_words(code) for code in reason.concerns).capitalize()
        reason.by = reason.given_by.full_name if reason.given_by else "-"
    entries = session.released_in.select_related("release__released_by").order_by("-pk")
    return {
        "untold_lines": lines,
        "reasons": reasons,
        "history": [happened(entry) for entry in entries[:HISTORY]],
    }


HISTORY = 10


def happened(entry: Any) -> dict[str, Any]:
    lines = releasing.words(entry.before, entry.after)
    text = f"{entry.get_kind_display()}: {'; '.join(lines)}" if lines else str(entry.get_kind_display())
    if entry.reason:
        text = f"{text}. {entry.reason}"
    by = entry.release.released_by.full_name if entry.release.released_by else "-"
    return {
        "text": text,
        "meta": f"{moment(entry.release.released_at)}, {by}",
        "tone": "bad" if entry.kind == ChangeKind.CANCELLED else "info",
        "url": entry.release.get_absolute_url(),
    }


def days_of_class(user: Any, session: TrainingSession, *, now: datetime) -> list[dict[str, Any]]:
    """The days of a class, each with its page: attendance is taken day by day. Empty for a single session."""
    if session.day_count == 1:
        return []
    days = TrainingSession.objects.visible_to(user).filter(Q(pk=session.class_id) | Q(head=session.class_id))
    return [
        {
            "label": shown.when(day.starts_at, day.ends_at),
            "url": day.get_absolute_url(),
            "is_this": day.pk == session.pk,
            "state": shown.state_of(day, now=now).label,
            "present_count": day.present_count,
            "may_remove": day.head_id is not None and rules.may_change(user, day, now=now),
            "remove_url": reverse("trainings:day_remove", args=[day.pk]),
        }
        for day in days.with_counts().order_by("day_number")
    ]


TONES = {
    BookingState.INVITED: "info",
    BookingState.CONFIRMED: "ok",
    BookingState.WALKED_IN: "ok",
    BookingState.DECLINED: "",
    BookingState.LAPSED: "",
    BookingState.MOVED: "",
    BookingState.RELEASED: "",
}


# ---------------------------------------------------------------- planning


def day_from(text: str, *, today: date) -> date:
    """The day that was clicked in the calendar; one with the usual notice when there is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return next_working_day(today)


@requires("trainings.manage")
def create(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    initial: dict[str, Any] = {"date": day_from(request.GET.get("tanggal", ""), today=timezone.localdate())}
    if activity := request.GET.get("kegiatan"):
        initial["activity"] = activity
    return _create(request, initial, now=now)


@requires("trainings.manage")
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The form with everything of a session, a week later; what was typed there makes a draft of its own."""
    now, session = timezone.now(), find(request, pk)
    initial = SessionForm.values_of(session)
    first = initial["date"] + timedelta(days=7)
    while first <= timezone.localdate(now):
        first += timedelta(days=7)
    later = session.later_days.order_by("day_number") if session.head_id is None else []
    shift = first - initial["date"]
    initial |= {"date": first} | {
        f"day_{day.day_number}": scheduling.day_of(day.starts_at) + shift
        for day in later
        if day.day_number <= MOST_DAYS
    }
    if session.day_count > 1:
        initial["required_days"] = session.required_days
    return _create(request, initial, now=now, original=session)


def _create(
    request: HttpRequest, initial: dict[str, Any], *, now: datetime, original: Any = None
) -> HttpResponse:
    form = SessionForm(posted(request), user=request.user, now=now, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            session = services.create_session(plan=form.plan, by=request.user, now=now)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("The draft is saved. Publish it, then invite people."))
            return redirect(session)
    title = _("Copy %(session)s") % {"session": shown.short_name(original)} if original else ""
    context = {
        "form": form,
        "title": title,
        "later_days": [form[name] for name in form.LATER],
        "has_later_days": any(form[name].value() for name in form.LATER),
        "crumbs": shown.crumbs((title or _("Plan a session"), "")),
    }
    return render_page(request, "trainings/session_form.html", context)


@requires("trainings.manage")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    now, session = timezone.now(), find(request, pk)
    if not rules.may_change(request.user, session, now=now):
        return redirect(session)
    form = SessionForm(posted(request), user=request.user, now=now, session=session)
    if request.method == "POST" and (done := changed(request, session, form)):
        return done
    context = {
        "form": form,
        "session": session,
        "told_count": rules.told_count(session),
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()), (_("Change"), "")
        ),
    }
    return render_page(request, "trainings/session_form.html", context)


def changed(request: HttpRequest, session: TrainingSession, form: SessionForm) -> HttpResponse | None:
    """Writes what was typed and answers; None when it cannot be, with the reasons in the form."""
    if not form.is_valid():
        return None
    try:
        services.change_session(session_id=session.pk, plan=form.plan, by=request.user, now=form.now)
    except Refused as refused:
        form.refuse(refused)
        return None
    session.refresh_from_db()
    messages.success(request, changed_words(session))
    return redirect(session)


# ---------------------------------------------------------------- confirm pages


@requires("trainings.manage")
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    now, session = timezone.now(), find(request, pk)
    if not rules.may_publish(request.user, session, now=now):
        return redirect(session)
    if session.head_id is not None:
        return redirect("trainings:publish", pk=session.head_id)
    found = planning.open_concerns(session, now=now)
    form = PublishForm(posted(request)) if found else None
    if request.method == "POST" and (form is None or form.is_valid()):
        note = form.cleaned_data["note"] if form else ""
        try:
            services.publish(session_id=pk, by=request.user, now=now, note=note)
        except Refused as refused:
            messages.error(request, refused.sentence)
            return redirect(session)
        messages.success(request, _("The session is published. Now invite the participants."))
        return redirect("trainings:invite", pk=pk)
    context = {
        "question": _("Publish %(session)s?") % {"session": shown.short_name(session)},
        "concerns": said(found, planning.plan_of(session)),
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
    if session.head_id is not None:
        return redirect("trainings:cancel", pk=session.head_id)
    if not rules.may_cancel(request.user, session):
        if session.state == SessionState.HELD:
            messages.error(request, str(SENTENCES[Refusal.HELD_CLOSED]))
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
    instead = next_of([session], now=timezone.now())[session.pk]
    told = rules.told_count(session)
    context = {
        "question": _("Cancel %(session)s?") % {"session": shown.short_name(session)},
        "intro": _("What happens when the session is cancelled:"),
        "consequences": [*cancellation(session, told), *offered_instead(session, told, instead)],
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


@requires("trainings.view")
def ready_texts(request: HttpRequest, pk: int) -> HttpResponse:
    """To the page of ready texts of this session."""
    session = find(request, pk)
    return redirect(reverse("notifications:ready_texts", args=["trainings.trainingsession", session.pk]))
