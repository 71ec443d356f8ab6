"""A session on another day: moved, postponed with a reason, or repeated."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.accounts.access import requires
from okoce.ui.responses import render_page
from trainings import rules, services, shown
from trainings.concern_words import said
from trainings.enums import SessionState
from trainings.forms.session_changes import MoveForm, PostponeForm, RepeatForm
from trainings.messages import next_of
from trainings.models import TrainingSession
from trainings.refusals import CLASH_SENTENCES, Clash, Refused
from trainings.services import repeating
from trainings.views.sessions import changed, find, posted

SHIFTS = (-7, -1, 1, 7)  # days, as links beside the form: the calendar without a mouse


@requires("trainings.manage")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    now, session = timezone.now(), find(request, pk)
    if not rules.may_change(request.user, session, now=now):
        return not_any_more(request, session)
    form = MoveForm(
        posted(request), user=request.user, now=now, session=session, initial=shifted(request, session)
    )
    if request.method == "POST" and (done := changed(request, session, form)):
        return done
    return render_page(request, "trainings/session_move.html", moving(session, form, _("Move the session")))


@requires("trainings.manage")
def postpone(request: HttpRequest, pk: int) -> HttpResponse:
    now, session = timezone.now(), find(request, pk)
    if session.state != SessionState.PUBLISHED or not rules.may_change(request.user, session, now=now):
        return not_any_more(request, session)
    form = PostponeForm(
        posted(request), user=request.user, now=now, session=session, initial=shifted(request, session)
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.postpone(
                session_id=pk, plan=form.plan, reason=form.cleaned_data["why"], by=request.user, now=now
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("The session is postponed, and the people on the list are told."))
            return redirect(session)
    context = moving(session, form, _("Postpone the session")) | {
        "told_count": rules.told_count(session),
        "instead": [
            {"label": shown.where_and_when(one), "url": one.get_absolute_url()}
            for one in next_of([session], now=now)[session.pk]
        ],
        "is_postponing": True,
    }
    return render_page(request, "trainings/session_move.html", context)


def not_any_more(request: HttpRequest, session: TrainingSession) -> HttpResponse:
    messages.error(request, str(CLASH_SENTENCES[Clash.NOT_CHANGEABLE]))
    return redirect(session)


def shifted(request: HttpRequest, session: TrainingSession) -> dict[str, Any]:
    """The day so many days from the present one, when a link of the page says so."""
    text = request.GET.get("geser", "")
    if text.removeprefix("-").isdecimal() and len(text) <= 4:
        return {"date": timezone.localtime(session.starts_at).date() + timedelta(days=int(text))}
    return {}


def moving(session: TrainingSession, form: Any, title: str) -> dict[str, Any]:
    words = {
        -7: _("A week earlier"),
        -1: _("A day earlier"),
        1: _("A day later"),
        7: _("A week later"),
    }
    return {
        "title": title,
        "form": form,
        "session": session,
        "where_and_when": shown.where_and_when(session),
        "told_count": rules.told_count(session),
        "shifts": [{"url": f"?geser={days}", "label": words[days]} for days in SHIFTS],
        "crumbs": shown.crumbs((shown.short_date_name(session), session.get_absolute_url()), (title, "")),
    }


@requires("trainings.manage")
def repeat(request: HttpRequest, pk: int) -> HttpResponse:
    """First how often; then each day with what speaks against it; only then drafts are made."""
    now, session = timezone.now(), find(request, pk)
    if session.head_id is not None:
        return redirect("trainings:repeat", pk=session.head_id)
    given = posted(request) or (request.GET if "times" in request.GET else None)
    form, rows, ticked = RepeatForm(given), [], set()
    if given is not None and form.is_valid():
        wanted = form.cleaned_data
        rows = repeating.repeats_of(session, times=wanted["times"], every=wanted["every"], now=now)
        ticked = set(given.getlist("hari")) if request.method == "POST" else {r.value for r in rows}
        if request.method == "POST" and (done := _repeat(request, form, rows, ticked)) is not None:
            return done
    for row in rows:
        row.label = shown.when(row.plan.starts_at, row.plan.ends_at)
        row.warnings = said(row.concerns, row.plan)
        row.is_ticked = row.value in ticked
    context = {
        "form": form,
        "session": session,
        "where_and_when": shown.where_and_when(session),
        "rows": rows,
        "able_count": sum(not row.problems for row in rows),
        "asks_reason": any(row.concerns for row in rows),
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()), (_("Repeat"), "")
        ),
    }
    return render_page(request, "trainings/repeat.html", context)


def _repeat(request: HttpRequest, form: Any, rows: list[Any], ticked: set[str]) -> HttpResponse | None:
    chosen = [row for row in rows if row.value in ticked]
    reason = " ".join(form.cleaned_data["reason"].split())
    if not chosen:
        form.add_error(None, _("Tick at least one day."))
    elif any(row.problems for row in chosen):
        form.add_error(None, _("A day you ticked cannot be used any more. Nothing is saved. See below why."))
    elif any(row.concerns for row in chosen) and not reason:
        form.add_error("reason", _("Something speaks against the time. Write why it is held all the same."))
    else:
        try:
            made = repeating.repeat_session(
                plans=[row.plan for row in chosen], by=request.user, now=timezone.now(), reason=reason
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            return None
        messages.success(
            request,
            ngettext("%(count)s draft is saved.", "%(count)s drafts are saved.", len(made))
            % {"count": len(made)},
        )
        return redirect(f"{reverse('trainings:sessions')}?bulan={made[0].starts_at:%Y-%m}")
    return None
