"""What an application holds before anybody typed: the profile, and the last application."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bazaars.models import Application
from participants.models import Business, Participant

LONGEST_PRODUCT = 100


def proposal(me: Participant, earlier: Application | None, *, closed: Collection[str]) -> dict[str, Any]:
    """``closed``: kinds of goods that the person cannot apply with; another own business goes first."""
    if earlier is not None:
        return _like(earlier)
    return proposals_for([me], closed={me.pk: closed})[me.pk]


def proposals_for(
    people: Sequence[Participant], *, closed: Mapping[int, Collection[str]]
) -> dict[int, dict[str, Any]]:
    """By person; empty without a business. The same three queries however many they are."""
    ids = [person.pk for person in people]
    newest = Application.objects.filter(participant__in=ids).order_by(
        "participant_id", "-submitted_at", "-pk"
    )
    last = {row.participant_id: row for row in newest.distinct("participant_id")}
    own: dict[int, list[Business]] = {}
    businesses = Business.objects.open().filter(participant__in=ids).order_by("-is_running", "pk")
    for business in businesses.prefetch_related("products"):
        own.setdefault(business.participant_id, []).append(business)
    return {pk: _proposed(last.get(pk), own.get(pk, []), closed.get(pk, ())) for pk in ids}


def _proposed(last: Application | None, own: Sequence[Business], closed: Collection[str]) -> dict[str, Any]:
    if last is not None and last.product and last.category_id not in closed:
        return _like(last)
    own = sorted(own, key=lambda business: business.sector_id in closed)
    return {"product": _products(own[0]), "category": own[0].sector_id or ""} if own else {}


def _like(application: Application) -> dict[str, Any]:
    return {
        "product": application.product,
        "category": application.category_id,
        "pengampu": application.pengampu_id,
        "needs_power": application.needs_power,
    }


def _products(business: Business) -> str:
    """The products as they stand on the shelf, as many as fit; a business without any goes by its name."""
    words = ""
    for product in business.products.all():
        longer = f"{words}, {product.name}" if words else product.name
        if len(longer) > LONGEST_PRODUCT:
            break
        words = longer
    return words or business.name
