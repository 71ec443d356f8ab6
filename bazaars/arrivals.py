"""What the pages of a day show: who is at which stall, what stands empty, who of the reserve list waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property

from bazaars.models import Allocation, Application, Arrival, Draw, Site, Stall
from bazaars.sales import days_between, empty_from
from bazaars.services.days import is_day_of, visitors_by_day


@dataclass(frozen=True, slots=True)
class Row:
    """One stall that somebody holds."""

    allocation: Allocation
    arrival: Arrival | None

    @property
    def number(self) -> str:
        return self.allocation.stall.number

    @property
    def share(self) -> int:
        return self.allocation.share


@dataclass(frozen=True, slots=True)
class Reserve:
    """Somebody of the reserve list who is there; ``place`` in it from 1."""

    application: Application
    arrival: Arrival
    place: int


@dataclass
class Day:
    """The present day of a site, or the nearest one. A fixed number of queries."""

    site: Site
    user: Any
    now: datetime

    @property
    def today(self) -> date:
        return timezone.localtime(self.now).date()

    @property
    def day(self) -> date:
        return min(max(self.today, self.site.bazaar.starts_on), self.site.bazaar.ends_on)

    @property
    def is_today(self) -> bool:
        return is_day_of(self.site, self.today)

    @property
    def empty_from(self) -> time:
        return empty_from(self.site.bazaar.opens_at)

    @property
    def shows_empty(self) -> bool:
        """From 09.00 on; on a day that is over too."""
        is_late = timezone.localtime(self.now).time() >= self.empty_from
        return self.day < self.today or (self.is_today and is_late)

    @cached_property
    def arrivals(self) -> dict[int, Arrival]:
        """By application."""
        rows = Arrival.objects.visible_to(self.user).on(self.day).filter(application__site=self.site)
        return {row.application_id: row for row in rows}

    @cached_property
    def rows(self) -> list[Row]:
        visible = Allocation.objects.visible_to(self.user).held().filter(application__site=self.site)
        held = visible.select_related("stall", "participant", "application").order_by(
            "stall__number", "share"
        )
        return [Row(one, self.arrivals.get(one.application_id)) for one in held]

    @property
    def shown(self) -> list[Row]:
        """Who is still waited for stands first."""
        return sorted(self.rows, key=lambda row: row.arrival is not None)

    @property
    def here(self) -> int:
        return sum(row.arrival is not None for row in self.rows)

    @property
    def empty(self) -> list[Row]:
        return [row for row in self.rows if row.arrival is None]

    @cached_property
    def free(self) -> list[tuple[Stall, int]]:
        """(stall, share) that nobody holds: given back, and nobody could be asked."""
        if not self.rows:
            return []
        held = {(row.allocation.stall_id, row.share) for row in self.rows}
        stalls = self.site.stalls.in_draw().order_by("number")
        shares = range(1, self.site.share_limit + 1)
        return [(one, share) for one in stalls for share in shares if (one.pk, share) not in held]

    @property
    def empty_count(self) -> int:
        return len(self.empty) + len(self.free)

    @property
    def may_give(self) -> bool:
        """Somebody of the reserve list is there, and it is late enough."""
        return self.is_today and self.shows_empty and bool(self.reserves)

    @cached_property
    def reserves(self) -> list[Reserve]:
        """Those who are there without a stall, in the order of the draw."""
        held = {row.allocation.application_id for row in self.rows}
        waiting = [pk for pk in self.arrivals if pk not in held]
        if not waiting:
            return []
        place = self.places
        rows = Application.objects.visible_to(self.user).filter(pk__in=waiting).select_related("participant")
        found = [
            Reserve(one, self.arrivals[one.pk], place[one.public_id])
            for one in rows
            if one.public_id in place
        ]
        return sorted(found, key=lambda one: one.place)

    @cached_property
    def places(self) -> dict[str, int]:
        """Public id → place on the reserve list."""
        draw = Draw.objects.visible_to(self.user).filter(site=self.site, record__isnull=False).first()
        return {row["id"]: place for place, row in enumerate(draw.record["reserve"], 1)} if draw else {}

    @cached_property
    def visitors(self) -> list[tuple[date, int]]:
        """Each day of the bazaar that has begun, with the visitors counted."""
        counted = visitors_by_day([self.site.pk])
        last = min(self.site.bazaar.ends_on, self.today)
        return [
            (day, counted.get((self.site.pk, day), 0))
            for day in days_between(self.site.bazaar.starts_on, last)
        ]

    @property
    def visitors_today(self) -> int:
        return dict(self.visitors).get(self.day, 0)
