"""Runs of the planner: asked for, watched, looked at, published; and changed after a flood or a strike."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from okoce.accounts.access import requires
from okoce.ui.responses import render_page, wants_fragment
from trainings import plan_pages, plan_run_words, plan_words
from trainings.enums import RunKind, RunState
from trainings.forms.plans import KeepForm, PublishPlanForm, ReplanForm
from trainings.models import Phase, PlanRun, TrainingSession
from trainings.planning.codec import finding_from_data, key_text
from trainings.refusals import Refused
from trainings.services import planning, publishing, resources
from trainings.services.publishing import PlanRefused
from trainings.views.phases import crumbs, may_plan
from trainings.views.phases import find as find_phase

TROUBLES_SHOWN = 12


def find(request: HttpRequest, uid: UUID) -> PlanRun:
    mine = PlanRun.objects.visible_to(request.user).select_related("phase__city", "requested_by")
    return get_object_or_404(mine, uid=uid)


# ---------------------------------------------------------------- asking


@requires("trainings.plan")
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    phase = find_phase(request, pk)
    if request.method != "POST":
        return redirect(phase)
    if phase.session_count:
        return redirect("trainings:replan", pk=pk)
    return redirect(planning.request_plan(phase_id=pk, by=request.user, today=timezone.localdate()))


@requires("trainings.plan")
def keep(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Sessions of a plan that stay, when the rest is planned again."""
    run = find(request, uid)
    if run.kind != RunKind.PLAN or run.published_at or not run.plan or plan_pages.is_at_work(run):
        return redirect(run)
    shown = plan_pages.Shown(run, plan_words.names_of(run.phase))
    kept = [tuple(key) for key in run.kept]
    form = KeepForm(
        request.POST if request.method == "POST" else None,
        days={p.key: p.day for p in shown.plan},
        kecamatan=shown.kecamatan,
        kept=kept,
    )
    if request.method == "POST" and form.is_valid():
        new = planning.request_plan(
            phase_id=run.phase_id,
            by=request.user,
            today=timezone.localdate(),
            keep=form.keys,
            kept_from=run.pk,
        )
        return redirect(new)
    context = {
        "run": run,
        "form": form,
        "areas": plan_pages.boxes(shown, ticked=form["tetap"].value()),
        "crumbs": crumbs(
            (run.phase.name, run.phase.get_absolute_url()),
            (_("Plan"), run.get_absolute_url()),
            (_("Keep"), ""),
        ),
    }
    return render_page(request, "trainings/plan_keep.html", context)


@requires("trainings.plan")
def stop(request: HttpRequest, uid: UUID) -> HttpResponse:
    run = find(request, uid)
    if request.method == "POST":
        planning.cancel_run(run_id=run.pk, by=request.user)
        messages.success(request, _("The planner stops. The best plan so far stays."))
    return redirect(run)


# ---------------------------------------------------------------- the page


@requires("trainings.view")
def plan_run(request: HttpRequest, uid: UUID) -> HttpResponse:
    run, now = find(request, uid), timezone.now()
    at_work = plan_pages.is_at_work(run)
    last_day = run.last_day.isoformat() if run.last_day else ""
    if wants_fragment(request) and (not at_work or request.GET.get("terlihat", last_day) != last_day):
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"  # a better plan, or the end: the whole page changes
        return response
    names = plan_words.names_of(run.phase)
    shown = plan_pages.Shown(run, names)
    asked = request.GET
    view = plan_pages.view_of(asked.get("tampilan", ""))
    context = {
        "run": run,
        "phase": run.phase,
        "title": plan_run_words.title_of(run),
        "said": plan_run_words.said_of(run),
        "tone": plan_pages.TONES[RunState(run.state)],
        "at_work": at_work,
        "poll_url": f"{run.get_absolute_url()}?terlihat={last_day}",
        "percent": plan_pages.share_done(run, now=now),
        "progress": plan_run_words.progress_of(run),
        "findings": [plan_words.finding(finding_from_data(f), names) for f in run.findings],
        "shown": shown,
        "is_replan": run.kind == RunKind.REPLAN,
        "may_plan": may_plan(request.user),
        "may_publish": may_plan(request.user) and plan_pages.may_publish(run),
        "view": view,
        "crumbs": crumbs((run.phase.name, run.phase.get_absolute_url()), (_("Plan"), "")),
    }
    if shown.plan:
        context |= plan_pages.month_of(
            shown, view=view, month=asked.get("bulan", ""), area=asked.get("kecamatan", "")
        )
    return render_page(request, "trainings/plan_run.html", context, fragment="kemajuan")


# ---------------------------------------------------------------- publishing


