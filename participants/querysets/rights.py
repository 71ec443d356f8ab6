"""Requests about own data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from okoce.accounts.roles import acts_as_participant, has_permission
from okoce.accounts.scope import scope_of
from participants.querysets.base import people_in


class DataRequestQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> DataRequestQuerySet:
        """Requests of the own area for those who answer or watch them; the own ones for a participant."""
        if not (acts_as_participant(user) or has_permission(user, "participants.rights_view")):
            return self.none()
        return self.filter(people_in(scope_of(user), prefix="participant__"))

    def waiting(self) -> DataRequestQuerySet:
        return self.filter(state="open")

    def overdue(self, *, now: datetime) -> DataRequestQuerySet:
        """Not answered within 72 hours."""
        return self.waiting().filter(due_at__lt=now)
