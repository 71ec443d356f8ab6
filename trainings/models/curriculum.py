"""What is taught: the activities, as data. Which ones are required is a fact of the programme year."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from okoce.db.models import Bilingual
from okoce.regions.models import Region
from trainings.enums import ConditionCode
from trainings.querysets import ActivityQuerySet


class Activity(Bilingual, models.Model):
    """One of the activities (kegiatan). Three required ones completed in one year make "tuntas".

    ``first_year`` to ``last_year``: programme years in which it is taught (empty: open); ``area``: only there
    (empty: all of Jakarta). A required one is taught everywhere, or a kecamatan could never complete.
    ``days`` and ``required_days``: what a class of it usually has.
    """

    code = models.SlugField(primary_key=True, max_length=30)
    position = models.PositiveSmallIntegerField(unique=True)
    name_id = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    is_required = models.BooleanField(default=True)
    closed_to = ArrayField(
        models.CharField(max_length=12),
        default=list,
        blank=True,
        help_text="participants.enums.Category codes that do not take it",
    )
    first_year = models.PositiveSmallIntegerField(null=True, blank=True)
    last_year = models.PositiveSmallIntegerField(null=True, blank=True)
    area = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField(default=1)
    required_days = models.PositiveSmallIntegerField(default=1)

    has_conditions = models.BooleanField(
        default=False, help_text="there are rows of ActivityCondition: asked only then"
    )
    counts_hours = models.BooleanField(
        default=False, help_text="people check in and out; the certificate says the hours between"
    )

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                name="trainings_activity_required_everywhere",
                condition=Q(is_required=False) | Q(area__isnull=True),
            ),
            models.CheckConstraint(
                name="trainings_activity_years_in_order",
                condition=Q(last_year__isnull=True)
                | Q(first_year__isnull=True)
                | Q(last_year__gte=F("first_year")),
            ),
            models.CheckConstraint(
                name="trainings_activity_days_in_order",
                condition=Q(required_days__gte=1, required_days__lte=F("days"), days__lte=10),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def label(self) -> str:
        """Kegiatan 2: as everybody calls it."""
        return _("Activity %(number)s") % {"number": self.position}

    @property
    def title(self) -> str:
        return _("Activity %(number)s: %(name)s") % {"number": self.position, "name": self.name}


class ActivityCondition(models.Model):
    """One condition of the eligibility profile of an activity: which one is data, what it asks is code.

    ``similar``: activities that count as a training of the same kind (trainings.eligibility).
    """

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="conditions")
    code = models.CharField(max_length=12, choices=ConditionCode.choices)
    similar = ArrayField(models.SlugField(max_length=30), default=list, blank=True)

    class Meta:
        ordering = ["activity", "code"]
        constraints = [
            models.UniqueConstraint(name="trainings_activitycondition_once", fields=["activity", "code"])
        ]

    def __str__(self) -> str:
        return f"{self.activity_id}: {self.code}"
