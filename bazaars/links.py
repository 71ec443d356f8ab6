"""The addresses with which a vendor answers for a stall, or reports its sales, without signing in.

Each names one stall given to one vendor and holds nothing of the person. The one for sales is worth nothing
any more once the stall was given back, or once somebody made it anew.
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse

from bazaars.models import Allocation, SalesAddress
from trainings.links import is_made_for, number_in, token_of

ANSWER = "bazaars.answer_link"
SALES = "bazaars.sales_link"


def path_of(allocation: Allocation) -> str:
    """Where the vendor confirms the stall or gives it back."""
    token = token_of(allocation.pk, allocation.application_id, column=ANSWER)
    return reverse("bazaars:answer_link", args=[token])


def stalls_to_answer(token: str) -> QuerySet[Allocation]:
    """The one stall whose address somebody holds: the address is the right to answer for it. Or none."""
    number = number_in(token)
    if number is None:
        return Allocation.objects.none()
    found = Allocation.objects.filter(pk=number)
    version = found.values_list("application_id", flat=True).first()
    if version is None or not is_made_for(token, number, version, column=ANSWER):
        return found.none()
    return found


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
    held = Allocation.objects.taken()
    if number is None:
        return held.none()
    version = SalesAddress.objects.filter(pk=number).values_list("version", flat=True).first() or 0
    return held.filter(pk=number) if is_made_for(token, number, version, column=SALES) else held.none()
