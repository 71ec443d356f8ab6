"""Inviting by need: what people lack and when they can come, then a session, then one press."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from okoce.accounts.access import requires
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import number
from participants.models import Participant
from trainings import rules, shown
from trainings.forms.seats import ExtraSeatsForm, NeedForm
from trainings.models import TrainingSession
from trainings.refusals import Refused, SessionRefused
from trainings.services import need, overbooking
from trainings.views.radar import left, rate_in_words, tone
from trainings.views.sessions import find, posted

SHOWN = 20


@requires("trainings.manage")
@require_http_methods(["GET", "POST"])
def by_need(request: HttpRequest) -> HttpResponse:
    """Who lacks an activity: how many, and who first; then sessions that have seats for them."""
    now, user = timezone.now(), request.user
    year = timezone.localtime(now).year
    form = NeedForm(request.GET or None, user=user, year=year)
    context: dict[str, Any] = {"form": form, "crumbs": shown.crumbs((_("Invite by need"), ""))}
    if form.is_bound and form.is_valid():
        activity, area = form.cleaned_data["kegiatan"], form.cleaned_data["kecamatan"].code
        slot = form.cleaned_data["waktu"]
        people = Participant.objects.visible_to(user).filter(kecamatan=area)
        ids = need.in_order(need.lacking(people, activity, slot=slot, now=now), activity, area, now=now)
        sessions = need.sessions_to_fill(
            TrainingSession.objects.visible_to(user), activity, area, slot=slot, now=now
        )
        first = need.described(ids[:SHOWN], activity=activity, area=area, now=now)
        for one in sessions:
            one.where_and_when = shown.where_and_when(one)
        context |= {
            "is_asked": True,
            "count": len(ids),
            "rows": [_row(one) for one in first],
            "more": max(0, len(ids) - SHOWN),
            "sessions": sessions,
            "slot": slot,
            "activity": activity,
            "plan_url": f"{reverse('trainings:session_create')}?kegiatan={activity.code}",
        }
    return render_page(request, "trainings/need.html", context)


def _row(one: need.Needing) -> dict[str, Any]:
    return {
        "person": one.participant,
        "waits_since": one.waits_since,
        "lacks": len(one.reach.sessions),
        "left": left(one.reach.fewest),
        "tone": tone(one.reach.fewest),
    }


@requires("trainings.manage")
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm page: so many people are invited. The page's own number makes a second press harmless."""
    now, session = timezone.now(), find(request, pk)
    if not rules.may_fill(request.user, session, now=now):
        return redirect(session)
    given = request.POST if request.method == "POST" else request.GET
    slot = given.get("waktu", "")
    slot = slot if slot in dict(NeedForm.base_fields["waktu"].choices) else ""
    if request.method == "POST":
        return _invited(request, session, slot)
    ids = need.plan(session, slot=slot, now=now)
    people = need.described(ids[:SHOWN], activity=session.activity, area=session.kecamatan_id, now=now)
    context = {
        "session": session,
        "where_and_when": shown.where_and_when(session),
        "count": len(ids),
        "rows": [_row(one) for one in people],
        "more": max(0, len(ids) - SHOWN),
        "slot": slot,
        "uid": uuid4(),
        "extra": session.extra_seats,
        "crumbs": shown.crumbs(
            (_("Invite by need"), reverse("trainings:need")), (shown.short_date_name(session), "")
        ),
    }
    return render_page(request, "trainings/need_invite.html", context)


def _invited(request: HttpRequest, session: TrainingSession, slot: str) -> HttpResponse:
    try:
        uid = UUID(request.POST.get("uid", ""))
    except ValueError:
        return redirect("trainings:need_invite", pk=session.pk)
    try:
        deed = need.invite_needed(session_id=session.pk, slot=slot, uid=uid, by=request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect(session)
    return redirect("participants:deed", deed.uid)


@requires("trainings.manage")
@require_http_methods(["GET", "POST"])
def extra_seats(request: HttpRequest, pk: int) -> HttpResponse:
    """How many may be invited beyond the seats, by what the past says, in words. Off until switched on."""
    now, session = timezone.now(), find(request, pk)
    if not rules.may_fill(request.user, session, now=now):
        return redirect(session)
    advice = overbooking.advice(session, now=now)
    form = ExtraSeatsForm(posted(request), initial={"extra": session.extra_seats or advice.most})
    if request.method == "POST" and form.is_valid():
        try:
            overbooking.set_extra_seats(session_id=pk, by=request.user, now=now, **form.cleaned_data)
        except SessionRefused as refused:
            form.add_error("extra", refused.sentence)
        except Refused as refused:
            messages.error(request, refused.sentence)
            return redirect(session)
        else:
            messages.success(request, _("It is kept. Who is next in line has been offered the new seats."))
            return redirect(session)
    words = {
        "seats": number(session.capacity),
        "room": number(session.venue.capacity),
        "most": number(advice.most),
        "all": number(session.capacity + advice.most),
    }
    context = {
        "session": session,
        "form": form,
        "where_and_when": shown.where_and_when(session),
        "rate": rate_in_words(advice.show_up),
        "may_overbook": advice.most > 0,
        "rule": _("Seats divided by the rate, taken up to the next 5 in 100; never more than the room holds.")
        if advice.most
        else _(
            "Nobody can be invited beyond the seats here: the room holds no more, or too little is known."
        ),
        "result": ngettext(
            "%(seats)s seats, the room holds %(room)s: at most %(most)s more, %(all)s invitations in all.",
            "%(seats)s seats, the room holds %(room)s: at most %(most)s more, %(all)s invitations in all.",
            session.capacity,
        )
        % words,
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()), (_("Beyond the seats"), "")
        ),
    }
    return render_page(request, "trainings/extra_seats.html", context)
