"""Days that are not like others: holidays, and Ramadan with its office hours. Facts that staff keep."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from okoce.db.models import Dated
from okoce.regions.models import Region
from trainings.enums import HolidayKind, HolidayOrigin
from trainings.querysets import HolidayQuerySet, RamadanQuerySet


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["updated_at"]
)
class Holiday(Dated):
    """A day off. What staff wrote is never overwritten by the list it was seeded from.

    ``is_held`` False: staff say that this day is no holiday after all. The row stays, or the next seeding
    would bring it back. ``area`` empty: everywhere.
    """

    day = models.DateField()
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=HolidayKind.choices)
    area = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=200, help_text="the decree, or the list it was taken from")
    origin = models.CharField(max_length=6, choices=HolidayOrigin.choices)
    is_held = models.BooleanField(default=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = HolidayQuerySet.as_manager()

    class Meta:
        ordering = ["day", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="trainings_holiday_once", fields=["day", "area"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="trainings_holiday_staff_named",
                condition=Q(origin="seeded", changed_by__isnull=True)
                | Q(origin="staff", changed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class _Days(Func):
    function = "DATERANGE"
    template = "%(function)s(%(expressions)s, '[]')"
    output_field = DateRangeField()


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["updated_at"]
)
class RamadanPeriod(Dated):
    """Ramadan as the government fixed it, and the office hours in it. No calendar computes it reliably."""

    first_day = models.DateField()
    last_day = models.DateField()
    opens = models.TimeField()
    closes = models.TimeField()
    friday_closes = models.TimeField()
    source = models.CharField(max_length=200)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = RamadanQuerySet.as_manager()

    class Meta:
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                name="trainings_ramadan_in_order", condition=Q(last_day__gte=F("first_day"))
            ),
            models.CheckConstraint(
                name="trainings_ramadan_hours_in_order",
                condition=Q(closes__gt=F("opens"), friday_closes__gt=F("opens")),
            ),
            ExclusionConstraint(
                name="trainings_ramadan_once",
                expressions=[(_Days("first_day", "last_day"), RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day}"
