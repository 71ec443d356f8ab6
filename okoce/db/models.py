"""Bases of records: the moment a row was made, and rows that are never changed."""

from typing import Any

from django.db import models
from django.utils.translation import get_language


class Dated(models.Model):
    created_at = models.DateTimeField(auto_now_add=True, db_index=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Bilingual:
    """Words kept in both languages, in the fields ``<word>_id`` and ``<word>_en``."""

    def in_language(self, word: str) -> str:
        language = "en" if get_language() == "en" else "id"
        text: str = getattr(self, f"{word}_{language}")
        return text

    @property
    def name(self) -> str:
        return self.in_language("name")


class Catalogue(Bilingual, models.Model):
    """A list that is data because the programme changes it. Each adds its ``name_id`` and ``name_en``."""

    code = models.SlugField(primary_key=True, max_length=20)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(entry.code, entry.name) for entry in cls._default_manager.all()]


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
