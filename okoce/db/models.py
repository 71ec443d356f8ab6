"""Bases of records: the moment a row was made, and rows that are never changed."""

from typing import Any

from django.db import models


class Dated(models.Model):
    created_at = models.DateTimeField(auto_now_add=True, db_index=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class AppendOnly(models.Model):
    """Rows are written once. The application's role may not update or delete them either (grant_app_role)."""

    append_only = True

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} rows are append-only")
        super().save(*args, **kwargs)


class Period(models.Model):
    """Validity in days: from a day on, until a last day or open."""

    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True


def valid_on(day: Any, prefix: str = "") -> models.Q:
    """Condition: the row's period contains ``day``."""
    start, end = f"{prefix}valid_from", f"{prefix}valid_until"
    return (models.Q(**{f"{start}__isnull": True}) | models.Q(**{f"{start}__lte": day})) & (
        models.Q(**{f"{end}__isnull": True}) | models.Q(**{f"{end}__gte": day})
    )
