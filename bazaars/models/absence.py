"""Who had a stall and was not there."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from bazaars.enums import Excuse
from bazaars.models.application import Allocation


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Absence(models.Model):
    """One for a stall; an excuse accepted later changes it. Without excuse it costs a turn (docs/draw.md)."""

    allocation = models.OneToOneField(
        Allocation, primary_key=True, on_delete=models.PROTECT, related_name="absence"
    )
    excuse = models.CharField(max_length=10, choices=Excuse.choices)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="bazaars_absence_excuse_known", condition=Q(excuse__in=Excuse.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.allocation_id}: {self.excuse}"
