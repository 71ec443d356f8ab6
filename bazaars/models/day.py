"""A day of a bazaar: who is there, what happened, whether food is safe, and how many visitors came."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bazaars.enums import ArrivedBy, IncidentKind, ScanResult
from bazaars.models.application import Allocation, Application
from bazaars.models.bazaar import Site, Stall
from bazaars.querysets import ArrivalQuerySet, OnTheDaysQuerySet
from okoce.db.models import AppendOnly
from okoce.db.sealed_files import SealedFileField


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class Arrival(models.Model):
    """An applicant is there on this day: a vendor at the stall, or a reserve who waits for an empty one.

    Taken back, the row goes and its history stays.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="arrivals")
    day = models.DateField()
    at = models.DateTimeField()
    how = models.CharField(max_length=6, choices=ArrivedBy.choices)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        ordering = ["day", "at"]
        constraints = [
            models.UniqueConstraint(name="bazaars_arrival_once_a_day", fields=["application", "day"]),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.day}"


class ArrivalScan(AppendOnly):
    """What a phone at the entrance sent, each once, with what became of it. Nothing here is ever changed."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="arrival_scans")
    nonce = models.UUIDField(unique=True)
    application = models.ForeignKey(
        Application, null=True, on_delete=models.PROTECT, related_name="arrival_scans"
    )
    how = models.CharField(max_length=6, choices=ArrivedBy.choices)
    result = models.CharField(max_length=8, choices=ScanResult.choices)
    happened_at = models.DateTimeField(help_text="by the portal's clock")
    clock_ahead = models.DurationField(help_text="how far the phone's clock was ahead")
    received_at = models.DateTimeField()
    device = models.CharField(max_length=40)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OnTheDaysQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.result} {self.nonce}"


class VisitorCount(AppendOnly):
    """Taps of somebody who counts: several people count at once, and each tap arrives once."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="visitor_counts")
    day = models.DateField()
    nonce = models.UUIDField(unique=True)
    visitors = models.SmallIntegerField(help_text="below zero takes back what was tapped too much")
    counted_at = models.DateTimeField()
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OnTheDaysQuerySet.as_manager()

    class Meta:
        ordering = ["site", "day", "pk"]
        constraints = [
            models.CheckConstraint(
                name="bazaars_visitorcount_some",
                condition=Q(visitors__range=(-100, 100)) & ~Q(visitors=0),
            ),
        ]
        indexes = [models.Index(name="bazaars_visitorcount_day", fields=["site", "day"])]

    def __str__(self) -> str:
        return f"{self.site_id} {self.day}: {self.visitors}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["photo"])
class Incident(models.Model):
    """Something that went wrong at a place, with what was done about it. ``photo`` is sealed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="incidents")
    stall = models.ForeignKey(
        Stall, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents"
    )
    kind = models.CharField(max_length=8, choices=IncidentKind.choices)
    what = models.TextField(max_length=1000, help_text="without names")
    photo = SealedFileField()
    form_key = models.UUIDField(unique=True, help_text="of the form that made it: sent twice, made once")
    reported_at = models.DateTimeField()
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    done = models.TextField(max_length=1000, blank=True, help_text="what was done; empty while it is open")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OnTheDaysQuerySet.as_manager()

    class Meta:
        ordering = [F("closed_at").asc(nulls_first=True), "-reported_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="bazaars_incident_closed_whole",
                condition=Q(done="", closed_at__isnull=True) | ~Q(done="") & Q(closed_at__isnull=False),
            ),
        ]
        indexes = [models.Index(name="bazaars_incident_site", fields=["site", "-reported_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class FoodCheck(AppendOnly):
    """One look at a food stall. A stall may be looked at again after it mended something: the last counts."""

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="food_checks")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="food_checks")
    day = models.DateField()
    is_clean = models.BooleanField()
    is_apart = models.BooleanField()
    is_warm_or_cold = models.BooleanField()
    is_safe = models.BooleanField()
    is_covered = models.BooleanField()
    to_mend = models.CharField(max_length=300, blank=True)
    form_key = models.UUIDField(unique=True, help_text="of the form that made it: sent twice, made once")
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OnTheDaysQuerySet.as_manager()

    class Meta:
        ordering = ["-checked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="bazaars_foodcheck_says_what_to_mend",
                condition=Q(is_clean=True, is_apart=True, is_warm_or_cold=True, is_safe=True, is_covered=True)
                | ~Q(to_mend=""),
            ),
        ]
        indexes = [models.Index(name="bazaars_foodcheck_site", fields=["site", "day"])]

    def __str__(self) -> str:
        return f"{self.allocation_id} {self.day}"

    @property
    def has_passed(self) -> bool:
        return all((self.is_clean, self.is_apart, self.is_warm_or_cold, self.is_safe, self.is_covered))
