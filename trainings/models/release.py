"""What the office has told people: releases of the calendar, and why a session stands against a warning."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from okoce.db.models import AppendOnly
from okoce.regions.models import Region
from trainings.enums import ChangeKind
from trainings.models.session import TrainingSession
from trainings.querysets import ReleaseQuerySet


class Release(AppendOnly):
    """Changes of the calendar made known in one go. Each person it concerns gets one message about it.

    ``kecamatan`` is empty when sessions of several kecamatan were released together.
    """

    city = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    kecamatan = models.ForeignKey(Region, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    told_count = models.PositiveIntegerField(default=0, help_text="people who were sent a message")

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-released_at", "-pk"]
        indexes = [
            models.Index(name="trainings_release_city", fields=["city", "-released_at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.released_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("trainings:release_log", args=[self.pk])


class ReleaseEntry(AppendOnly):
    """One session in a release. ``before`` and ``after`` are ``trainings.releasing.snapshot``."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="entries")
    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="released_in")
    kind = models.CharField(max_length=10, choices=ChangeKind.choices)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=200, blank=True)
    told_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["release", "pk"]
        constraints = [
            models.UniqueConstraint(name="trainings_releaseentry_once", fields=["release", "session"])
        ]

    def __str__(self) -> str:
        return f"{self.release_id}: {self.session_id}"


class SessionReason(AppendOnly):
    """Why a session stands although a soft rule speaks against it. ``concerns``: scheduling.Concern codes."""

    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="reasons")
    concerns = ArrayField(models.CharField(max_length=20))
    starts_at = models.DateTimeField(help_text="the time it was given for")
    reason = models.CharField(max_length=200)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-given_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.reason}"
