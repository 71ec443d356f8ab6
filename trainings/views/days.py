"""A day more or less of a class that is planned already."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.accounts.access import requires
from okoce.ui.responses import render_page
from trainings import rules, shown
from trainings.forms.session_changes import DayForm, DayOffForm
from trainings.models import TrainingSession
from trainings.refusals import CLASH_SENTENCES, Clash, Refused
from trainings.services import days
from trainings.views.sessions import find, posted


def told_later(session: TrainingSession) -> str:
    """What the page promises about messages."""
    count = rules.told_count(session)
    if not count:
        return _("Nobody has a place yet, so nobody is told.")
    return ngettext(
        "%(count)s person has a place and hears of it when you release the changes.",
        "%(count)s people have a place and hear of it when you release the changes.",
        count,
    ) % {"count": count}


@requires("trainings.manage")
def add(request: HttpRequest, pk: int) -> HttpResponse:
    session = find(request, pk)
    if session.head_id is not None:
        return redirect("trainings:day_add", pk=session.head_id)
    if session.day_count == 1:
        messages.error(request, str(CLASH_SENTENCES[Clash.NO_CLASS]))
        return redirect(session)
    last = session.later_days.order_by("-day_number").first() or session
    start, end = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
    initial = {
        "date": timezone.localdate(last.starts_at) + timedelta(days=1),
        "start": start.time(),
        "end": end.time(),
    }
    form = DayForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        starts_at, ends_at = form.times
        try:
            days.add_day(head_id=pk, starts_at=starts_at, ends_at=ends_at, by=request.user)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(
                request, _("The day is added to the class. %(told)s") % {"told": told_later(session)}
            )
            return redirect(session)
    context = {
        "form": form,
        "title": _("Add a day to the class"),
        "intro": f"{shown.where_and_when(session)} {told_later(session)}",
        "action_label": _("Add the day"),
        "back_url": session.get_absolute_url(),
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()), (_("Add a day"), "")
        ),
    }
    return render_page(request, "trainings/form_page.html", context)


@requires("trainings.manage")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm page: one later day of a class is off."""
    session = find(request, pk)
    head_id = session.head_id
    if head_id is None:
        messages.error(request, str(CLASH_SENTENCES[Clash.FIRST_DAY]))
        return redirect(session)
    form = DayOffForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            days.remove_day(day_id=pk, reason=form.cleaned_data["reason"], by=request.user)
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("The day is off. %(told)s") % {"told": told_later(session.head)})
            return redirect("trainings:session", pk=head_id)
    context = {
        "question": _("Take %(day)s off the class?")
        % {"day": shown.when(session.starts_at, session.ends_at)},
        "consequences": [
            told_later(session.head),
            _("%(venue)s and the trainer are free again.") % {"venue": session.venue.name},
            _("Who had to come on all days has to come on those that are left."),
        ],
        "form": form,
        "action_label": _("Take the day off"),
        "cancel_url": session.get_absolute_url(),
        "cancel_label": _("Keep the day"),
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()), (_("Take the day off"), "")
        ),
    }
    return render_page(request, "trainings/confirm.html", context)
