"""Businesses, their products and their figures."""

from __future__ import annotations

from typing import Any

from django.db import models

from okoce.accounts.roles import acts_as_participant, has_permission
from okoce.accounts.scope import scope_of
from participants.querysets.base import people_in


class BusinessQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> BusinessQuerySet:
        if not (acts_as_participant(user) or has_permission(user, "participants.view")):
            return self.none()
        return self.filter(people_in(scope_of(user), prefix="participant__"))

    def open(self) -> BusinessQuerySet:
        """Not closed down."""
        return self.filter(closed_on__isnull=True)


class ProductQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> ProductQuerySet:
        if not (acts_as_participant(user) or has_permission(user, "participants.view")):
            return self.none()
        return self.filter(people_in(scope_of(user), prefix="business__participant__"))


class FiguresQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> FiguresQuerySet:
        """Capital and sales of the own area, for those who may see money."""
        if not has_permission(user, "participants.money"):
            return self.none()
        return self.filter(people_in(scope_of(user), prefix="business__participant__"))
