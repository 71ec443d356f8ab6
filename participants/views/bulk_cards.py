"""Cards of many people: how many would be made, then all of them on sheets."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from okoce.accounts.access import requires
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import number
from participants import deed_words, qr, selections
from participants.models import Participant
from participants.selections import Selection
from participants.services import cards
from participants.views.bulk import back_to, crumbs

MOST_CARDS = 60


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
            cards.issue(participant_id=pk, by=request.user, tells=True)
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
