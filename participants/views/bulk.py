"""From ticked people to a page that says what will happen, to the deed, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import number
from participants import assigning_words, bulk, deed_words, selections
from participants.filters import PeopleFilter
from participants.forms.lists import AgencyEndsForm, AgencyForm, MentorForm
from participants.models import BulkDeed, Participant
from participants.selections import Selection
from participants.services import assigning
from participants.services.assigning import Plan, TooManyPeople

SHOWN = 20  # names of people who are left out


@requires("participants.view")
@require_POST
def select(request: HttpRequest) -> HttpResponse:
    """Keeps who was ticked, and leads to the page of the chosen deed."""
    action = bulk.find(request.POST.get("tindakan", ""))
    asked = request.POST.get("asal", "").lstrip("?")[:2000]
    chosen = PeopleFilter.read(QueryDict(asked))
    back = reverse("participants:list") + chosen.address()
    if action is None or not has_permission(request.user, action.permission):
        return redirect(back)
    ids = [int(pk) for pk in request.POST.getlist("id") if pk.isascii() and pk.isdigit() and len(pk) < 18]
    is_everybody = "semua" in request.POST or (action.takes_all and not ids)
    if not ids and not is_everybody:
        messages.warning(request, _("Tick at least one participant first, or all results."))
        return redirect(back)
    return redirect(action.url_name, selections.keep(request, chosen, None if is_everybody else ids))


def crumbs(label: str) -> list[dict[str, str]]:
    return [
        {"label": _("Participants"), "url": reverse("participants:list")},
        {"label": label, "url": ""},
    ]


def back_to(selection: Selection) -> str:
    return reverse("participants:list") + selection.chosen.address()


def named(user: Any, reasons: Mapping[str, Any]) -> dict[int, tuple[str, str]]:
    """Number and name of those left out whom the user may see."""
    people = Participant.objects.visible_to(user).filter(pk__in=deed_words.ids_of(reasons))
    rows = people.order_by("name_key", "pk").values_list("pk", "number", "full_name")
    return {pk: (shown_number, name) for pk, shown_number, name in rows}


# ---------------------------------------------------------------- agencies and mentors


@requires("participants.assign")
@require_http_methods(["GET", "POST"])
def agency(request: HttpRequest, token: str) -> HttpResponse:
    def plan(people: Any, data: dict[str, Any]) -> Plan:
        return assigning.plan_agency(people, data["organisation"])

    return _assign(
        request,
        token,
        AgencyForm,
        plan,
        assigning_words.agency,
        assigning.assign_agency,
        title=_("Assign an agency"),
        label=lambda n: ngettext("Assign %(count)s participant", "Assign %(count)s participants", n),
    )


@requires("participants.assign")
@require_http_methods(["GET", "POST"])
def agency_ends(request: HttpRequest, token: str) -> HttpResponse:
    def plan(people: Any, data: dict[str, Any]) -> Plan:
        return assigning.plan_agency_ends(people, data["organisation"], data["day"])

    return _assign(
        request,
        token,
        AgencyEndsForm,
        plan,
        assigning_words.agency_ends,
        assigning.end_agency,
        title=_("End the care of an agency"),
        label=lambda n: ngettext("End it for %(count)s participant", "End it for %(count)s participants", n),
    )


@requires("participants.assign")
@require_http_methods(["GET", "POST"])
def mentor(request: HttpRequest, token: str) -> HttpResponse:
    def plan(people: Any, data: dict[str, Any]) -> Plan:
        return assigning.plan_mentor(people, data["mentor"])

    def do(*, mentor: int, **others: Any) -> BulkDeed:
        return assigning.assign_mentor(mentor_id=mentor, **others)

    return _assign(
        request,
        token,
        MentorForm,
        plan,
        assigning_words.mentor,
        do,
        title=_("Assign a mentor"),
        label=lambda n: ngettext("Assign %(count)s participant", "Assign %(count)s participants", n),
    )


def _assign(
    request: HttpRequest,
    token: str,
    form_class: Any,
    plan_of: Callable[[Any, dict[str, Any]], Plan],
    told: Callable[[dict[str, Any], int, Any], list[str]],
    do: Callable[..., BulkDeed],
    *,
    title: str,
    label: Callable[[int], str],
) -> HttpResponse:
    """The choice by GET, what would happen on the same page, the deed by POST."""
    user, today = request.user, timezone.localdate()
    selection = selections.find(request, token)
    people = selection.people(user, today)
    given = request.POST if request.method == "POST" else request.GET
    form = form_class(given or None, initial={"day": today}, user=user, today=today)
    plan, chosen_count = None, people.order_by().count()
    try:
        if form.is_bound and form.is_valid():
            plan = plan_of(people, form.cleaned_data)
    except TooManyPeople:
        form.add_error(
            None,
            _("More than %(most)s people at once. Narrow the list with a filter, for example by kecamatan")
            % {"most": number(assigning.MOST)},
        )
    if request.method == "POST" and plan is not None:
        if request.POST.get("seen") == str(len(plan.ids)):
            deed = do(people=people, selection=selection.uid, by=user, **form.cleaned_data)
            return redirect("participants:deed", deed.uid)
        if (done := _sent_before(selection, form, user)) is not None:
            return redirect("participants:deed", done.uid)
        messages.warning(
            request, _("The people have changed meanwhile. Look at the new numbers, then press again.")
        )
    context = {
        "title": title,
        "form": form,
        "chosen_count": chosen_count,
        "plan": plan,
        "count": len(plan.ids) if plan else 0,
        "consequences": told(form.cleaned_data, len(plan.ids), form) if plan and plan.ids else [],
        "left_out": deed_words.left_out(plan.left_out, named(user, plan.left_out)) if plan else [],
        "left_count": plan.left_count if plan else 0,
        "shown": SHOWN,
        "action_label": label(len(plan.ids)) % {"count": number(len(plan.ids))} if plan else "",
        "hidden": {name: form[name].value() for name in form.fields} if plan else {},
        "back_url": back_to(selection),
        "crumbs": crumbs(title),
    }
    return render_page(request, "participants/bulk_assign.html", context)


def _sent_before(selection: Selection, form: Any, user: Any) -> BulkDeed | None:
    """The deed of the very same selection and choice: a page that was sent twice."""
    return assigning.same_deed(selection=selection.uid, data=form.cleaned_data, by=user)


# ---------------------------------------------------------------- what was done


@requires("participants.view")
@require_GET
def deed(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Done so many, left out so many and why; with the way back where there is one."""
    found = get_object_or_404(BulkDeed.objects.visible_to(request.user).select_related("made_by"), uid=uid)
    words = bulk.words_for(found.action)
    said = words(found) if words else {}
    context = {
        "deed": found,
        "heading": deed_words.heading(found),
        "left_out": deed_words.left_out(
            found.left_out, named(request.user, found.left_out), words=said.get("reasons")
        ),
        "link": said.get("link"),
        "shown": SHOWN,
        "may_undo": has_permission(request.user, "participants.assign")
        and assigning.can_undo(found, now=timezone.now()),
        "crumbs": crumbs(_("What was done")),
    }
    return render_page(request, "participants/deed.html", context)


@requires("participants.assign")
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = get_object_or_404(BulkDeed.objects.visible_to(request.user), uid=uid)
    if request.method == "POST":
        try:
            assigning.undo(deed_id=found.pk, by=request.user)
        except assigning.NothingToUndo:
            messages.warning(request, _("This cannot be taken back any more. Make a new assignment instead."))
        else:
            messages.success(request, _("Taken back. Everything is as it was before."))
        return redirect("participants:deed", uid)
    if not assigning.can_undo(found, now=timezone.now()):
        return redirect("participants:deed", uid)
    context = {
        "question": _("Take this back: %(deed)s?") % {"deed": deed_words.heading(found)},
        "consequences": [
            _("Assignments that were made are taken away; those that were ended go on."),
            _("What somebody has changed since then stays as it is."),
        ],
        "action_label": _("Take it back"),
        "cancel_url": reverse("participants:deed", args=[uid]),
        "cancel_label": _("Leave it as it is"),
        "crumbs": crumbs(_("Take back")),
    }
    return render_page(request, "participants/bulk_confirm.html", context)
