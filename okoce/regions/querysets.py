from __future__ import annotations

from django.db import models

JAKARTA = "31"


class RegionQuerySet(models.QuerySet):
    def cities(self) -> RegionQuerySet:
        """The six cities of Jakarta (five cities and Kepulauan Seribu)."""
        return self.filter(level=2, parent_id=JAKARTA)

    def kecamatan(self, *, city: str | None = None) -> RegionQuerySet:
        """Kecamatan of Jakarta, or of one city's code."""
        kecamatan = self.filter(level=3)
        return kecamatan.filter(parent_id=city) if city else kecamatan.filter(parent__parent_id=JAKARTA)

    def kelurahan(self, *, kecamatan: str | None = None) -> RegionQuerySet:
        kelurahan = self.filter(level=4)
        return kelurahan.filter(parent_id=kecamatan) if kecamatan else kelurahan

    def within(self, code: str) -> RegionQuerySet:
        """The area itself and all below it."""
        return self.filter(models.Q(code=code) | models.Q(code__startswith=f"{code}."))
