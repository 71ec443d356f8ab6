"""Rooms and trainers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from okoce.accounts.roles import has_permission
from okoce.accounts.scope import scope_of
from trainings.querysets.base import rows_of


def _coming(field: str, now: datetime) -> Coalesce:
    rows = rows_of("TrainingSession").active().filter(**{field: OuterRef("pk")}, ends_at__gt=now)
    return Coalesce(Subquery(rows.order_by().values(field).annotate(n=Count("pk")).values("n")), 0)


def _of_city(user: Any) -> str | None:
    membership = getattr(user, "active_membership", None)
    area = membership.area_id if membership is not None else None
    return area[:5] if area else None


class VenueQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> VenueQuerySet:
        """Rooms of the own city: a kecamatan may use a neighbour's hall."""
        if not has_permission(user, "trainings.view"):
            return self.none()
        city = _of_city(user)
        return self.filter(city_id=city) if city else self.filter(scope_of(user).as_q())

    def in_use(self) -> VenueQuerySet:
        return self.filter(retired_at__isnull=True)

    def for_the_list(self, *, now: datetime) -> VenueQuerySet:
        """With hours and closed days, and ``coming_count``: sessions still to be held there."""
        return (
            self.select_related("kecamatan")
            .prefetch_related("hours", "closures")
            .annotate(coming_count=_coming("venue", now))
        )


class TrainerQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> TrainerQuerySet:
        if not has_permission(user, "trainings.view"):
            return self.none()
        city = _of_city(user)
        return self.filter(city_id=city) if city else self.filter(scope_of(user).as_q(trainer="user_id"))

    def in_use(self) -> TrainerQuerySet:
        return self.filter(retired_at__isnull=True)

    def own_or_all(self, user: Any) -> TrainerQuerySet:
        """Whoever keeps rooms and trainers sees all of them, a trainer only the own page."""
        return self if has_permission(user, "trainings.resources") else self.filter(user=user)

    def for_the_list(self, *, now: datetime) -> TrainerQuerySet:
        """With subjects and absences, and ``coming_count``: sessions still to be held."""
        return (
            self.select_related("home")
            .prefetch_related("subjects", "absences")
            .annotate(coming_count=_coming("trainer", now))
        )
