"""Phases (tahap): the list, the one form, the page of a phase with its groups and its runs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.accounts.scope import scope_of
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page, wants_fragment
from okoce.ui.templatetags.okoce_ui import number
from participants.models import Participant
from trainings import phase_words, plan_pages, plan_words, shown
from trainings.enums import RunState
from trainings.forms.phases import PhaseForm
from trainings.models import GroupMember, Phase, TrainingSession
from trainings.refusals import Refused
from trainings.services import groups, planning, publishing
from trainings.services import phases as services
from trainings.services.phases import PhaseRefused

RUNS_SHOWN = 8


def find(request: HttpRequest, pk: int) -> Phase:
    mine = Phase.objects.visible_to(request.user).select_related("city").with_figures()
    return get_object_or_404(mine, pk=pk)


def crumbs(*items: tuple[str, str]) -> list[dict[str, str]]:
    return shown.crumbs((_("Phases"), reverse("trainings:phases")), *items)


# ---------------------------------------------------------------- the list


@requires("trainings.view")
def phases(request: HttpRequest) -> HttpResponse:
    mine = Phase.objects.visible_to(request.user).select_related("city").with_figures()
    page = keyset_page(mine, request, order=("-starts_on", "-pk"), size=50)
    for phase in page.rows:
        phase.shown_state = phase_words.state_of(phase)
    context = {
        "page": page,
        "may_plan": may_plan(request.user),
        "is_wide": scope_of(request.user).everything,
        "crumbs": shown.crumbs((_("Phases"), "")),
    }
    return render_page(request, "trainings/phases.html", context, fragment="results")


def may_plan(user: Any) -> bool:
    return has_permission(user, "trainings.plan") and scope_of(user).city is not None


# ---------------------------------------------------------------- the form


@requires("trainings.plan")
def create(request: HttpRequest) -> HttpResponse:
    city = scope_of(request.user).city
    if city is None:
        return redirect("trainings:phases")
    form = _form(request, city)
    if request.method == "POST" and form.is_valid():
        try:
            phase = services.create_phase(city=city, entry=form.entry, by=request.user)
        except PhaseRefused as refused:
            form.refuse(refused)
        else:
            return _after_saving(request, phase, _("The phase is saved."))
    context = {"form": form, "title": _("Plan a phase"), "crumbs": crumbs((_("Plan a phase"), ""))}
    return render_page(request, "trainings/phase_form.html", context)


@requires("trainings.plan")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    phase = find(request, pk)
    form = _form(request, phase.city_id, phase)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_phase(phase_id=pk, entry=form.entry, seen=form.seen_at, by=request.user)
        except PhaseRefused as refused:
            form.refuse(refused)
        else:
            return _after_saving(request, phase, _("The phase is changed."))
    context = {
        "form": form,
        "phase": phase,
        "title": _("Change %(phase)s") % {"phase": phase.name},
        "crumbs": crumbs((phase.name, phase.get_absolute_url()), (_("Change"), "")),
    }
    return render_page(request, "trainings/phase_form.html", context)


def _form(request: HttpRequest, city: str, phase: Phase | None = None) -> PhaseForm:
    data = request.POST if request.method == "POST" else None
    return PhaseForm(data, city=city, user=request.user, today=timezone.localdate(), phase=phase)


def _after_saving(request: HttpRequest, phase: Phase, words: str) -> HttpResponse:
    """To the phase, or straight to its plan: one page from nothing to a plan."""
    if request.POST.get("lalu") == "susun" and not phase.sessions.exists():
        run = planning.request_plan(phase_id=phase.pk, by=request.user, today=timezone.localdate())
        return redirect(run)
    messages.success(request, words)
    return redirect(phase)


@requires("trainings.plan")
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    phase = find(request, pk)
    if phase.session_count:
        messages.error(request, plan_words.phase_refusal("has_sessions", {}))
        return redirect(phase)
    if request.method == "POST":
        try:
            services.delete_phase(phase_id=pk, by=request.user)
        except PhaseRefused as refused:
            messages.error(request, plan_words.phase_refusal(refused.code, refused.params))
            return redirect(phase)
        messages.success(request, _("The phase is deleted."))
        return redirect("trainings:phases")
    members = phase.members.count()
    context = {
        "question": _("Delete %(phase)s?") % {"phase": phase.name},
        "consequences": [
            _("Its plans go with it. No session has been made from them."),
            ngettext(
                "%(count)s person has no group any more.", "%(count)s people have no group any more.", members
            )
            % {"count": number(members)},
            _("This cannot be taken back."),
        ],
        "form": None,
        "action_label": _("Delete the phase"),
        "cancel_url": phase.get_absolute_url(),
        "cancel_label": _("Keep it"),
        "crumbs": crumbs((phase.name, phase.get_absolute_url()), (_("Delete"), "")),
    }
    return render_page(request, "trainings/confirm.html", context)


# ---------------------------------------------------------------- the page


@requires("trainings.view")
def phase(request: HttpRequest, pk: int) -> HttpResponse:
    found = find(request, pk)
    invitations = _invitations(found)
    if wants_fragment(request) and invitations is None:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"  # all are invited: the whole page is anew
        return response
    today, names = timezone.localdate(), plan_words.names_of(found)
    troubles = publishing.conflicts(found, today=today) if found.session_count else []
    runs = list(found.runs.select_related("requested_by")[:RUNS_SHOWN])
    for run in runs:
        run.tone = plan_pages.TONES[RunState(run.state)]
    placed = members_of(request.user, found).counted()
    rows = list(found.kecamatan.select_related("kecamatan"))
    for row in rows:
        row.placed = sum(placed.get(row.kecamatan_id, {}).values())
    context = {
        "phase": found,
        "state": phase_words.state_of(found),
        "rows": rows,
        "facts": phase_words.facts(found),
        "runs": runs,
        "troubles": [plan_words.trouble(t, names) for t in troubles[:20]],
        "trouble_count": len(troubles),
        "placed_count": sum(row.placed for row in rows),
        "may_plan": may_plan(request.user),
        "is_at_work": bool(runs) and plan_pages.is_at_work(runs[0]),
        "invitations": invitations,
        "crumbs": crumbs((found.name, "")),
    }
    return render_page(request, "trainings/phase.html", context, fragment="undangan")


def _invitations(phase: Phase) -> dict[str, Any] | None:
    """How far the worker is with the people of the groups; None when it has nothing to do."""
    if not phase.runs.inviting().exists():
        return None
    given, most = phase.sessions.active().place_count(), phase.members.count() * phase.activities.count()
    return {
        "text": _("%(given)s of %(most)s places given.") % {"given": number(given), "most": number(most)},
        "percent": min(99, given * 100 // most) if most else 0,
    }


# ---------------------------------------------------------------- groups


@requires("trainings.view")
def group_list(request: HttpRequest, pk: int) -> HttpResponse:
    found = find(request, pk)
    if request.method == "POST" and may_plan(request.user):
        count = groups.form_groups(phase_id=pk, by=request.user)
        if count:
            words = ngettext(
                "%(count)s person was placed into a group.",
                "%(count)s people were placed into groups.",
                count,
            )
            messages.success(request, words % {"count": number(count)})
        else:
            messages.info(request, _("Nobody was left to place, or all groups are full."))
        return redirect("trainings:groups", pk=pk)
    members = members_of(request.user, found)
    placed, parts = members.counted(), phase_words.parts(members.counted_by_kelurahan())
    rows = visible_shares(request.user, found)
    for row in rows:
        row.shown = [
            {
                "number": n,
                "count": placed.get(row.kecamatan_id, {}).get(n, 0),
                "parts": parts.get((row.kecamatan_id, n), ""),
            }
            for n in range(1, row.groups + 1)
        ]
        row.placed = sum(group["count"] for group in row.shown)
    context = {
        "phase": found,
        "rows": rows,
        "placed_count": sum(row.placed for row in rows),
        "may_plan": may_plan(request.user),
        "crumbs": crumbs((found.name, found.get_absolute_url()), (_("Groups"), "")),
    }
    return render_page(request, "trainings/groups.html", context)


def members_of(user: Any, phase: Phase) -> Any:
    return GroupMember.objects.visible_to(user).filter(phase=phase)


def visible_shares(user: Any, phase: Phase) -> list[Any]:
    """A kecamatan office sees the groups of its own people."""
    rows = phase.kecamatan.select_related("kecamatan")
    own = scope_of(user).kecamatan
    return list(rows.filter(kecamatan=own) if own else rows)


@requires("trainings.view")
def group(request: HttpRequest, pk: int, kecamatan: str, number: int) -> HttpResponse:
    found = find(request, pk)
    row = next((r for r in visible_shares(request.user, found) if r.kecamatan_id == kecamatan), None)
    row = row if row is not None and 1 <= number <= row.groups else None
    share = get_object_or_404(found.kecamatan, pk=row.pk if row else 0)
    people = Participant.objects.visible_to(request.user).open_to(request.user).named()
    members = members_of(request.user, found).filter(
        kecamatan=kecamatan, number=number, participant__in=people.order_by().values("pk")
    )
    page = keyset_page(
        members.select_related("participant__kelurahan"), request, order=("participant__number",), size=100
    )
    sessions = (
        TrainingSession.objects.visible_to(request.user)
        .active()
        .filter(phase=found, kecamatan=kecamatan, group_number=number)
        .with_places()
        .order_by("starts_at", "pk")
    )
    name = _("Group %(number)s of %(kecamatan)s") % {"number": number, "kecamatan": share.kecamatan.name}
    context = {
        "phase": found,
        "name": name,
        "page": page,
        "sessions": list(sessions),
        "seats": share.seats,
        "may_move": has_permission(request.user, "trainings.manage") and share.groups > 1,
        "may_see_people": has_permission(request.user, "participants.view"),
        "crumbs": crumbs(
            (found.name, found.get_absolute_url()),
            (_("Groups"), reverse("trainings:groups", args=[pk])),
            (name, ""),
        ),
    }
    return render_page(request, "trainings/group.html", context, fragment="people")


@requires("trainings.manage")
def move_member(request: HttpRequest, pk: int, kecamatan: str, number: int, member: int) -> HttpResponse:
    """One person goes on with another group of the kecamatan, with the seats in its coming sessions."""
    found, here = find(request, pk), reverse("trainings:group", args=[pk, kecamatan, number])
    people = Participant.objects.visible_to(request.user).open_to(request.user).named()
    members = GroupMember.objects.visible_to(request.user).filter(phase=found, kecamatan=kecamatan)
    mine = members.filter(participant__in=people.order_by().values("pk"))
    person = get_object_or_404(mine.select_related("participant"), pk=member)
    name = person.participant.full_name
    target = request.POST.get("kelompok") or request.GET.get("tukar", "")
    wanted = int(target) if target.isascii() and target.isdigit() and len(target) < 4 else 0
    if request.method == "POST" and (done := _regrouped(request, members, person, wanted)):
        return done
    partners = members.filter(number=wanted, participant__in=people.order_by().values("pk"))
    is_exchange = "tukar" in request.GET and wanted not in (0, person.number)
    context = {
        "phase": found,
        "name": name,
        "person": person,
        "choices": _other_groups(request.user, found, person),
        "chosen": request.POST.get("kelompok", ""),
        "exchange_number": wanted if is_exchange else 0,
        "partners": list(partners.select_related("participant__kelurahan").order_by("participant__number"))
        if is_exchange
        else [],
        "here": here,
        "crumbs": crumbs(
            (found.name, found.get_absolute_url()),
            (_("Group %(number)s") % {"number": person.number}, here),
            (_("Move to another group"), ""),
        ),
    }
    return render_page(request, "trainings/group_move.html", context)


def _regrouped(request: HttpRequest, members: Any, person: GroupMember, wanted: int) -> HttpResponse | None:
    """The answer to a press; None when the page is to be shown again, with what to mend."""
    partner = request.POST.get("dengan", "")
    is_exchange = "tukar" in request.GET
    if not wanted or (is_exchange and not partner):
        messages.error(
            request,
            _("Choose who takes the place, then press again. Nothing has changed yet.")
            if is_exchange
            else _("Choose a group, then press again. Nothing has changed yet."),
        )
        return None
    words: dict[str, Any] = {"name": person.participant.full_name, "number": wanted}
    try:
        if is_exchange:
            with_id = int(partner) if partner.isascii() and partner.isdigit() and len(partner) < 19 else 0
            other = get_object_or_404(members.select_related("participant"), pk=with_id)
            groups.exchange_members(member_id=person.pk, with_id=other.pk, number=wanted, by=request.user)
        else:
            groups.move_member(member_id=person.pk, number=wanted, by=request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return None
    messages.success(request, _("%(name)s is in group %(number)s now.") % words)
    return redirect("trainings:group", pk=person.phase_id, kecamatan=person.kecamatan_id, number=wanted)


def _other_groups(user: Any, phase: Phase, person: GroupMember) -> list[dict[str, Any]]:
    """The other groups of the kecamatan with how many people they have, and their next session."""
    row = phase.kecamatan.get(kecamatan=person.kecamatan_id)
    sizes = members_of(user, phase).counted().get(person.kecamatan_id, {})
    coming = TrainingSession.objects.visible_to(user).public().upcoming()
    nearest: dict[int, Any] = {}
    for session in coming.filter(phase=phase, kecamatan=person.kecamatan_id).order_by("starts_at", "pk"):
        nearest.setdefault(session.group_number, session)
    return [
        {
            "number": n,
            "count": sizes.get(n, 0),
            "seats": row.seats,
            "is_full": sizes.get(n, 0) >= row.seats,
            "next": shown.when(nearest[n].starts_at, nearest[n].ends_at) if n in nearest else "",
        }
        for n in range(1, row.groups + 1)
        if n != person.number
    ]
