from __future__ import annotations

from typing import Any

from django.db import models

from okoce.accounts.roles import has_permission


class AuditEventQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> AuditEventQuerySet:
        """Auditors read the whole trail; nobody else reads any of it."""
        return self if has_permission(user, "audit.view") else self.none()
