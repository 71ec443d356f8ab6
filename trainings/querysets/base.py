"""What the querysets are made of: rows by model name, the year, and whose rows somebody sees."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from okoce.accounts.roles import acts_as_participant, has_permission
from okoce.accounts.scope import scope_of
from trainings.scheduling import at


def rows_of(model: str) -> Any:
    """The queryset of a model of this app: models import this module, so it cannot import them."""
    return apps.get_model("trainings", model)._default_manager.get_queryset()


def year_in_jakarta(year: int, prefix: str = "") -> Q:
    """Condition: a session that starts in that calendar year, Jakarta time."""
    name = f"{prefix}starts_at"
    return Q(
        **{f"{name}__gte": at(date(year, 1, 1), time()), f"{name}__lt": at(date(year + 1, 1, 1), time())}
    )


class OfSessionQuerySet(models.QuerySet):
    """Rows that belong to a session and are seen by whoever works with it."""

    PERMISSION = "trainings.attendance"

    def visible_to(self, user: Any) -> Any:
        if not has_permission(user, self.PERMISSION):
            return self.none()
        return self.filter(
            scope_of(user).as_q(
                city="session__city_id",
                kecamatan="session__kecamatan_id",
                trainer="session__trainer__user_id",
            )
        )


class OfPersonQuerySet(models.QuerySet):
    """Rows that belong to a person: the own ones, and for the offices those of people of the own area."""

    PERMISSION = "trainings.certificates"

    def visible_to(self, user: Any) -> Any:
        if acts_as_participant(user):
            return self.filter(participant__user=user)
        if not has_permission(user, self.PERMISSION):
            return self.none()
        return self.filter(
            scope_of(user).as_q(city="participant__city_id", kecamatan="participant__kecamatan_id")
        )