@requires("trainings.plan")
def publish(request: HttpRequest, uid: UUID) -> HttpResponse:
    run, now = find(request, uid), timezone.now()
    if run.published_at is not None or not plan_pages.may_publish(run):
        return redirect(run)
    near = publishing.short_notice(run, now=now)
    has_groups = run.phase.members.exists()
    form = PublishPlanForm(
        request.POST if request.method == "POST" else None, has_groups=has_groups, is_warned=bool(near)
    )
    names, troubles = plan_words.names_of(run.phase), []
    if request.method == "POST" and form.is_valid():
        try:
            return _published(request, run, form, now)
        except PlanRefused as refused:
            form.add_error(None, plan_words.plan_refusal(refused.code))
            troubles = refused.troubles
        except Refused as refused:  # somebody was faster, in the moment between looking and writing
            form.add_error(None, refused.sentence)
    elif request.method != "POST":
        troubles = publishing.why_not(run, now=now)
    context = {
        "run": run,
        "question": plan_run_words.question_of(run),
        "consequences": _consequences_of(run),
        "concerns": [plan_run_words.short_notice(near)] if near else [],
        "troubles": [plan_words.trouble(t, names) for t in troubles[:TROUBLES_SHOWN]],
        "more_troubles": max(0, len(troubles) - TROUBLES_SHOWN),
        "form": form,
        "action_label": _("Publish the change") if run.kind == RunKind.REPLAN else _("Publish the sessions"),
        "cancel_url": run.get_absolute_url(),
        "cancel_label": _("Back to the plan"),
        "crumbs": crumbs(
            (run.phase.name, run.phase.get_absolute_url()),
            (_("Plan"), run.get_absolute_url()),
            (_("Publish"), ""),
        ),
    }
    return render_page(request, "trainings/plan_publish.html", context)


def _published(request: HttpRequest, run: PlanRun, form: PublishPlanForm, now: datetime) -> HttpResponse:
    note, invites = form.cleaned_data.get("note", ""), form.cleaned_data.get("invites", False)
    if run.kind == RunKind.REPLAN:
        done = publishing.publish_change(run_id=run.pk, by=request.user, now=now, note=note, invites=invites)
        words = plan_run_words.change_published(moved=done.moved, told=done.told)
    else:
        made = publishing.publish_plan(run_id=run.pk, by=request.user, now=now, note=note, invites=invites)
        words = plan_run_words.published(made, is_inviting=invites)
    messages.success(request, words)
    return redirect(run.phase)


def _consequences_of(run: PlanRun) -> list[str]:
    if run.kind != RunKind.REPLAN:
        return plan_run_words.consequences_of(run, people=run.phase.members.count())
    change = publishing.difference_of(run)
    moved = run.phase.sessions.active().of_groups(b.key for _a, b in change.moved)
    return plan_run_words.consequences_of_change(change, people=moved.people_count())


# ---------------------------------------------------------------- changing


@requires("trainings.plan")
def replan(request: HttpRequest, pk: int) -> HttpResponse:
    """What happened, what stays; then the planner changes as little as possible."""
    phase, today = find_phase(request, pk), timezone.localdate()
    if not phase.session_count:
        return redirect(phase)
    names = plan_words.names_of(phase)
    troubles = publishing.conflicts(phase, today=today)
    standing = standing_of(request.user, phase)
    form = ReplanForm(
        request.POST if request.method == "POST" else None,
        phase=phase,
        days={row["key"]: row["day"] for row in standing},
        kecamatan=[(r.kecamatan_id, r.kecamatan.name) for r in phase.kecamatan.select_related("kecamatan")],
    )
    if request.method == "POST" and form.is_valid():
        enter_facts(form, by=request.user)
        run = planning.request_replan(
            phase_id=pk,
            by=request.user,
            today=today,
            keep=form.keys,
            reason=form.cleaned_data["reason"],
        )
        return redirect(run)
    ticked = set(form["tetap"].value() or ())
    areas: dict[str, list[dict[str, Any]]] = {}
    for row in standing:
        value = key_text(row["key"])
        areas.setdefault(row["kecamatan"], []).append(row | {"value": value, "is_ticked": value in ticked})
    context = {
        "phase": phase,
        "form": form,
        "areas": [{"name": name, "rows": rows} for name, rows in areas.items()],
        "troubles": [plan_words.trouble(t, names) for t in troubles[:TROUBLES_SHOWN]],
        "more_troubles": max(0, len(troubles) - TROUBLES_SHOWN),
        "crumbs": crumbs((phase.name, phase.get_absolute_url()), (_("Plan anew"), "")),
    }
    return render_page(request, "trainings/replan.html", context)


def standing_of(user: Any, phase: Phase) -> list[dict[str, Any]]:
    """The sessions of the phase that can still be moved."""
    rows = (
        TrainingSession.objects.visible_to(user)
        .active()
        .upcoming()
        .filter(phase=phase)
        .with_places()
        .order_by("kecamatan__name", "starts_at", "pk")
    )
    return [
        {
            "key": (s.kecamatan_id, s.group_number, s.activity_id),
            "day": timezone.localtime(s.starts_at).date(),
            "kecamatan": s.kecamatan.name,
            "session": s,
        }
        for s in rows
    ]


def enter_facts(form: ReplanForm, *, by: Any) -> None:
    given = form.cleaned_data
    if given.get("venue"):
        resources.close_venue(
            venue_id=given["venue"].pk,
            first=given["first_day"],
            last=given["last_day"],
            reason=given["reason"],
            by=by,
        )
    if given.get("trainer"):
        resources.set_absence(
            trainer_id=given["trainer"].pk, first=given["first_day"], last=given["last_day"], by=by
        )
