"""Requests to move a person to another office."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from okoce.accounts.roles import has_permission
from okoce.accounts.scope import NOTHING, Scope, scope_of
from participants.querysets.base import people_in


class TransferRequestQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> TransferRequestQuerySet:
        """What the own office asked for, and what it is asked to hand over."""
        if not has_permission(user, "participants.transfer"):
            return self.none()
        scope = scope_of(user)
        return self.filter(_asked_by(scope) | people_in(scope, prefix="participant__"))

    def asked_by_office_of(self, user: Any) -> TransferRequestQuerySet:
        """Those that the user's own office sent."""
        if not has_permission(user, "participants.transfer"):
            return self.none()
        return self.filter(_asked_by(scope_of(user)))

    def to_be_decided_by(self, user: Any) -> TransferRequestQuerySet:
        """Those about people the user holds; a move to another city is the Sudin's to decide."""
        if not has_permission(user, "participants.transfer"):
            return self.none()
        scope = scope_of(user)
        held = self.filter(people_in(scope, prefix="participant__")).exclude(_asked_by(scope))
        if scope.kecamatan:
            return held.filter(to_city_id=scope.kecamatan[:5])
        return held

    def waiting(self, today: date) -> TransferRequestQuerySet:
        """Neither answered nor lapsed."""
        return self.filter(state="waiting", expires_on__gte=today)


def _asked_by(scope: Scope) -> Q:
    """An office sees its own requests; a Sudin not those of its kecamatan, whose matter they are."""
    area = scope.city or scope.kecamatan
    return Q(asked_area_id=area) if area else NOTHING
