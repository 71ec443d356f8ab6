"""An address that a calendar program reads: sessions only, nobody's data, and it can be withdrawn."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from okoce.regions.models import Region
from participants.models import Participant
from trainings.models.session import Trainer, Venue
from trainings.querysets import FeedQuerySet


class FeedKind(models.TextChoices):
    OFFICE = "office", _("Sessions of an area")
    VENUE = "venue", _("Sessions in a venue")
    TRAINER = "trainer", _("Sessions of a trainer")
    PARTICIPANT = "participant", _("Own sessions")


class CalendarFeed(models.Model):
    """Whoever knows the random address reads the sessions of one area, venue, trainer or participant."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=FeedKind.choices)
    area = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    venue = models.ForeignKey(Venue, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    trainer = models.ForeignKey(Trainer, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    participant = models.ForeignKey(
        Participant, null=True, blank=True, on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    token_lookup = models.BinaryField(max_length=32, unique=True)
    token_ciphertext = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="trainings_calendarfeed_of_one_thing",
                condition=Q(kind="office", area__isnull=False, venue=None, trainer=None, participant=None)
                | Q(kind="venue", area=None, venue__isnull=False, trainer=None, participant=None)
                | Q(kind="trainer", area=None, venue=None, trainer__isnull=False, participant=None)
                | Q(kind="participant", area=None, venue=None, trainer=None, participant__isnull=False),
            ),
            models.UniqueConstraint(
                name="trainings_calendarfeed_one_valid",
                fields=["created_by", "kind", "area", "venue", "trainer", "participant"],
                condition=Q(revoked_at__isnull=True),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def subject(self) -> str:
        """The area, room or person that teaches; empty for a participant's own."""
        return str(self.area or self.venue or self.trainer or "")
