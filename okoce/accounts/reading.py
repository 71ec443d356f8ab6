"""What every request reads of a signed-in person, asked in the cheapest way: never kept between requests."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from okoce.accounts.models import Membership
from okoce.db import prepared
from okoce.organisations.models import Organisation
from okoce.regions.models import Region

# Values that no real question has; the compiled question is asked with others in their places.
ANYBODY, ANY_DAY = -1, date(1, 1, 1)
OWN = ("id", "valid_from", "valid_until", "user_id", "role", "organisation_id", "area_id")


def memberships_of(user_id: int, day: date) -> list[Membership]:
    """The memberships valid on ``day`` with their units, oldest first."""
    sql, values = _question()
    rows = prepared.ask(sql, prepared.filled(values, {ANYBODY: user_id, ANY_DAY: day}))
    return [_membership(row) for row in rows]


@lru_cache(maxsize=1)
def _names() -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(tuple(f.attname for f in model._meta.concrete_fields) for model in (Organisation, Region))  # type: ignore[return-value]


@lru_cache(maxsize=1)
def _question() -> prepared.Compiled:
    organisation, area = _names()
    rows = Membership.objects.filter(user=ANYBODY).valid_on(ANY_DAY).order_by("pk")
    columns = [*OWN, *(f"organisation__{n}" for n in organisation), *(f"area__{n}" for n in area)]
    return prepared.compiled(rows.values_list(*columns))


def _membership(row: tuple[Any, ...]) -> Membership:
    organisation, area = _names()
    middle = len(OWN) + len(organisation)
    found = Membership.from_db("default", OWN, row[: len(OWN)])
    found.organisation = _unit(Organisation, organisation, row[len(OWN) : middle])
    found.area = _unit(Region, area, row[middle:])
    return found


def _unit(model: Any, names: tuple[str, ...], values: tuple[Any, ...]) -> Any:
    key = values[names.index(model._meta.pk.attname)]
    return None if key is None else model.from_db("default", names, values)
