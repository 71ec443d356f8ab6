from __future__ import annotations

from datetime import date

from django.db import models

from okoce.db.models import valid_on


class OrganisationQuerySet(models.QuerySet):
    def pengampu(self) -> OrganisationQuerySet:
        """Agencies that foster participants, each with its own count."""
        return self.filter(is_pengampu=True)

    def valid_on(self, day: date) -> OrganisationQuerySet:
        return self.filter(valid_on(day))

    def of_city(self, city: str) -> OrganisationQuerySet:
        """Units whose area is the city or lies in it."""
        return self.filter(models.Q(area_id=city) | models.Q(area__parent_id=city))
