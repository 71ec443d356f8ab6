"""Province › city › kecamatan › kelurahan with Kemendagri codes, as they stand on a KTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models

from okoce.regions.querysets import RegionQuerySet

if TYPE_CHECKING:
    from datetime import date  # noqa: F401


class Level(models.IntegerChoices):
    PROVINCE = 1
    CITY = 2
    KECAMATAN = 3
    KELURAHAN = 4


class Region(models.Model):
    """One area. ``code`` is Kemendagri's (31.73.05.1001).

    ``bps_code`` is another numbering that uses the same four digits for other cities; it is never a key.
    """

    code = models.CharField(primary_key=True, max_length=13)
    level = models.SmallIntegerField(choices=Level.choices)
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    aliases = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    bps_code = models.CharField(max_length=10, blank=True)
    postcode = models.CharField(max_length=5, blank=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="regions_region_code_fits_level", condition=models.Q(level__range=(1, 4))
            ),
            models.CheckConstraint(
                name="regions_region_only_province_has_no_parent",
                condition=models.Q(level=1, parent__isnull=True)
                | models.Q(level__gt=1, parent__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def short_name(self) -> str:
        """The name as people say it: "Jakarta Barat", not "Kota Administrasi Jakarta Barat"."""
        official = (
            "Daerah Khusus Ibukota ",
            "Kota Administrasi ",
            "Kabupaten Administrasi ",
            "Kabupaten ",
            "Kota ",
        )
        for prefix in official:
            if self.name.startswith(prefix):
                return self.name.removeprefix(prefix)
        return self.name
