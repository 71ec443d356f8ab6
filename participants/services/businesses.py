"""The business profile: what it is, what it sells, where, and how large it is by law."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from okoce.audit import services as audit
from okoce.db import sealed_files
from participants.models import (
    Business,
    BusinessFigures,
    Outlet,
    PackagingSeen,
    Participant,
    Product,
    SizeRules,
)
from participants.sizes import Bound, size_of

PHOTO = "participants.product_photo"
MOST_PRODUCTS = 50


class ChangedMeanwhile(Exception):
    """Somebody else saved the same business after the form was opened."""


class NoRules(Exception):
    """No size classes are law on that day."""


class TooManyProducts(Exception):
    """A profile shows what a business sells; it is no warehouse."""


def rules_on(day: date) -> SizeRules | None:
    """The bounds that are law on a day."""
    return SizeRules.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=day), valid_from__lte=day
    ).last()


@transaction.atomic
def save_business(
    *,
    participant: Participant,
    business_id: int | None,
    version: str,
    fields: dict[str, Any],
    by: Any,
    today: date,
) -> tuple[Business, bool]:
    """Add a business or write what was changed; (business, whether anything differs).

    Raises ChangedMeanwhile when it is not at ``version`` any more.
    """
    Participant.objects.select_for_update().get(pk=participant.pk)
    if business_id is None:
        business = _the_same_just_added(participant, fields) or Business(participant=participant)
    else:
        business = Business.objects.get(pk=business_id, participant=participant)
        if version_of(business) != version:
            raise ChangedMeanwhile
    is_new = business.pk is None
    changed = [name for name, value in fields.items() if getattr(business, name) != value]
    if not is_new and not changed:
        return business, False
    for name in changed:
        setattr(business, name, fields[name])
    business.save()
    if "packaging" in changed and business.packaging:
        PackagingSeen.objects.create(
            business=business, state=business.packaging, seen_on=today, recorded_by=by
        )
    action = "participants.business.created" if is_new else "participants.business.changed"
    audit.record(by, action, participant, fields=sorted(changed))
    return business, True


def _the_same_just_added(participant: Participant, fields: dict[str, Any]) -> Business | None:
    """A form that arrived twice: an open business of the same name and sector is that one."""
    if not fields.get("name"):
        return None
    same = participant.businesses.filter(name=fields["name"], sector_id=fields.get("sector_id"))
    return same.filter(closed_on__isnull=True).first()


@transaction.atomic
def record_figures(
    *,
    business: Business,
    as_of: date,
    capital: int | None,
    annual_sales: int | None,
    by: Any,
) -> BusinessFigures | None:
    """Capital and yearly sales as told on a day, classed by the law of that day. None for the same again."""
    Business.objects.select_for_update().get(pk=business.pk)
    newest = business.figures.first()
    if newest is not None and (newest.as_of, newest.capital, newest.annual_sales) == (
        as_of,
        capital,
        annual_sales,
    ):
        return None
    rules = rules_on(as_of)
    if rules is None:
        raise NoRules(as_of)
    bounds = [Bound(b.size, b.capital_max, b.sales_max) for b in rules.bounds.all()]
    measured = size_of(bounds, capital=capital, annual_sales=annual_sales)
    if measured is None:
        return None
    row = BusinessFigures.objects.create(
        business=business,
        as_of=as_of,
        capital=capital,
        annual_sales=annual_sales,
        size=measured.size,
        measured_by=measured.by,
        rules=rules,
        recorded_by=by,
    )
    audit.record(by, "participants.business.measured", business.participant)
    return row


@transaction.atomic
def add_outlet(*, business: Business, fields: dict[str, Any], by: Any) -> Outlet:
    """Add a place where the goods are sold; the same again is the one that is there."""
    Business.objects.select_for_update().get(pk=business.pk)
    outlet, is_new = business.outlets.get_or_create(**fields)
    if is_new:
        audit.record(by, "participants.business.changed", business.participant, fields=["outlets"])
    return outlet


@transaction.atomic
def remove_outlet(*, business: Business, outlet_id: int, by: Any) -> None:
    deleted, _rows = business.outlets.filter(pk=outlet_id).delete()
    if deleted:
        audit.record(by, "participants.business.changed", business.participant, fields=["outlets"])


def version_of(business: Business) -> str:
    return business.updated_at.isoformat()


@transaction.atomic
def close_business(*, business_id: int, closed_on: date, reason: str, by: Any) -> Business:
    """Record that a business has ended. Its history stays; closing it again changes nothing."""
    business = (
        Business.objects.select_for_update(of=("self",)).select_related("participant").get(pk=business_id)
    )
    if business.closed_on is None:
        business.closed_on, business.closed_why, business.is_running = closed_on, reason, False
        business.save()
        audit.record(by, "participants.business.closed", business.participant)
    return business


# ---------------------------------------------------------------- products


@transaction.atomic
def save_product(
    *,
    business_id: int,
    product: Product | None,
    fields: dict[str, Any],
    photo: bytes | None,
    drops_photo: bool,
    by: Any,
) -> Product:
    """Add or change a product. ``photo`` is a clean JPEG, None keeps what is there."""
    business = (
        Business.objects.select_for_update(of=("self",)).select_related("participant").get(pk=business_id)
    )
    is_new = product is None
    if product is None:
        product = business.products.filter(**fields).first()  # a form that arrived twice
        if product is not None:
            return product
        if business.products.count() >= MOST_PRODUCTS:
            raise TooManyProducts
        last = business.products.aggregate(last=Max("position"))["last"]
        product = Product(business=business, position=0 if last is None else last + 1)
    for name, value in fields.items():
        setattr(product, name, value)
    if photo is not None or drops_photo:
        sealed_files.delete(product.photo)
        product.photo = sealed_files.store(photo, column=PHOTO, row=product.uid) if photo else ""
    product.save()
    action = "participants.product.created" if is_new else "participants.product.changed"
    audit.record(by, action, business.participant)
    return product


@transaction.atomic
def remove_product(*, product: Product, by: Any) -> None:
    """Take a product out of the profile, with its photo."""
    business = Business.objects.select_related("participant").get(pk=product.business_id)
    deleted, _rows = Product.objects.filter(pk=product.pk).delete()
    if deleted:
        sealed_files.delete(product.photo)
        audit.record(by, "participants.product.removed", business.participant)


@transaction.atomic
def move_product(*, product: Product, step: int) -> None:
    """One place up (-1) or down (1); at the border nothing happens."""
    Business.objects.select_for_update().get(pk=product.business_id)
    rows = list(Product.objects.filter(business_id=product.business_id))
    at = next((i for i, row in enumerate(rows) if row.pk == product.pk), None)
    if at is None or not 0 <= at + step < len(rows):
        return
    rows[at], rows[at + step] = rows[at + step], rows[at]
    for position, row in enumerate(rows):
        if row.position != position:
            Product.objects.filter(pk=row.pk).update(position=position)


def photo_of(product: Product) -> bytes:
    """FileNotFoundError when there is none."""
    return sealed_files.load(product.photo, column=PHOTO, row=product.uid)
