"""What a plan has beside its stalls: the picture below them, and every version that was saved."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from bazaars.models.bazaar import Site
from bazaars.plan import MOST_COLUMNS, MOST_ROWS
from bazaars.querysets import PlanVersionQuerySet
from okoce.db.models import AppendOnly, Dated
from okoce.db.sealed_files import SealedFileField


class PlanPhoto(AppendOnly):
    """A photo or map of the place. Older ones stay: a version that is restored brings its picture back."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="plan_photos")
    file = SealedFileField(blank=False)
    width = models.PositiveSmallIntegerField(help_text="pixels")
    height = models.PositiveSmallIntegerField(help_text="pixels")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="bazaars_planphoto_has_a_picture",
                condition=Q(width__gte=1, height__gte=1) & ~Q(file=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.uid)


class Ground(Dated):
    """What lies below the stalls of a site: a picture with its grid, and where the entrance is."""

    site = models.OneToOneField(Site, on_delete=models.CASCADE, primary_key=True, related_name="ground")
    entrance = models.CharField(max_length=80, blank=True, default="", help_text="public")
    photo = models.ForeignKey(
        PlanPhoto, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    rows = models.PositiveSmallIntegerField(default=MOST_ROWS)
    columns = models.PositiveSmallIntegerField(default=MOST_COLUMNS)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="bazaars_ground_has_a_size",
                condition=Q(rows__gte=1, rows__lte=MOST_ROWS, columns__gte=1, columns__lte=MOST_COLUMNS),
            ),
        ]

    def __str__(self) -> str:
        return self.entrance or str(self.pk)


class PlanVersion(AppendOnly):
    """The whole plan as it was saved. ``what`` tells the change, ``stalls`` every stall with its facts."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="plan_versions", db_index=False)
    number = models.PositiveIntegerField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField(auto_now_add=True)
    what = models.JSONField()
    stalls = models.JSONField()
    entrance = models.CharField(max_length=80, blank=True)
    photo = models.ForeignKey(
        PlanPhoto, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    rows = models.PositiveSmallIntegerField()
    columns = models.PositiveSmallIntegerField()

    objects = PlanVersionQuerySet.as_manager()

    class Meta:
        ordering = ["site", "-number"]
        constraints = [
            models.UniqueConstraint(name="bazaars_planversion_number_once", fields=["site", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} v{self.number}"
