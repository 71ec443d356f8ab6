"""Who gets how many of a session's seats, and who gets equipment."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.accounts.access import requires
from okoce.ui.responses import render_page
from trainings import shown
from trainings.forms.shares import EquipmentForm, QuotaForm
from trainings.models import AttendanceScan, EquipmentGrant, Phase
from trainings.services import shares
from trainings.views.sessions import find, posted


@requires("trainings.manage")
def quotas(request: HttpRequest, pk: int) -> HttpResponse:
    session = find(request, pk)
    if session.head_id is not None:
        return redirect("trainings:session_quotas", pk=session.head_id)
    form = QuotaForm(
        posted(request), kecamatan=session.kecamatan_id, known=session.quotas.all(), most=session.capacity
    )
    if request.method == "POST" and form.is_valid():
        shares.keep_quotas(limits=form.limits, session=session, by=request.user)
        messages.success(request, _("The limits are saved. Who has a seat already keeps it."))
        return redirect(session)
    context = _limits(form, session.get_absolute_url()) | {
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()), (_("Limited seats"), "")
        ),
    }
    return render_page(request, "trainings/form_page.html", context)


@requires("trainings.plan")
def phase_quotas(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for each session of a phase; by trade only, for its sessions are of several kecamatan."""
    phase = get_object_or_404(Phase.objects.visible_to(request.user).changeable_by(request.user), pk=pk)
    form = QuotaForm(posted(request), kecamatan="", known=phase.quotas.all(), most=None)
    if request.method == "POST" and form.is_valid():
        shares.keep_quotas(limits=form.limits, phase=phase, by=request.user)
        messages.success(request, _("The limits are saved. Who has a seat already keeps it."))
        return redirect(phase)
    context = _limits(form, phase.get_absolute_url()) | {
        "crumbs": shown.crumbs((phase.name, phase.get_absolute_url()), (_("Limited seats"), "")),
    }
    return render_page(request, "trainings/form_page.html", context)


def _limits(form: Any, back_url: str) -> dict[str, Any]:
    return {
        "form": form,
        "title": _("Limit seats by kelurahan and trade"),
        "intro": _("At most so many people of a group get a seat of a session. Empty: no limit."),
        "action_label": _("Save the limits"),
        "back_url": back_url,
    }


@requires("trainings.manage")
def equipment(request: HttpRequest, pk: int) -> HttpResponse:
    """Those who came, and who of them got equipment: once per NIK, ever."""
    session = find(request, pk)
    present = AttendanceScan.objects.visible_to(request.user).standing().filter(session=session)
    people = list(
        present.order_by("participant__full_name", "participant")
        .values_list("participant_id", "participant__full_name", "participant__number")
        .distinct()
    )
    given = dict(
        EquipmentGrant.objects.visible_to(request.user)
        .filter(participant__in=[pk for pk, *_rest in people])
        .values_list("participant_id", "item")
    )
    form = EquipmentForm(posted(request), people=[row for row in people if row[0] not in given])
    if request.method == "POST" and form.is_valid():
        granted = shares.grant_equipment(
            session_id=pk, people=form.chosen, item=form.cleaned_data["item"], by=request.user
        )
        for sentence in granted.refused[:MOST_SENTENCES]:
            messages.error(request, sentence)
        if granted.done:
            said = ngettext(
                "Equipment is recorded for %(count)s person.",
                "Equipment is recorded for %(count)s people.",
                len(granted.done),
            )
            messages.success(request, said % {"count": len(granted.done)})
        return redirect("trainings:equipment", pk=pk)
    context = {
        "form": form,
        "session": session,
        "where_and_when": shown.where_and_when(session),
        "given": [
            {"name": name, "number": number, "item": given[person]}
            for person, name, number in people
            if person in given
        ],
        "has_people": bool(people),
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()), (_("Equipment"), "")
        ),
    }
    return render_page(request, "trainings/equipment.html", context)


MOST_SENTENCES = 10
