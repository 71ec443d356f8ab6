"""Addresses of calendars."""

from __future__ import annotations

from typing import Any

from django.db import models


class FeedQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> FeedQuerySet:
        """The own ones that are valid: an address is known to who made it."""
        return self.filter(created_by=user, revoked_at=None)
