"""A bazaar twice a month without work done twice: the plan of one place for others, a whole bazaar again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from bazaars import errors
from bazaars.enums import SiteState
from bazaars.models import Bazaar, Demand, Ground, Quota, Site, Stall
from bazaars.services.events import free_slug, locked_site, made_with
from bazaars.services.versions import ground_of, keeping_version
from okoce.accounts.models import User
from okoce.audit.services import record


@transaction.atomic
def give_plan(*, site_id: int, by: User) -> list[Site]:
    """The stalls and quotas of this place for the other places of its bazaar that have no stall yet."""
    site = locked_site(site_id)
    if not site.stalls.exists():
        raise errors.NoStalls
    empty = Site.objects.without_plan(site.bazaar_id).order_by("pk")
    targets = list(empty.select_for_update(of=("self",)))
    for target in targets:
        _copy_plan(site, target, by)
        target.share_limit = site.share_limit
        target.save(update_fields=["share_limit", "updated_at"])
        record(by, "bazaars.plan.copied", target, source=site.pk)
    return targets


def _copy_plan(source: Site, target: Site, by: User) -> None:
    with keeping_version(target, by) as keeping:
        keeping.more = {"copied": source.name}
        Stall.objects.bulk_create(
            Stall(**{**_columns(stall), "site_id": target.pk}) for stall in source.stalls.all()
        )
    if not target.quotas.exists():
        Quota.objects.bulk_create(
            Quota(**{**_columns(quota), "site_id": target.pk}) for quota in source.quotas.all()
        )


def _copy_ground(source: Site, target: Site) -> None:
    """The same place on other days: its picture and its entrance."""
    ground = ground_of(source)
    if not ground._state.adding:
        Ground.objects.create(
            site=target,
            **{name: getattr(ground, name) for name in ("entrance", "photo_id", "rows", "columns")},
        )


def _columns(row: Stall | Quota) -> dict[str, Any]:
    """Every column of the row but its key and what is computed: a new column comes along by itself."""
    fields = [field for field in row._meta.concrete_fields if not (field.primary_key or field.generated)]
    return {field.attname: getattr(row, field.attname) for field in fields}


@transaction.atomic
def copy_bazaar(
    *, bazaar_id: int, name: str, starts_on: date, by: User, today: date, form_key: UUID | None = None
) -> Bazaar:
    """A draft with all places, stalls, quotas, facts and conditions of an earlier bazaar, on other days.

    Cancelled places stay behind. Nothing of the applicants, the draw or the money comes along. The same form
    twice makes one. Raises DaysInThePast.
    """
    if (made := made_with(form_key)) is not None:
        return made
    if starts_on <= today:
        raise errors.DaysInThePast(starts_on)
    source = Bazaar.objects.get(pk=bazaar_id)
    later = starts_on - source.starts_on
    bazaar = Bazaar.objects.create(
        **{field: getattr(source, field) for field in CARRIED},
        name=name,
        slug=free_slug(name, starts_on),
        starts_on=starts_on,
        ends_on=source.ends_on + later,
        setup_at=_shifted(source.setup_at, later),
        copied_from=source,
        form_key=form_key,
        created_by=by,
    )
    record(by, "bazaars.bazaar.copied", bazaar, source=source.pk)
    Demand.objects.bulk_create(
        Demand(bazaar=bazaar, category_id=one.category_id, paper_id=one.paper_id)
        for one in source.demands.all()
    )
    for place in source.sites.exclude(state=SiteState.CANCELLED).order_by("pk"):
        target = Site.objects.create(
            bazaar=bazaar,
            name=place.name,
            kecamatan_id=place.kecamatan_id,
            address=place.address,
            kind=place.kind,
            share_limit=place.share_limit,
        )
        _copy_ground(place, target)
        _copy_plan(place, target, by)
    return bazaar


CARRIED = (
    "city_id",
    "host_id",
    "opens_at",
    "closes_at",
    "cleared_by",
    "funding",
    "rules",
    "contact",
    "needs_business",
    "least_activities",
    "is_curated",
)


def _shifted(moment: datetime | None, later: timedelta) -> datetime | None:
    """Jakarta has no summer time: a day is always 24 hours."""
    return moment + later if moment else None
