from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import models

from okoce.accounts import sessions
from okoce.db.models import valid_on


class MembershipQuerySet(models.QuerySet):
    def valid_on(self, day: date) -> MembershipQuerySet:
        return self.filter(valid_on(day))

    def with_unit(self) -> MembershipQuerySet:
        return self.select_related("organisation", "area")


class SignInQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> SignInQuerySet:
        """Everybody sees the own places, nobody those of others."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def open_at(self, now: datetime) -> SignInQuerySet:
        """Neither ended nor, by the limits of their kind, over."""
        alive = models.Q(pk__in=[])
        for kind in sessions.KINDS:
            idle, total = sessions.limits(kind)
            alive |= models.Q(kind=kind, seen_at__gt=now - idle, started_at__gt=now - total)
        return self.filter(alive, ended_at__isnull=True)
