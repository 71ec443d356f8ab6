from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from okoce.accounts.roles import Role, has_permission
from okoce.accounts.scope import NOTHING, Scope, scope_of


def _sites_in(scope: Scope, prefix: str = "") -> Q:
    """Sites of the area; an agency sees those where it has a quota."""
    if scope.everything:
        return Q()
    if scope.city:
        return Q(**{f"{prefix}bazaar__city_id": scope.city})
    if scope.kecamatan:
        return Q(**{f"{prefix}kecamatan_id": scope.kecamatan})
    if scope.organisation:
        return Q(**{f"{prefix}quotas__pengampu_id": scope.organisation})
    return NOTHING


class BazaarQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> BazaarQuerySet:
        if not has_permission(user, "bazaars.view"):
            return self.none()
        scope = scope_of(user)
        if scope.city:
            return self.filter(city_id=scope.city)
        return self.filter(_sites_in(scope, "sites__")).distinct()

    def public(self) -> BazaarQuerySet:
        """Events with at least one site that left the draft."""
        return self.filter(sites__state__in=["open", "frozen", "drawn", "cancelled"]).distinct()


class SiteQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> SiteQuerySet:
        if not has_permission(user, "bazaars.view"):
            return self.none()
        return self.filter(_sites_in(scope_of(user))).distinct()

    def public(self) -> SiteQuerySet:
        return self.exclude(state="draft")

    def open_at(self, now: datetime) -> SiteQuerySet:
        """Taking applications at ``now``."""
        return self.filter(state="open", applications_open_at__lte=now, applications_close_at__gt=now)


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> ApplicationQuerySet:
        """Applications to sites of the area; an agency sees its own binaan's; a participant the own."""
        membership = getattr(user, "active_membership", None)
        if membership is not None and membership.role == Role.PARTICIPANT:
            return self.filter(participant__user=user)
        if not has_permission(user, "bazaars.view"):
            return self.none()
        scope = scope_of(user)
        if scope.organisation:
            return self.filter(pengampu_id=scope.organisation)
        return self.filter(_sites_in(scope, "site__"))

    def submitted(self) -> ApplicationQuerySet:
        return self.filter(state="submitted")


class AllocationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> AllocationQuerySet:
        membership = getattr(user, "active_membership", None)
        if membership is not None and membership.role == Role.PARTICIPANT:
            return self.filter(participant__user=user)
        if not has_permission(user, "bazaars.view"):
            return self.none()
        scope = scope_of(user)
        if scope.organisation:
            return self.filter(application__pengampu_id=scope.organisation)
        return self.filter(_sites_in(scope, "application__site__"))


class TurnLedgerQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> TurnLedgerQuerySet:
        membership = getattr(user, "active_membership", None)
        if membership is not None and membership.role == Role.PARTICIPANT:
            return self.filter(participant__user=user)
        if not has_permission(user, "bazaars.view"):
            return self.none()
        return self.filter(_sites_in(scope_of(user), "site__"))


class DrawQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> DrawQuerySet:
        if not has_permission(user, "bazaars.view"):
            return self.none()
        return self.filter(_sites_in(scope_of(user), "site__")).distinct()

    def published(self) -> DrawQuerySet:
        """Frozen lists are public from the moment of freezing: the hash comes out before the seed."""
        return self.all()
