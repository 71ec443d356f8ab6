"""Inviting the people somebody has ticked in the list of participants."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from okoce.accounts.access import requires
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import clock, number, short_date
from participants import deed_words, selections
from participants.models import BulkDeed
from participants.views.bulk import SHOWN, back_to, crumbs, named
from trainings import deeds, shown
from trainings.models import TrainingSession
from trainings.refusals import Refused
from trainings.services import chosen
from trainings.services.chosen import ChosenPlan

MOST_SHOWN = 30


@requires("trainings.manage")
@require_http_methods(["GET", "POST"])
def invite_chosen(request: HttpRequest, token: str) -> HttpResponse:
    """First the session, then who gets a seat, who waits and who is left out; a POST invites."""
    user, now = request.user, timezone.now()
    selection = selections.find(request, token)
    people = selection.people(user, timezone.localdate(now))
    count = people.order_by().count()
    given = request.POST if request.method == "POST" else request.GET
    wanted = given.get("sesi", "")
    sessions = chosen.sessions_for(user, now=now)
    session = sessions.filter(pk=int(wanted)).first() if wanted.isascii() and wanted.isdigit() else None
    plan, is_too_many = None, False
    try:
        plan = chosen.plan_chosen(session, people, now=now) if session else None
    except chosen.TooManyPeople:
        is_too_many = True
    if request.method == "POST" and session is not None and plan is not None:
        deed = _invite(request, session, people, plan, selection)
        if deed is not None:
            return redirect("participants:deed", deed.uid)
    context = {
        "title": _("Invite to a session"),
        "chosen_count": count,
        "most": chosen.MOST,
        "is_too_many": is_too_many or count > chosen.MOST,
        "sessions": [_choice(one, session) for one in sessions[:MOST_SHOWN]],
        "session": session,
        "where_and_when": shown.where_and_when(session) if session else "",
        "plan": plan,
        "seen": _seen(plan),
        "left_out": deed_words.left_out(plan.left_out, named(user, plan.left_out), words=_reasons(plan))
        if plan
        else [],
        "shown": SHOWN,
        "back_url": back_to(selection),
        "crumbs": crumbs(_("Invite to a session")),
    }
    return render_page(request, "trainings/invite_chosen.html", context)


def _invite(
    request: HttpRequest, session: TrainingSession, people: Any, plan: ChosenPlan, selection: Any
) -> BulkDeed | None:
    before = BulkDeed.objects.visible_to(request.user).filter(uid=chosen.deed_uid(selection.uid, session.pk))
    if (done := before.first()) is not None:
        return done
    if request.POST.get("seen") != _seen(plan):
        messages.warning(
            request, _("The people have changed meanwhile. Look at the new numbers, then press again.")
        )
        return None
    try:
        return chosen.invite_chosen(
            session_id=session.pk, people=people, selection=selection.uid, by=request.user
        )
    except Refused as refused:
        messages.error(request, refused.sentence)
        return None


def _seen(plan: ChosenPlan | None) -> str:
    return f"{len(plan.seated)}-{len(plan.waiting)}" if plan else ""


def _choice(session: TrainingSession, current: TrainingSession | None) -> dict[str, Any]:
    free = max(0, session.places - session.seated_count)
    words = {
        "day": short_date(session.starts_at),
        "clock": clock(session.starts_at),
        "activity": session.activity.label,
        "kecamatan": session.kecamatan.name,
    }
    return {
        "pk": session.pk,
        "text": _("%(day)s %(clock)s, %(activity)s, %(kecamatan)s") % words,
        "seats": ngettext("%(count)s free seat", "%(count)s free seats", free) % {"count": number(free)},
        "is_current": current is not None and current.pk == session.pk,
    }


def _reasons(plan: ChosenPlan) -> dict[str, str]:
    return {code: deeds.reason(code, len(ids)) for code, ids in plan.left_out.items()}
