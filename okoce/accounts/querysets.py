from __future__ import annotations

from datetime import date

from django.db import models

from okoce.db.models import valid_on


class MembershipQuerySet(models.QuerySet):
    def valid_on(self, day: date) -> MembershipQuerySet:
        return self.filter(valid_on(day))

    def with_unit(self) -> MembershipQuerySet:
        return self.select_related("organisation", "area")
