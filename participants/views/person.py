"""One participant: the page, the correction, and the opening of the full numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.ui import errors
from okoce.ui.responses import render_page
from okoce.values.period import age_on
from participants import areas, history, journey, profile
from participants.forms.person import PersonForm, UnmaskForm
from participants.models import BusinessFigures, Document, Participant
from participants.panels import panels
from participants.services import changes
from participants.services.changes import ChangedMeanwhile, TooManyUnmasked
from participants.views import dossier

NOTES_SHOWN = 3
# What the reader may do here; the template asks by the last word of the permission.
DEEDS = (
    "change", "unmask", "card", "status", "transfer", "agencies", "steps", "notes", "documents", "business",
    "money",
)  # fmt: skip


def _find(request: HttpRequest, number: str) -> Participant:
    people = Participant.objects.visible_to(request.user).open_to(request.user).named()
    people = people.select_related("registered_at_unit")
    return get_object_or_404(people, number=number)


def _crumbs(participant: Participant, here: str = "") -> list[dict[str, str]]:
    items = [{"label": _("Participants"), "url": reverse("participants:list")}]
    if participant.kecamatan_id:
        url = f"{items[0]['url']}?kecamatan={participant.kecamatan_id}"
        items.append({"label": areas.name_of(participant.kecamatan_id), "url": url})
    items.append({"label": participant.full_name, "url": participant.get_absolute_url() if here else ""})
    return [*items, {"label": here, "url": ""}] if here else items


@requires("participants.view")
@require_GET
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """What comes next, the seven steps, what the apps above know, the data, and what happened.

    A number from before a merge leads to the page of the one who carries everything now.
    """
    today, user = timezone.localdate(), request.user
    participant = get_object_or_404(
        Participant.objects.visible_to(user).select_related("registered_at_unit").with_number(number)
    )
    if participant.number != number:
        return redirect(participant)
    if participant.erased_at is not None:
        return render_page(request, "participants/erased.html", {"participant": participant}, status=410)
    if participant.restricted_at is not None and not has_permission(user, "participants.rights_view"):
        return render_page(request, "participants/restricted.html", {"participant": participant}, status=403)
    events = history.events_of(participant, user=user, today=today)
    context = {
        "participant": participant,
        "place": areas.name_of(participant.kelurahan_id),
        "next_step": journey.next_step(participant, user=user, today=today),
        "steps": journey.steps(participant, user=user, today=today),
        "panels": _panels(participant, user, today),
        "data": _data(participant, today),
        "events": [history.shown(event, today) for event in events[: history.SHOWN]],
        "hidden_count": max(0, len(events) - history.SHOWN),
        "event_count": len(events),
        "crumbs": _crumbs(participant),
        "may_see_messages": has_permission(user, "notifications.view"),
        "may_see_rights": has_permission(user, "participants.rights"),
        "may_change": has_permission(user, "participants.change"),
        "may_unmask": has_permission(user, "participants.unmask"),
        "may": {name: has_permission(user, f"participants.{name}") for name in DEEDS},
        **_records(participant, user),
    }
    return render_page(request, "participants/detail.html", context)


def _records(participant: Participant, user: Any) -> dict[str, Any]:
    """Businesses, notes and papers, as far as the reader may see them."""
    businesses = list(participant.businesses.select_related("sector").prefetch_related("outlets"))
    newest = BusinessFigures.objects.visible_to(user).filter(business__in=businesses)
    papers = Document.objects.visible_to(user).kept().filter(participant=participant)
    notes = dossier.notes_for(participant, user)
    return {
        "businesses": businesses,
        "business_cards": profile.cards_of(businesses, participant.number, newest),
        "notes": notes[:NOTES_SHOWN],
        "more_notes": max(0, len(notes) - NOTES_SHOWN),
        "papers": list(papers.select_related("uploaded_by")),
    }


def _panels(participant: Participant, user: Any, today: date) -> list[dict[str, Any]]:
    shown = []
    for panel in panels():
        if panel.context is not None:
            content = panel.context(participant, user=user, today=today)
            if content is not None:
                shown.append({"template": panel.template, "panel": content})
    return shown


def _data(participant: Participant, today: date) -> dict[str, Any]:
    foster = participant.foster_links.valid_on(today).select_related("organisation")
    given = {}
    for consent in participant.consents.all():
        given.setdefault(consent.purpose, consent)  # the newest row of a purpose counts
    return {
        "nik": participant.masked_nik.replace("*", "•"),
        "phone": participant.masked_phone.replace("*", "•"),
        "age": age_on(participant.birth_date, today),
        "area": ", ".join(
            filter(None, (areas.name_of(participant.kelurahan_id), areas.name_of(participant.kecamatan_id)))
        ),
        "state": history.standing_words(participant.status, participant.is_outside_dki),
        "rt_rw": f"{participant.rt}/{participant.rw}" if participant.rt and participant.rw else "",
        "foster": [link.organisation.short_name for link in foster],
        "consents": [c for c in given.values() if c.is_given],
    }


@requires("participants.unmask")
@require_http_methods(["GET", "POST"])
def unmask(request: HttpRequest, number: str) -> HttpResponse:
    """Asks why, then shows the full numbers on this answer only."""
    participant = _find(request, number)
    form, opened = UnmaskForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            opened = changes.unmask(
                participant=participant, reason=form.cleaned_data["reason"], by=request.user
            )
        except TooManyUnmasked:
            return errors.too_many(request, minutes=60)
    context = {
        "participant": participant,
        "form": form,
        "opened": opened,
        "crumbs": _crumbs(participant, _("Open NIK and phone")),
    }
    return render_page(request, "participants/unmask.html", context)


@requires("participants.change")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: str) -> HttpResponse:
    participant = _find(request, number)
    form = PersonForm(
        request.POST or None, user=request.user, participant=participant, today=timezone.localdate()
    )
    version = request.POST.get("version") or changes.version_of(participant)
    if request.method == "POST" and form.is_valid():
        try:
            _row, changed = changes.change_participant(
                participant_id=participant.pk, version=version, changes=form.changes(), by=request.user
            )
        except ChangedMeanwhile:
            form.add_error(None, _("Somebody changed this participant meanwhile. Compare, then save again."))
            version = changes.version_of(participant)
        else:
            text = (
                _("The changes are saved.")
                if changed
                else _("Nothing was different, so nothing was changed.")
            )
            messages.success(request, text)
            return redirect(participant)
    context = {
        "participant": participant,
        "form": form,
        "version": version,
        "crumbs": _crumbs(participant, _("Change data")),
    }
    return render_page(request, "participants/edit.html", context)
