"""Printing and withdrawing the card of a participant."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from okoce.accounts.access import requires
from okoce.ui.responses import render_page
from participants import qr
from participants.models import Participant
from participants.services import cards


def _find(request: HttpRequest, number: str) -> Participant:
    people = Participant.objects.visible_to(request.user).named().select_related("kecamatan")
    return get_object_or_404(people, number=number)


def _crumbs(participant: Participant, here: str) -> list[dict[str, str]]:
    return [
        {"label": _("Participants"), "url": reverse("participants:list")},
        {"label": participant.full_name, "url": participant.get_absolute_url()},
        {"label": here, "url": ""},
    ]


@requires("participants.card")
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest, number: str) -> HttpResponse:
    """The card, ready to be printed. A POST makes one; the card before it opens nothing from then on."""
    participant = _find(request, number)
    if request.method == "POST":
        cards.issue(participant_id=participant.pk, by=request.user)
        messages.success(request, _("The card is ready. Print it and hand it over."))
        return redirect("participants:card", number)
    valid = participant.card_tokens.filter(revoked_at=None).select_related("participant").first()
    address = cards.address_of(valid) if valid else ""
    context = {
        "participant": participant,
        "card": valid,
        "code": qr.draw(address, border=1) if address else None,
        "site": address.split("/k/")[0].split("//")[-1] if address else "",
        "crumbs": _crumbs(participant, _("Card")),
    }
    return render_page(request, "participants/card.html", context)


@requires("participants.card")
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """The card is lost."""
    participant = _find(request, number)
    if request.method == "POST":
        if cards.withdraw(participant_id=participant.pk, by=request.user):
            messages.success(request, _("The card is withdrawn. Its code shows nothing any more."))
        else:
            messages.info(request, _("There was no card to withdraw."))
        return redirect("participants:card", number)
    context = {"participant": participant, "crumbs": _crumbs(participant, _("Withdraw the card"))}
    return render_page(request, "participants/card_withdraw.html", context)
