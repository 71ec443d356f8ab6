"""Holidays and Ramadans."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from okoce.accounts.roles import has_permission
from okoce.accounts.scope import scope_of


class HolidayQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> HolidayQuerySet:
        """Holidays are nobody's data: whoever sees sessions sees them."""
        return self.all() if has_permission(user, "trainings.view") else self.none()

    def keepable_by(self, user: Any) -> HolidayQuerySet:
        """The province keeps all of them, a Sudin the regional days of its city."""
        if not has_permission(user, "trainings.calendar"):
            return self.none()
        scope = scope_of(user)
        if scope.everything:
            return self.all()
        return self.filter(area=scope.city) if scope.city else self.none()

    def of_year(self, year: int) -> HolidayQuerySet:
        return self.filter(day__year=year)

    def held(self) -> HolidayQuerySet:
        return self.filter(is_held=True)

    def between(self, first: date, last: date) -> HolidayQuerySet:
        """Days off from ``first`` to ``last``, both included."""
        return self.held().filter(day__range=(first, last))

    def touching(self, area: str) -> HolidayQuerySet:
        """Those of the area ``area`` (a region's code), of what it lies in, and of everywhere."""
        codes = [area[:length] for length in (2, 5, 8, 13) if len(area) >= length]
        return self.filter(Q(area__isnull=True) | Q(area__in=codes))


class RamadanQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> RamadanQuerySet:
        return self.all() if has_permission(user, "trainings.view") else self.none()

    def keepable_by(self, user: Any) -> RamadanQuerySet:
        """One Ramadan for all of Jakarta: the province enters it."""
        may = has_permission(user, "trainings.calendar") and scope_of(user).everything
        return self.all() if may else self.none()

    def between(self, first: date, last: date) -> RamadanQuerySet:
        """Periods that share a day with ``first`` to ``last``."""
        return self.filter(first_day__lte=last, last_day__gte=first)
