"""The address with which a vendor reports sales without signing in.

It names one stall given to one vendor and holds nothing of the person. It is worth nothing any more once the
stall was given back, or once somebody made it anew.
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse

from bazaars.models import Allocation, SalesAddress
from trainings.links import is_made_for, number_in, token_of

SALES = "bazaars.sales_link"


def sales_path_of(allocation_id: int, version: int = 0) -> str:
    return reverse("bazaars:sales_link", args=[token_of(allocation_id, version, column=SALES)])


def sales_paths_of(allocation_ids: list[int]) -> dict[int, str]:
    """The addresses as they stand now. One query."""
    rows = SalesAddress.objects.filter(allocation__in=allocation_ids)
    versions = dict(rows.values_list("allocation_id", "version"))
    return {pk: sales_path_of(pk, versions.get(pk, 0)) for pk in allocation_ids}


def allocations_of(token: str) -> QuerySet[Allocation]:
    """The one stall whose address somebody holds: the address is the right to report it. Or none."""
    number = number_in(token)
    held = Allocation.objects.held()
    if number is None:
        return held.none()
    version = SalesAddress.objects.filter(pk=number).values_list("version", flat=True).first() or 0
    return held.filter(pk=number) if is_made_for(token, number, version, column=SALES) else held.none()
