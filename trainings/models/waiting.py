"""Who waits for an activity, and when people can come. One waits for what one lacks, not for one session."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import In

from okoce.regions.models import Region
from participants.models import Participant
from trainings.enums import LeftReason
from trainings.models.curriculum import Activity
from trainings.querysets import WaitingQuerySet


class Waiting(models.Model):
    """A place in the line for one activity in one area, a kecamatan or a city.

    ``since`` orders the line among people who are equally near to failing the year. A row that has ended
    stays: it says how long people waited.
    """

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="waits")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    joined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    missed_count = models.PositiveSmallIntegerField(default=0, help_text="offers that were not answered")
    left_at = models.DateTimeField(null=True, blank=True)
    left_reason = models.CharField(max_length=10, choices=LeftReason.choices, blank=True)

    objects = WaitingQuerySet.as_manager()

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="trainings_waiting_once",
                fields=["participant", "activity", "area"],
                condition=Q(left_at__isnull=True),
            ),
            models.CheckConstraint(
                name="trainings_waiting_left_whole",
                condition=Q(left_at__isnull=True, left_reason="")
                | Q(left_at__isnull=False) & ~Q(left_reason=""),
            ),
            models.CheckConstraint(
                name="trainings_waiting_for_a_kecamatan_or_city", condition=In(Length("area_id"), [5, 8])
            ),
        ]
        indexes = [
            models.Index(
                name="trainings_waiting_line",
                fields=["activity", "area", "since"],
                condition=Q(left_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.area_id}: {self.participant_id}"


class Availability(models.Model):
    """When a person can come. Without a row nobody has said anything: any time.

    ``mornings`` and ``afternoons`` are those of weekdays and count only where ``weekdays`` does. From
    ``away_from`` to ``away_until``, both included, the person cannot come at all.
    """

    participant = models.OneToOneField(Participant, on_delete=models.PROTECT, related_name="availability")
    weekdays = models.BooleanField(default=True)
    evenings = models.BooleanField(default=True)
    weekends = models.BooleanField(default=True)
    mornings = models.BooleanField(default=True)
    afternoons = models.BooleanField(default=True)
    away_from = models.DateField(null=True, blank=True)
    away_until = models.DateField(null=True, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="trainings_availability_some_time",
                condition=Q(weekdays=True) | Q(evenings=True) | Q(weekends=True),
            ),
            models.CheckConstraint(
                name="trainings_availability_part_of_the_day",
                condition=Q(weekdays=False) | Q(mornings=True) | Q(afternoons=True),
            ),
            models.CheckConstraint(
                name="trainings_availability_away_whole",
                condition=Q(away_from__isnull=True, away_until__isnull=True)
                | Q(away_from__isnull=False, away_until__isnull=False, away_until__gte=F("away_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id}"
