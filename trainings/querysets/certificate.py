"""Certificates, and the names on them."""

from __future__ import annotations

from typing import Any

from django.db import models

from okoce.accounts.roles import has_permission
from okoce.accounts.scope import scope_of
from trainings.querysets.base import OfPersonQuerySet


class CertificateQuerySet(OfPersonQuerySet):
    def with_sheet(self) -> CertificateQuerySet:
        """With what is printed, but the edition."""
        return self.select_related("participant", "issuer")


class NameConfirmationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> NameConfirmationQuerySet:
        if not has_permission(user, "trainings.certificates"):
            return self.none()
        return self.filter(
            scope_of(user).as_q(city="participant__city_id", kecamatan="participant__kecamatan_id")
        )
