from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from okoce.accounts.roles import has_permission
from okoce.accounts.scope import scope_of


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> MessageQuerySet:
        if not has_permission(user, "notifications.view"):
            return self.none()
        return self.filter(scope_of(user).as_q(city="city", kecamatan="kecamatan"))

    def due(self, *, now: datetime) -> MessageQuerySet:
        """Waiting, not before their time, and not held by a living worker."""
        free = models.Q(lease_until__isnull=True) | models.Q(lease_until__lt=now)
        return self.filter(free, state="pending", due_at__lte=now)
