"""How somebody stands, which agencies foster them, and the milestones recorded by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import full_date
from participants import counters, evidence, history
from participants.enums import Step
from participants.forms.standing import AgencyForm, StatusForm, StepForm, WhyForm
from participants.services import status as statuses
from participants.services import steps as milestones
from participants.services import transfers
from participants.services.status import StatusProblem, StatusRefused
from participants.services.steps import StepProblem, StepRefused
from participants.services.transfers import TransferRefused
from participants.views.finding import crumbs_of, person_of

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@requires("participants.status")
@get_or_post
def status(request: HttpRequest, number: str) -> HttpResponse:
    """How somebody stands now, how they stood before, and a new dated fact."""
    participant, today = person_of(request, number), timezone.localdate()
    form = StatusForm(request.POST or None, participant=participant, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            changed = statuses.change_status(
                participant_id=participant.pk, by=request.user, today=today, **form.for_service()
            )
        except StatusRefused as refused:
            form.add_error(None, _status_words(refused.problem))
        else:
            counters.forget(request.user, today=today)
            if changed is None:
                messages.info(request, _("Nothing was different, so nothing was changed."))
            else:
                messages.success(request, _("The state is recorded."))
            return redirect(participant)
    newest = statuses.newest_standing(participant)
    context = {
        "participant": participant,
        "form": form,
        "now": history.standing_words(participant.status, participant.is_outside_dki),
        "rows": [_status_row(row) for row in participant.status_changes.select_related("recorded_by")],
        "may_take_back": newest is not None,
        "crumbs": crumbs_of(participant, _("State")),
    }
    return render_page(request, "participants/status.html", context)


def _status_row(row: Any) -> dict[str, Any]:
    return {
        "state": history.standing_words(row.status, row.is_outside_dki),
        "starts_on": row.starts_on,
        "reason": row.reason,
        "by": row.recorded_by.full_name if row.recorded_by else "",
        "at": row.recorded_at,
        "is_correction": row.takes_back_id is not None,
        "counts_later": row.counts_from if row.counts_from != row.starts_on else None,
    }


def _status_words(problem: StatusProblem) -> str:
    return {
        StatusProblem.FUTURE: _("This day lies in the future. Record it when it has happened"),
        StatusProblem.BEFORE_REGISTRATION: _("This day is before the registration. Compare the year"),
        StatusProblem.NO_AREA: _("Say first where the person lives: record a move to a kelurahan of Jakarta"),
        StatusProblem.DIED: _("This person is recorded as dead. If that is wrong, take the record back"),
        StatusProblem.NOT_THE_NEWEST: _("A newer state is recorded. Only the newest can be taken back"),
    }[problem]


@requires("participants.status")
@get_or_post
def status_take_back(request: HttpRequest, number: str) -> HttpResponse:
    """Takes the newest state back: what held before holds again."""
    participant, today = person_of(request, number), timezone.localdate()
    page = reverse("participants:status", args=[number])
    newest = statuses.newest_standing(participant)
    if newest is None:
        messages.info(request, _("There is no state to take back."))
        return redirect(page)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            statuses.take_back(
                change_id=newest.pk, reason=form.cleaned_data["reason"], by=request.user, today=today
            )
        except StatusRefused as refused:
            form.add_error(None, _status_words(refused.problem))
        else:
            counters.forget(request.user, today=today)
            messages.success(request, _("The state is corrected."))
            return redirect(page)
    words = {
        "name": participant.full_name,
        "state": history.standing_words(newest.status, newest.is_outside_dki),
        "before": history.standing_words(newest.was_status, newest.was_outside_dki),
        "day": full_date(newest.starts_on),
    }
    context = {
        "question": _("Take back that %(name)s is “%(state)s” since %(day)s?") % words,
        "consequences": [
            _("The state is “%(before)s” again, as before.") % words,
            _("Both records stay in the history with your name and your reason."),
        ],
        "form": form,
        "action_label": _("Take the state back"),
        "cancel_url": page,
        "cancel_label": _("Leave it as it is"),
        "crumbs": crumbs_of(participant, (_("State"), page), _("Take back")),
    }
    return render_page(request, "participants/confirm.html", context)


# ---------------------------------------------------------------- agencies


@requires("participants.agencies")
@get_or_post
def agency(request: HttpRequest, number: str) -> HttpResponse:
    """From one agency to another, one more agency, or one less."""
    participant, today = person_of(request, number), timezone.localdate()
    links = list(participant.foster_links.valid_on(today).select_related("organisation"))
    fostered = [link.organisation for link in links if link.valid_until is None]
    form = AgencyForm(request.POST or None, participant=participant, today=today, fostered=fostered)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            row = transfers.change_agency(
                participant_id=participant.pk,
                leaves=data["leaves"],
                joins=data["joins"],
                moved_on=data["day"],
                reason=data["reason"],
                by=request.user,
                today=today,
            )
        except TransferRefused:
            form.add_error(None, _("This day is not possible. Compare it with the registration"))
        else:
            if row is None:
                messages.info(request, _("Nothing was different, so nothing was changed."))
            else:
                messages.success(request, _("The agency is recorded. Earlier quarters count as before."))
            return redirect(participant)
    context = {
        "participant": participant,
        "form": form,
        "fostered": [link.organisation.short_name for link in links],
        "crumbs": crumbs_of(participant, _("Fostering agency")),
    }
    return render_page(request, "participants/agency.html", context)


# ---------------------------------------------------------------- milestones


@requires("participants.view")
@require_safe
def steps(request: HttpRequest, number: str) -> HttpResponse:
    """The seven milestones: when, what proves it, who recorded it."""
    participant, today = person_of(request, number), timezone.localdate()
    reached = {row.step: row for row in participant.steps.select_related("actor")}
    proofs = evidence.proofs_of([row.evidence for row in reached.values()], user=request.user)
    may_record = has_permission(request.user, "participants.steps") and 1 in reached
    rows = []
    for step in Step:
        row = reached.get(int(step))
        by_hand = row is not None and row.evidence.startswith(evidence.MANUAL)
        rows.append(
            {
                "step": int(step),
                "label": step.label,
                "reached_on": row.reached_on if row else None,
                "proof": proofs[row.evidence] if row else None,
                "reason": row.reason if row else "",
                "by": row.actor.full_name if row and row.actor else "",
                "may_record": may_record and row is None,
                "may_take_back": may_record and by_hand,
            }
        )
    context = {
        "participant": participant,
        "rows": rows,
        "reached_count": len(reached),
        "today": today,
        "crumbs": crumbs_of(participant, _("Journey of 7 PAS")),
    }
    return render_page(request, "participants/steps.html", context)


def _step(step: int) -> Step:
    if step not in Step.values or step == Step.P1_REGISTRATION:
        raise Http404
    return Step(step)


@requires("participants.steps")
@get_or_post
def step_record(request: HttpRequest, number: str, step: int) -> HttpResponse:
    participant, today = person_of(request, number), timezone.localdate()
    wanted = _step(step)
    page = reverse("participants:steps", args=[number])
    form = StepForm(request.POST or None, participant=participant, today=today, step=wanted)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            _row, is_new = milestones.record_step(
                participant_id=participant.pk,
                step=step,
                reached_on=data["day"],
                evidence=data["evidence"],
                reason=data["reason"],
                by=request.user,
                today=today,
            )
        except StepRefused as refused:
            form.add_error(None, _step_words(refused.problem))
        else:
            text = _("The step is recorded.") if is_new else _("The step was recorded already.")
            messages.success(request, text)
            return redirect(page)
    context = {
        "participant": participant,
        "form": form,
        "step": wanted.label,
        "page": page,
        "crumbs": crumbs_of(participant, (_("Journey of 7 PAS"), page), _("Record by hand")),
    }
    return render_page(request, "participants/step_record.html", context)


def _step_words(problem: StepProblem) -> str:
    return {
        StepProblem.FUTURE: _("This day lies in the future. Record it when it has happened"),
        StepProblem.BEFORE_REGISTRATION: _("This day is before the registration. Compare the year"),
        StepProblem.NOT_REGISTERED: _("The registration itself is not recorded. Record nothing before it"),
        StepProblem.NOT_BY_HAND: _("This step was not recorded by hand. Correct it where it was recorded"),
    }[problem]


@requires("participants.steps")
@get_or_post
def step_take_back(request: HttpRequest, number: str, step: int) -> HttpResponse:
    participant, wanted = person_of(request, number), _step(step)
    page = reverse("participants:steps", args=[number])
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            milestones.take_step_back(
                participant_id=participant.pk,
                step=step,
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except StepRefused as refused:
            form.add_error(None, _step_words(refused.problem))
        else:
            messages.success(request, _("The step is taken back."))
            return redirect(page)
    words = {"step": wanted.label, "name": participant.full_name}
    context = {
        "question": _("Take back the step “%(step)s” of %(name)s?") % words,
        "consequences": [
            _("The step counts in no figure any more."),
            _("Both records stay in the history with your name and your reason."),
        ],
        "form": form,
        "action_label": _("Take the step back"),
        "cancel_url": page,
        "cancel_label": _("Leave it as it is"),
        "crumbs": crumbs_of(participant, (_("Journey of 7 PAS"), page), _("Take back")),
    }
    return render_page(request, "participants/confirm.html", context)
