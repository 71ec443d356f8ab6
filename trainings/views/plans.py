"""Runs of the planner: asked for, watched, looked at, published; and changed after a flood or a strike."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.accounts.access import requires
from okoce.ui.responses import render_page, wants_fragment
from okoce.ui.templatetags.okoce_ui import number
from trainings import calendar_grid, plan_pages, plan_words
from trainings.enums import ENROLLED, RunKind, RunState
from trainings.models import Phase, PlanRun, TrainingSession
from trainings.phase_forms import KeepForm, PublishPlanForm, ReplanForm, key_text
from trainings.planning.codec import finding_from_data
from trainings.planning.problem import Key
from trainings.refusals import Refused
from trainings.services import planning, publishing, resources
from trainings.services.publishing import PlanRefused
from trainings.views.phases import crumbs, may_plan
from trainings.views.phases import find as find_phase

TABLE, LIST, FIGURES = "", "daftar", "angka"
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
        "areas": by_kecamatan(shown, form),
        "crumbs": crumbs(
            (run.phase.name, run.phase.get_absolute_url()),
            (_("Plan"), run.get_absolute_url()),
            (_("Keep"), ""),
        ),
    }
    return render_page(request, "trainings/plan_keep.html", context)


def by_kecamatan(shown: plan_pages.Shown, form: Any) -> list[dict[str, Any]]:
    """Check boxes of all sessions, those of a kecamatan together."""
    ticked = set(form["tetap"].value() or ())
    found: dict[str, list[dict[str, Any]]] = {code: [] for code, _name in shown.kecamatan}
    for item in shown.items(shown.plan):
        value = key_text(item.key)
        found[item.key[0]].append({"value": value, "item": item, "is_ticked": value in ticked})
    return [
        {"name": name, "rows": found[code], "is_open": any(row["is_ticked"] for row in found[code])}
        for code, name in shown.kecamatan
        if found[code]
    ]


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
    view = request.GET.get("tampilan", TABLE)
    context = {
        "run": run,
        "phase": run.phase,
        "title": title_of(run),
        "said": said_of(run, shown),
        "tone": plan_pages.TONES[RunState(run.state)],
        "at_work": at_work,
        "poll_url": f"{run.get_absolute_url()}?terlihat={last_day}",
        "percent": plan_pages.share_done(run, now=now),
        "progress": progress_of(run),
        "findings": [plan_words.finding(finding_from_data(f), names) for f in run.findings],
        "shown": shown,
        "is_replan": run.kind == RunKind.REPLAN,
        "may_plan": may_plan(request.user),
        "may_publish": may_plan(request.user) and plan_pages.may_publish(run),
        "view": view if view in (TABLE, LIST, FIGURES) else TABLE,
        "crumbs": crumbs((run.phase.name, run.phase.get_absolute_url()), (_("Plan"), "")),
    }
    if shown.plan:
        context |= month_of(request, shown, context["view"])
    return render_page(request, "trainings/plan_run.html", context, fragment="kemajuan")


def title_of(run: PlanRun) -> str:
    if run.kind == RunKind.REPLAN:
        return _("%(phase)s, planned anew") % {"phase": run.phase.name}
    return _("Plan of %(phase)s") % {"phase": run.phase.name}


def said_of(run: PlanRun, shown: plan_pages.Shown) -> dict[str, str]:
    """What the run has come to, in one bold sentence and one more."""
    last = date_format(run.last_day, "LONG_DATE_FORMAT") if run.last_day else ""
    bound = date_format(run.bound, "LONG_DATE_FORMAT") if run.bound else ""
    if run.findings:
        return {"tone": "bad", "title": _("This phase cannot be held as it stands."), "text": ""}
    if run.state == RunState.IMPOSSIBLE:
        return {
            "tone": "bad",
            "title": _("There is no way to change the plan so that everything fits."),
            "text": _("Give the phase a later last day, more venues or more trainers, then plan anew."),
        }
    if run.kind == RunKind.REPLAN:
        return _said_of_change(run)
    if not run.plan:
        return {"tone": "warn", "title": _("No plan was found in the time there was."), "text": ""}
    if run.unplaced:
        return {
            "tone": "warn",
            "title": ngettext(
                "%(count)s session found no place.", "%(count)s sessions found no place.", len(run.unplaced)
            )
            % {"count": number(len(run.unplaced))},
            "text": _("The others are shown below. Mend what is named, then plan again."),
        }
    title = _("All %(count)s sessions have a place. The last one is on %(day)s.") % {
        "count": number(len(run.plan)),
        "day": last,
    }
    if run.is_proved:
        return {"tone": "ok", "title": title, "text": _("Proved: no plan ends earlier.")}
    if bound and bound != last:
        gap = (run.last_day - run.bound).days if run.last_day and run.bound else 0
        text = ngettext(
            "No plan ends before %(bound)s; at most %(count)s day could be gained.",
            "No plan ends before %(bound)s; at most %(count)s days could be gained.",
            gap,
        )
        return {"tone": "ok", "title": title, "text": text % {"bound": bound, "count": gap}}
    return {"tone": "ok", "title": title, "text": ""}


def _said_of_change(run: PlanRun) -> dict[str, str]:
    if run.moved is None:
        return {
            "tone": "warn",
            "title": _("No changed plan was found in the time there was."),
            "text": _("Let fewer sessions stay, or give the phase a later last day."),
        }
    if run.moved == 0:
        title = _("Nobody has to be moved.")
    else:
        title = ngettext("%(count)s session moves.", "%(count)s sessions move.", run.moved) % {
            "count": number(run.moved)
        }
    must = run.must_move or 0
    text = ""
    if run.moved and must < run.moved:
        text = _("%(must)s could not stay; the others make room for them.") % {"must": number(must)}
    if run.is_proved:
        text = f"{text} {_('Proved: no plan moves fewer, and none of those ends earlier.')}".strip()
    return {"tone": "ok", "title": title, "text": text}


def progress_of(run: PlanRun) -> str:
    if run.state == RunState.QUEUED:
        return _("Waiting for the planner to begin.")
    if run.kind == RunKind.REPLAN:
        return _("Looking for the change that moves the fewest sessions. This takes up to a minute.")
    if run.last_day and run.bound:
        return _(
            "The best plan so far ends on %(last)s. No plan ends before %(bound)s. The planner goes on "
            "for up to a "
            "minute."
        ) % {
            "last": date_format(run.last_day, "LONG_DATE_FORMAT"),
            "bound": date_format(run.bound, "LONG_DATE_FORMAT"),
        }
    return _("Looking for a plan. This takes up to a minute.")


def month_of(request: HttpRequest, shown: plan_pages.Shown, view: str) -> dict[str, Any]:
    months = shown.months
    asked = calendar_grid.month_of(request.GET.get("bulan", ""), today=months[0])
    month = asked if asked in months else months[0]
    area = request.GET.get("kecamatan", "")
    area = area if area in dict(shown.kecamatan) else ""
    path = shown.run.get_absolute_url()

    def address(first: date, to: str = view) -> str:
        words = [f"bulan={first:%Y-%m}"] + ([f"tampilan={to}"] if to else [])
        return f"{path}?{'&'.join(words + ([f'kecamatan={area}'] if area and to == LIST else []))}"

    found: dict[str, Any] = {
        "month": month,
        "month_label": date_format(month, "F Y"),
        "month_links": [
            {"label": date_format(first, "F"), "url": address(first), "is_current": first == month}
            for first in months
        ],
        "table_url": address(month, TABLE),
        "list_url": address(month, LIST),
        "figures_url": address(month, FIGURES),
        "area": area,
    }
    if view == TABLE:
        found["days"] = shown.days(month)
    elif view == LIST:
        found["items"] = shown.of_month(month, area)
    return found


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
        "question": question_of(run),
        "consequences": consequences_of(run),
        "concerns": [
            ngettext(
                "People hear of %(count)s session fewer than 3 days before.",
                "People hear of %(count)s sessions fewer than 3 days before.",
                near,
            )
            % {"count": number(near)}
        ]
        if near
        else [],
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
        words = _("The change is published: %(moved)s moved, %(people)s people are told.") % {
            "moved": number(done.moved),
            "people": number(done.told),
        }
    else:
        made = publishing.publish_plan(run_id=run.pk, by=request.user, now=now, note=note, invites=invites)
        words = ngettext("%(count)s session is published.", "%(count)s sessions are published.", made) % {
            "count": number(made)
        }
        if invites:
            words += " " + _("The people of the groups are being invited.")
    messages.success(request, words)
    return redirect(run.phase)


def question_of(run: PlanRun) -> str:
    if run.kind == RunKind.REPLAN:
        return _("Publish the change of %(phase)s?") % {"phase": run.phase.name}
    count = len(run.plan)
    return ngettext(
        "Publish %(count)s session of %(phase)s?", "Publish %(count)s sessions of %(phase)s?", count
    ) % {"count": number(count), "phase": run.phase.name}


def consequences_of(run: PlanRun) -> list[str]:
    phase = run.phase
    if run.kind == RunKind.REPLAN:
        return _consequences_of_change(run)
    people = phase.members.count()
    days = {
        "first": date_format(date.fromisoformat(run.figures["first_day"]), "LONG_DATE_FORMAT"),
        "last": date_format(run.last_day, "LONG_DATE_FORMAT"),
    }
    found = [
        _("They stand on the public schedule from %(first)s to %(last)s.") % days,
        _("Venues and trainers are taken at these times."),
    ]
    if people:
        found.append(
            ngettext(
                "%(count)s person in a group is told only if you tick the invitation below.",
                "%(count)s people in groups are told only if you tick the invitation below.",
                people,
            )
            % {"count": number(people)}
        )
    else:
        found.append(_("Nobody is told: no groups are made yet. People are invited session by session."))
    return found


def _consequences_of_change(run: PlanRun) -> list[str]:
    told = publishing.difference_of(run)
    keys = [b.key for _a, b in told.moved]
    found = [
        ngettext(
            "%(count)s session gets another day, time or venue.",
            "%(count)s sessions get another day, time or venue.",
            len(keys),
        )
        % {"count": number(len(keys))}
    ]
    if told.taught_by_others:
        found.append(
            ngettext(
                "%(count)s session only gets another trainer.",
                "%(count)s sessions only get another trainer.",
                len(told.taught_by_others),
            )
            % {"count": number(len(told.taught_by_others))}
        )
    if told.added:
        found.append(
            ngettext("%(count)s session is new.", "%(count)s sessions are new.", len(told.added))
            % {"count": number(len(told.added))}
        )
    people = people_in(run.phase, keys)
    found.append(
        ngettext(
            "%(count)s person with a place in a session that moves is sent a message.",
            "%(count)s people with a place in a session that moves are sent a message.",
            people,
        )
        % {"count": number(people)}
        if people
        else _("Nobody has a place in a session that moves, so nobody is told.")
    )
    return found


def people_in(phase: Phase, keys: list[Key]) -> int:
    chosen = Q(pk__in=[])
    for kecamatan, group, activity in keys:
        chosen |= Q(kecamatan=kecamatan, group_number=group, activity=activity)
    sessions = phase.sessions.active().filter(chosen)
    return (
        sessions.filter(bookings__state__in=ENROLLED)
        .order_by()
        .values("bookings__participant")
        .distinct()
        .count()
    )


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
