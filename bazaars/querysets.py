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
        sites = self.model._meta.get_field("sites").related_model._default_manager
        return self.filter(pk__in=sites.exclude(state="draft").values("bazaar_id"))

    def with_sites(self) -> BazaarQuerySet:
        """With city, and the sites with their kecamatan and number of stalls (two queries more)."""
        sites = self.model._meta.get_field("sites").related_model._default_manager
        counted = sites.select_related("kecamatan").annotate(stall_count=models.Count("stalls"))
        return self.select_related("city").prefetch_related(models.Prefetch("sites", queryset=counted))


class SiteQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> SiteQuerySet:
        if not has_permission(user, "bazaars.view"):
            return self.none()
        return self.filter(_sites_in(scope_of(user))).distinct()

    def public(self) -> SiteQuerySet:
        return self.exclude(state="draft")

    def with_event(self) -> SiteQuerySet:
        """With everything a page about one site names."""
        return self.select_related("bazaar__city", "kecamatan").prefetch_related("quotas")

    def not_cancelled(self) -> SiteQuerySet:
        return self.exclude(state="cancelled")

    def with_plan_size(self) -> SiteQuerySet:
        """With how many stalls and quotas each has."""
        return self.annotate(
            stall_count=models.Count("stalls", distinct=True),
            quota_count=models.Count("quotas", distinct=True),
        ).order_by("pk")

    def without_plan(self, bazaar_id: int) -> SiteQuerySet:
        """Drafts of the bazaar that have no stall yet: another place's plan can be given to them."""
        return self.filter(bazaar=bazaar_id, state="draft", stalls__isnull=True)

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
