"""Releases of changes."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from okoce.accounts.roles import has_permission


class ReleaseQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> ReleaseQuerySet:
        """Releases of which the person sees a session."""
        mine = apps.get_model("trainings", "TrainingSession").objects.visible_to(user)
        entries = apps.get_model("trainings", "ReleaseEntry").objects.filter(
            release=OuterRef("pk"), session__in=mine.order_by().values("pk")
        )
        return self.filter(Exists(entries)) if has_permission(user, "trainings.view") else self.none()

    def with_counts(self) -> ReleaseQuerySet:
        """Adds ``entry_count``: sessions in the release."""
        entries = apps.get_model("trainings", "ReleaseEntry").objects.filter(release=OuterRef("pk"))
        counted = entries.order_by().values("release").annotate(n=Count("pk")).values("n")
        return self.annotate(entry_count=Coalesce(Subquery(counted), 0))
