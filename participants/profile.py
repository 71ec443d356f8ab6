"""A business as the pages show it: plain values, fixed numbers of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.apps import apps
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.values.rupiah import format_rupiah
from participants import history, marketplaces
from participants.models import Business, BusinessFigures, BusinessSize, Packaging, Product

FIELD_NAMES = {
    "name": gettext_lazy("name"),
    "sector_id": gettext_lazy("kind of goods"),
    "is_running": gettext_lazy("running"),
    "started_on": gettext_lazy("running since"),
    "description": gettext_lazy("what is made or sold"),
    "kbli": gettext_lazy("KBLI"),
    "packaging": gettext_lazy("packaging"),
    "closed_on": gettext_lazy("last day"),
}


@dataclass(frozen=True, slots=True)
class ShownProduct:
    name: str
    price: str
    description: str
    photo_url: str
    uid: Any


@dataclass(frozen=True, slots=True)
class ShownOutlet:
    pk: int
    kind: str
    name: str
    address: str
    url: str
    shop: str


def running_state(business: Business) -> dict[str, str]:
    """Label and tone of the state tag."""
    if business.closed_on:
        return {"label": _("Ended"), "tone": "", "icon": "x-circle-fill"}
    if business.is_running:
        return {"label": _("Running"), "tone": "ok", "icon": ""}
    if business.is_running is False:
        return {"label": _("Not begun yet"), "tone": "info", "icon": ""}
    return {"label": _("Not known yet"), "tone": "", "icon": ""}


def facts_of(business: Business) -> list[tuple[str, str]]:
    """Label and value of what is known; what is not known is absent."""
    day = formats.date_format
    facts = [
        (_("Kind of goods or services"), business.sector.name if business.sector else ""),
        (_("What is made or sold"), business.description),
        (_("Running since"), day(business.started_on, "DATE_FORMAT") if business.started_on else ""),
        (_("KBLI"), business.kbli),
        (_("Packaging"), str(Packaging(business.packaging).label) if business.packaging else ""),
        (_("Last day of the business"), day(business.closed_on, "DATE_FORMAT") if business.closed_on else ""),
        (_("Reason"), business.closed_why),
    ]
    return [(label, value) for label, value in facts if value]


def form_values(business: Business) -> dict[str, Any]:
    running = {True: "yes", False: "no", None: ""}[business.is_running]
    names = ("name", "started_on", "description", "kbli", "packaging")
    values = {name: getattr(business, name) for name in names}
    return values | {"sector": business.sector_id or "", "running": running}


def photo_url(product: Product, number: str) -> str:
    if not product.photo:
        return ""
    return reverse("participants:product_photo", args=[number, product.business_id, product.uid])


def products_of(businesses: Sequence[Business], number: str) -> dict[int, list[ShownProduct]]:
    """The products of each business, in one query."""
    found: dict[int, list[ShownProduct]] = {business.pk: [] for business in businesses}
    for product in Product.objects.filter(business__in=list(found)):
        price = format_rupiah(product.price) if product.price is not None else ""
        if price and product.unit:
            price = _("%(price)s for %(unit)s") % {"price": price, "unit": product.unit}
        found[product.business_id].append(
            ShownProduct(product.name, price, product.description, photo_url(product, number), product.uid)
        )
    return found


def outlets_of(business: Business) -> list[ShownOutlet]:
    return [
        ShownOutlet(
            outlet.pk,
            str(outlet.get_kind_display()),
            outlet.name,
            outlet.address,
            outlet.url,
            marketplaces.name_of(outlet.url) if outlet.url else "",
        )
        for outlet in business.outlets.all()
    ]


def figures_of(rows: Iterable[BusinessFigures]) -> list[dict[str, Any]]:
    return [
        {
            "as_of": row.as_of,
            "sales": format_rupiah(row.annual_sales) if row.annual_sales is not None else "-",
            "capital": format_rupiah(row.capital) if row.capital is not None else "-",
            "size": BusinessSize(row.size).label,
            "rules": row.rules.legal_basis,
            "by": row.recorded_by.full_name if row.recorded_by else "",
        }
        for row in rows
    ]


def cards_of(
    businesses: Sequence[Business], number: str, newest: Iterable[BusinessFigures]
) -> list[dict[str, Any]]:
    """The businesses on the person's page. ``newest`` are the figures the reader may see, newest first."""
    products = products_of(businesses, number)
    sizes: dict[int, str] = {}
    for row in newest:
        sizes.setdefault(row.business_id, str(BusinessSize(row.size).label))
    return [
        {
            "url": reverse("participants:business", args=[number, business.pk]),
            "name": business.name or _("Business without a name"),
            "state": running_state(business),
            "sector": business.sector.name if business.sector else "",
            "packaging": str(Packaging(business.packaging).label) if business.packaging else "",
            "size": sizes.get(business.pk, ""),
            "products": products[business.pk][:4],
            "more_products": max(0, len(products[business.pk]) - 4),
            "shops": [
                marketplaces.name_of(outlet.url) if outlet.url else outlet.name or outlet.address
                for outlet in business.outlets.all()
            ],
        }
        for business in businesses
    ]


@dataclass(frozen=True, slots=True)
class ProfileChange:
    at: datetime
    by: str
    fields: list[tuple[str, str, str]]


def changes_of(business: Business, *, limit: int = 20) -> list[ProfileChange]:
    """What was changed in the profile, newest first: (field, before, after)."""
    model = apps.get_model("participants", "BusinessEvent")
    rows = list(model._default_manager.filter(pgh_obj_id=business.pk).order_by("-pgh_id")[:limit])
    actors = history.actors_of([row.pgh_context_id for row in rows])
    found = []
    for newer, older in pairwise(rows):
        fields = [
            (str(label), _said(getattr(older, name)), _said(getattr(newer, name)))
            for name, label in FIELD_NAMES.items()
            if getattr(newer, name) != getattr(older, name)
        ]
        if fields:
            found.append(ProfileChange(newer.pgh_created_at, actors.get(newer.pgh_context_id, ""), fields))
    return found


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return formats.date_format(value, "DATE_FORMAT")
    if value in Packaging.values and value:
        return str(Packaging(value).label)
    return "" if value is None else str(value)
