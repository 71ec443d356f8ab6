"""The open draw of a site: the frozen list, the parts of the seed, the published record (docs/draw.md)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from bazaars.models.bazaar import Site
from bazaars.querysets import DrawQuerySet
from okoce.db.models import AppendOnly
from okoce.organisations.models import Organisation


class Draw(models.Model):
    """One draw a site. ``frozen`` never changes; ``record`` is what is published, and is written once."""

    site = models.OneToOneField(Site, on_delete=models.PROTECT, related_name="draw")
    frozen = models.JSONField()
    frozen_hash = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    record = models.JSONField(null=True, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DrawQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="bazaars_draw_drawn_whole",
                condition=Q(record__isnull=True, drawn_at__isnull=True)
                | Q(record__isnull=False, drawn_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.frozen_hash


class SeedPart(models.Model):
    """A secret that somebody committed to. The secret itself arrives with the reveal, never before."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="seed_parts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    commitment = models.CharField(max_length=64)
    committed_at = models.DateTimeField()
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    secret = models.CharField(max_length=128, blank=True)
    revealed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["site", "position"]
        constraints = [
            models.UniqueConstraint(name="bazaars_seedpart_position_once", fields=["site", "position"]),
            models.UniqueConstraint(name="bazaars_seedpart_one_each", fields=["site", "organisation"]),
            models.CheckConstraint(
                name="bazaars_seedpart_revealed_whole",
                condition=Q(secret="", revealed_at__isnull=True)
                | ~Q(secret="") & Q(revealed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.commitment


class GivenUpSecrets(AppendOnly):
    """Sealed secrets of which one or more never came: published as they were, and followed by new ones."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="given_up_secrets")
    number = models.PositiveSmallIntegerField()
    parts = models.JSONField(help_text="from, commitment, secret (empty where it never came)")
    missing = models.JSONField(help_text="codes of the units whose secret never came")
    reason = models.CharField(max_length=200, help_text="public")
    given_up_at = models.DateTimeField()
    given_up_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["site", "number"]
        constraints = [
            models.UniqueConstraint(name="bazaars_givenupsecrets_number_once", fields=["site", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.site_id}/{self.number}"
