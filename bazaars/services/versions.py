"""Every change of a plan is kept as a version: who, when, what, and the whole plan to go back to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from bazaars.layout import difference
from bazaars.models import Ground, PlanVersion, Site, Stall
from okoce.accounts.models import User

KEPT = tuple(
    column.attname
    for column in Stall._meta.concrete_fields
    if not (column.primary_key or column.generated or column.name == "site")
)


@dataclass
class Keeping:
    """What a service may add to the version: that it was a restoring, or another picture."""

    more: dict[str, Any] = field(default_factory=dict)
    version: PlanVersion | None = None


def ground_of(site: Site) -> Ground:
    """What lies below the stalls; not saved as long as there is nothing to tell."""
    return Ground.objects.select_related("photo").filter(site=site).first() or Ground(site=site)


def newest_number(site: Site) -> int:
    found = PlanVersion.objects.filter(site=site).aggregate(newest=models.Max("number"))["newest"]
    return found or 0


@contextmanager
def keeping_version(site: Site, by: User) -> Iterator[Keeping]:
    """Around a change of the plan of a locked site. Nothing changed: nothing kept."""
    keeping = Keeping()
    before, ground = kept_stalls(site), kept_ground(site)
    yield keeping
    after = kept_stalls(site)
    what = difference(before, after) | keeping.more
    if not what and kept_ground(site) == ground:
        return
    number = newest_number(site)
    if not number and before:
        number = 1
        PlanVersion.objects.create(site=site, number=1, what={"begun": True}, stalls=before, **ground)
    keeping.version = PlanVersion.objects.create(
        site=site, number=number + 1, saved_by=by, what=what, stalls=after, **kept_ground(site)
    )


def kept_stalls(site: Site) -> list[dict[str, Any]]:
    return list(site.stalls.order_by("row", "column").values(*KEPT))


def kept_ground(site: Site) -> dict[str, Any]:
    ground = ground_of(site)
    return {
        "entrance": ground.entrance,
        "photo_id": ground.photo_id,
        "rows": ground.rows,
        "columns": ground.columns,
    }
