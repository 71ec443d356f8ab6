"""The activities that are taught."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q


class ActivityQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> ActivityQuerySet:
        """The curriculum holds nobody's data: everybody may read it."""
        return self.all()

    def required(self) -> ActivityQuerySet:
        return self.filter(is_required=True)

    def taught_in(self, year: int, *, area: str = "") -> ActivityQuerySet:
        """Those of the programme year, in the area (a region's code) when one is given."""
        codes = [area[:length] for length in (2, 5, 8) if len(area) >= length]
        here = Q(area__isnull=True) | Q(area__in=codes) if area else Q()
        return self.filter(
            here,
            Q(first_year__isnull=True) | Q(first_year__lte=year),
            Q(last_year__isnull=True) | Q(last_year__gte=year),
        )
