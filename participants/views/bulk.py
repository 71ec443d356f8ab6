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
from okoce.ui.templatetags.okoce_ui import long_date, number
from participants import bulk, deed_words, qr, selections
from participants.filters import PeopleFilter
from participants.forms.lists import AgencyEndsForm, AgencyForm, MentorForm
from participants.models import BulkDeed, Participant
from participants.selections import Selection
from participants.services import assigning, cards
from participants.services.assigning import Plan, TooManyPeople

MOST_CARDS = 60
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

    def told(data: dict[str, Any], count: int, form: AgencyForm) -> list[str]:
        words = {
            "count": number(count),
            "agency": dict(form.fields["organisation"].choices)[data["organisation"]],
            "day": long_date(data["day"]),
        }
        return [
            ngettext(
                "%(count)s participant is with %(agency)s from %(day)s on.",
                "%(count)s participants are with %(agency)s from %(day)s on.",
                count,
            )
            % words,
            _("Other agencies keep them too: each counts its own, the province counts once."),
            _("%(agency)s sees their pages from then on.") % words,
        ]

    return _assign(
        request,
        token,
        AgencyForm,
        plan,
        told,
        assigning.assign_agency,
        title=_("Assign an agency"),
        label=lambda n: ngettext("Assign %(count)s participant", "Assign %(count)s participants", n),
    )


@requires("participants.assign")
@require_http_methods(["GET", "POST"])
def agency_ends(request: HttpRequest, token: str) -> HttpResponse:
    def plan(people: Any, data: dict[str, Any]) -> Plan:
        return assigning.plan_agency_ends(people, data["organisation"], data["day"])

    def told(data: dict[str, Any], count: int, form: AgencyForm) -> list[str]:
        words = {
            "count": number(count),
            "agency": dict(form.fields["organisation"].choices)[data["organisation"]],
            "day": long_date(data["day"]),
        }
        return [
            ngettext(
                "%(day)s is the last day of %(count)s participant with %(agency)s.",
                "%(day)s is the last day of %(count)s participants with %(agency)s.",
                count,
            )
            % words,
            _("What was counted until then stays as it is."),
        ]

    return _assign(
        request,
        token,
        AgencyEndsForm,
        plan,
        told,
        assigning.end_agency,
        title=_("End the care of an agency"),
        label=lambda n: ngettext("End it for %(count)s participant", "End it for %(count)s participants", n),
    )


@requires("participants.assign")
@require_http_methods(["GET", "POST"])
def mentor(request: HttpRequest, token: str) -> HttpResponse:
    def plan(people: Any, data: dict[str, Any]) -> Plan:
        return assigning.plan_mentor(people, data["mentor"])

    def told(data: dict[str, Any], count: int, form: MentorForm) -> list[str]:
        words = {
            "count": number(count),
            "mentor": dict(form.fields["mentor"].choices)[str(data["mentor"])],
            "day": long_date(data["day"]),
        }
        return [
            ngettext(
                "%(count)s participant has %(mentor)s as mentor from %(day)s on.",
                "%(count)s participants have %(mentor)s as mentor from %(day)s on.",
                count,
            )
            % words,
            _("Who has another mentor changes: the other's care ends the day before."),
            _("%(mentor)s sees their pages from then on.") % words,
        ]

    def do(*, mentor: int, **others: Any) -> BulkDeed:
        return assigning.assign_mentor(mentor_id=mentor, **others)

    return _assign(
        request,
        token,
        MentorForm,
        plan,
        told,
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


# ---------------------------------------------------------------- cards


@requires("participants.card")
@require_http_methods(["GET", "POST"])
def print_cards(request: HttpRequest, token: str) -> HttpResponse:
    """How many cards are there and how many would be made; a POST makes them."""
    selection = selections.find(request, token)
    ids, over = _card_holders(request, selection)
    with_card = set(_valid_cards(request.user, ids).values_list("participant_id", flat=True))
    missing = [pk for pk in ids if pk not in with_card]
    if request.method == "POST":
        for pk in missing:
            cards.issue(participant_id=pk, by=request.user)
        return redirect("participants:bulk_cards_print", token)
    title = ngettext(
        "Print the card of %(count)s participant?", "Print the cards of %(count)s participants?", len(ids)
    )
    consequences = [
        ngettext(
            "%(count)s card is made new; cards that are valid stay valid.",
            "%(count)s cards are made new; cards that are valid stay valid.",
            len(missing),
        )
        % {"count": number(len(missing))},
        _("The next page shows all of them, eight on a sheet."),
    ]
    if over:
        consequences.append(deed_words.reason("too_many", over))
    context = {
        "question": title % {"count": number(len(ids))},
        "consequences": consequences,
        "action_label": _("Make the cards"),
        "is_harmless": True,
        "cancel_url": back_to(selection),
        "cancel_label": _("Back to the list"),
        "crumbs": crumbs(_("Print cards")),
    }
    return render_page(request, "participants/bulk_confirm.html", context)


@requires("participants.card")
@require_GET
def cards_to_print(request: HttpRequest, token: str) -> HttpResponse:
    selection = selections.find(request, token)
    ids, _over = _card_holders(request, selection)
    found = (
        _valid_cards(request.user, ids).select_related("participant").order_by("participant__name_key", "pk")
    )
    shown = []
    for card in found:
        code = qr.draw(cards.address_of(card), border=1)
        shown.append(
            {
                "qr": code.path,
                "size": code.size,
                "name": card.participant.full_name,
                "number": card.participant.number,
            }
        )
    context = {"cards": shown, "back_url": back_to(selection), "crumbs": crumbs(_("Print cards"))}
    return render_page(request, "participants/cards_to_print.html", context)


def _card_holders(request: HttpRequest, selection: Selection) -> tuple[list[int], int]:
    """The first people of a selection, and how many are beyond one turn."""
    people = selection.people(request.user, timezone.localdate()).exclude(status="died")
    ids = list(people.order_by("name_key", "pk").values_list("pk", flat=True)[:MOST_CARDS])
    return ids, max(0, people.order_by().count() - len(ids))


def _valid_cards(user: Any, ids: list[int]) -> Any:
    people = Participant.objects.visible_to(user).filter(pk__in=ids)
    return cards.valid_ones(people)
