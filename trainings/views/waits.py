"""Who waits for what, since when, and how near they are to failing the year."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from participants.models import Participant
from trainings import shown
from trainings.enums import LeftReason
from trainings.forms.waiting import LineForm
from trainings.models import Waiting
from trainings.reach import Reach, reach_of
from trainings.services import waits
from trainings.views.radar import left, tone


@requires("trainings.radar")
@require_GET
def line(request: HttpRequest) -> HttpResponse:
    now, user = timezone.now(), request.user
    form = LineForm(request.GET or None, user=user)
    rows = Waiting.objects.visible_to(user).still()
    if form.is_bound and form.is_valid():
        if activity := form.cleaned_data.get("kegiatan"):
            rows = rows.filter(activity=activity)
        if kecamatan := form.cleaned_data.get("kecamatan"):
            rows = rows.filter(participant__kecamatan=kecamatan)
    page = keyset_page(
        rows.select_related("participant", "activity", "area"), request, order=("since", "pk"), size=50
    )
    people = Participant.objects.visible_to(user).filter(pk__in=[row.participant_id for row in page.rows])
    reach = reach_of(people, now=now)
    for row in page.rows:
        lacks = reach.get(row.participant_id, Reach()).sessions
        count = lacks.get(row.activity_id)
        row.left = _("has done it meanwhile") if count is None else left(count)
        row.tone = "" if count is None else tone(count)
    context = {
        "page": page,
        "form": form,
        "may_change": has_permission(user, "trainings.manage"),
        "may_open": has_permission(user, "participants.view"),
        "crumbs": shown.crumbs((_("In line"), "")),
    }
    return render_page(request, "trainings/line.html", context)


@requires("trainings.manage")
@require_http_methods(["GET", "POST"])
def take_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm page: somebody does not wait any more."""
    mine = Waiting.objects.visible_to(request.user).select_related("participant", "activity", "area")
    wait = get_object_or_404(mine, pk=pk)
    name = wait.participant.full_name
    if request.method == "POST":
        waits.leave(wait_id=wait.pk, by=request.user, now=timezone.now(), reason=LeftReason.OFFICE)
        messages.success(request, _("%(name)s is not in line any more.") % {"name": name})
        return redirect("trainings:line")
    since = date_format(timezone.localtime(wait.since), "LONG_DATE_FORMAT")
    words = {
        "name": name,
        "activity": wait.activity.label,
        "area": wait.area.short_name,
        "day": since,
    }
    context = {
        "question": _("Take %(name)s off the line for %(activity)s?") % words,
        "consequences": [
            _("%(name)s has waited since %(day)s for sessions in %(area)s and gets no free seat by itself.")
            % words,
            _("The office can still invite the person."),
        ],
        "form": None,
        "action_label": _("Take off the line"),
        "cancel_url": reverse("trainings:line"),
        "cancel_label": _("Leave in line"),
        "crumbs": shown.crumbs((_("In line"), reverse("trainings:line")), (_("Take off the line"), "")),
    }
    return render_page(request, "trainings/confirm.html", context)
