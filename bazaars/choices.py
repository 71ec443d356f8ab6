"""Units, places and kinds of goods as choices of the forms, under the names people use."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from bazaars.models import Criterion, PaperKind
from okoce.organisations.models import Organisation
from okoce.regions.models import Region


def unit_name(organisation: Organisation, city: Region) -> str:
    """ "Sudin KPKP Jakarta Barat" is "Sudin KPKP" on a page about Jakarta Barat."""
    return organisation.short_name.removesuffix(f" {city.short_name}")


def paper_kinds(codes: Collection[str] | None = None) -> list[PaperKind]:
    """All of them, or those of ``codes``; no query for none."""
    if codes is None:
        return list(PaperKind.objects.all())
    return list(PaperKind.objects.filter(pk__in=codes)) if codes else []


def criteria() -> list[Criterion]:
    return list(Criterion.objects.all())


def pengampu_choices(city: Region) -> list[tuple[str, str]]:
    """Agencies of the city that foster participants."""
    agencies = Organisation.objects.pengampu().of_city(city.code)
    return [(agency.code, unit_name(agency, city)) for agency in agencies]


def kecamatan_choices(city: str) -> list[tuple[str, str]]:
    return list(Region.objects.kecamatan(city=city).values_list("code", "name"))


def region(code: str) -> Region:
    return Region.objects.get(pk=code)


def organisation(code: str) -> Organisation | None:
    return Organisation.objects.filter(pk=code).first() if code else None


def unit_of(user: Any) -> Organisation:
    """The unit a person acts for; a Sudin officer without one acts for the Sudin PPKUKM of the city."""
    membership = user.active_membership
    if membership.organisation is not None:
        return membership.organisation
    return Organisation.objects.get(pk=f"ppkukm-{membership.area_id.replace('.', '-')}")
