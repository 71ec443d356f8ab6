"""What the form of an application holds before anybody typed: the profile, and the last application."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from bazaars.models import Application
from participants.models import Business, Participant

LONGEST_PRODUCT = 100


def proposal(me: Participant, earlier: Application | None, *, closed: Collection[str]) -> dict[str, Any]:
    """``closed``: kinds of goods that the person cannot apply with; another own business goes first."""
    last = earlier or me.applications.order_by("-submitted_at", "-pk").first()
    if earlier is not None or (last is not None and last.product and last.category_id not in closed):
        return {
            "product": last.product,
            "category": last.category_id,
            "pengampu": last.pengampu_id,
            "needs_power": last.needs_power,
        }
    businesses = me.businesses.open().order_by("-is_running", "pk").prefetch_related("products")
    own = sorted(businesses, key=lambda business: business.sector_id in closed)
    return {"product": _products(own[0]), "category": own[0].sector_id} if own else {}


def _products(business: Business) -> str:
    """The products as they stand on the shelf, as many as fit; a business without any goes by its name."""
    words = ""
    for product in business.products.all():
        longer = f"{words}, {product.name}" if words else product.name
        if len(longer) > LONGEST_PRODUCT:
            break
        words = longer
    return words or business.name
