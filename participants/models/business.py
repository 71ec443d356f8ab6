"""What the participant sells."""

from __future__ import annotations

import pghistory
from django.db import models
from django.utils.translation import get_language

from okoce.db.models import Dated
from participants.models.participant import Participant


class Sector(models.Model):
    """Kind of goods or services, as data: the programme's list changes."""

    code = models.SlugField(primary_key=True, max_length=20)
    name_id = models.CharField(max_length=40, unique=True)
    name_en = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" else self.name_id

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(sector.code, sector.name) for sector in cls._default_manager.all()]


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["updated_at"]
)
class Business(Dated):
    """A business, or the one somebody has in mind (``is_running`` false: not begun; empty: not said)."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="businesses")
    name = models.CharField(max_length=100, blank=True)
    sector = models.ForeignKey(Sector, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_running = models.BooleanField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
