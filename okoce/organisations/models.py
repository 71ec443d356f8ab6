"""Dinas, Sudin, kecamatan offices, pengampu agencies, PKK and BUMD partners, as data with validity dates."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from okoce.db.models import Period
from okoce.organisations.querysets import OrganisationQuerySet
from okoce.regions.models import Region


class Kind(models.TextChoices):
    DINAS = "dinas", _("Dinas")
    SUDIN = "sudin", _("Sudin")
    KECAMATAN_OFFICE = "kecamatan", _("Kecamatan office")
    PKK = "pkk", "PKK"
    BUMD = "bumd", "BUMD"
    PARTNER = "partner", _("Partner")


class Organisation(Period):
    """One unit. Its name changes over the years (OrganisationName); ``name`` is today's."""

    code = models.SlugField(primary_key=True, max_length=60)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=160)
    short_name = models.CharField(max_length=60)
    area = models.ForeignKey(
        Region, null=True, blank=True, on_delete=models.PROTECT, related_name="organisations"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    is_pengampu = models.BooleanField(default=False, help_text="fosters participants and counts its own")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="organisations_organisation_period_in_order",
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_from__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OrganisationName(Period):
    """What an organisation was called, from when until when, by which regulation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=160)
    short_name = models.CharField(max_length=60)
    legal_basis = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["organisation", "valid_from"]

    def __str__(self) -> str:
        return self.name
