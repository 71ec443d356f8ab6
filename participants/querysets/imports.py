"""Imported lists and their rows."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from okoce.accounts.roles import has_permission
from okoce.accounts.scope import scope_of


class ImportBatchQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> ImportBatchQuerySet:
        """Lists of the own city, for those who may import."""
        if not has_permission(user, "participants.import"):
            return self.none()
        return self.filter(scope_of(user).as_q(city="city_id"))


class ImportRowQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> ImportRowQuerySet:
        if not has_permission(user, "participants.import"):
            return self.none()
        return self.filter(scope_of(user).as_q(city="batch__city_id"))

    def fine(self) -> ImportRowQuerySet:
        """Rows that can be saved, or were."""
        return self.filter(status__in=("accepted", "warning"))

    def of_person(self, *, participant_id: int, uid: Any) -> ImportRowQuerySet:
        """The row the person came from (they have its uid), and those that found them registered."""
        return self.filter(Q(participant=participant_id) | Q(uid=uid))
