"""Registrations that are not finished or wait for the office."""

from __future__ import annotations

from typing import Any

from django.db import models

from okoce.accounts.roles import has_permission
from okoce.accounts.scope import scope_of
from okoce.db.encryption import lookup
from participants.querysets.base import people_in


class RegistrationDraftQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> RegistrationDraftQuerySet:
        """An officer's own drafts: nobody goes on with what somebody else has typed."""
        if not has_permission(user, "participants.register"):
            return self.none()
        return self.filter(user=user)

    def unfinished(self) -> RegistrationDraftQuerySet:
        return self.filter(number="")


class SelfRegistrationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> SelfRegistrationQuerySet:
        """What was sent to the office, for those who check it. Drafts are the applicant's alone."""
        if not has_permission(user, "participants.verify"):
            return self.none()
        scope = scope_of(user).as_q(city="city_id", kecamatan="kecamatan_id")
        return self.exclude(state="draft").filter(scope)

    def waiting(self) -> SelfRegistrationQuerySet:
        """The office's turn, oldest first."""
        return self.filter(state="waiting")

    def asked(self) -> SelfRegistrationQuerySet:
        """The applicant's turn."""
        return self.filter(state="asked")

    def open(self) -> SelfRegistrationQuerySet:
        return self.filter(state__in=["waiting", "asked"])

    def decided(self) -> SelfRegistrationQuerySet:
        return self.filter(state__in=["accepted", "rejected", "expired", "cancelled"])

    def with_nik(self, nik: str) -> SelfRegistrationQuerySet:
        return self.filter(nik_lookup=lookup(nik, column="participants.nik"))


class IdentityPhotoQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> IdentityPhotoQuerySet:
        if not has_permission(user, "participants.verify"):
            return self.none()
        scope = scope_of(user)
        return self.filter(people_in(scope, prefix="participant__"), participant__isnull=False)
