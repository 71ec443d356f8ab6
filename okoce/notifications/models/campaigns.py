"""A message to many, written by an office, and what the channels cost."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from okoce.accounts.roles import has_permission
from okoce.accounts.scope import scope_of
from okoce.db.models import AppendOnly
from okoce.notifications.enums import Category, Channel


class CampaignQuerySet(models.QuerySet):
    def visible_to(self, user: object) -> CampaignQuerySet:
        """Those of the own area; an office does not see those of the office above."""
        if not has_permission(user, "notifications.campaigns"):
            return self.none()
        return self.filter(scope_of(user).as_q(city="city", kecamatan="kecamatan"))

    def running(self) -> CampaignQuerySet:
        return self.filter(started_at__isnull=False, stopped_at=None)

    def to_queue(self) -> CampaignQuerySet:
        """Started, and not everybody is in the outbox yet."""
        return self.running().filter(queued_at=None)


class Campaign(models.Model):
    """``audience`` is a code of okoce.notifications.audiences, ``choices`` what it was narrowed to.

    Its messages carry it: while ``stopped_at`` is set the outbox begins none of them.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=100, help_text="how the office calls it; nobody else reads it")
    kind = models.CharField(max_length=40, default="announcement")
    announcement = models.CharField(max_length=280, help_text="the words, with gaps such as {name}")
    page = models.CharField(max_length=60, help_text="the page of the portal that the message links to")
    audience = models.CharField(max_length=40)
    choices = models.JSONField(default=dict, blank=True)
    city = models.CharField(max_length=5, blank=True)
    kecamatan = models.CharField(max_length=8, blank=True)
    office = models.CharField(max_length=120, blank=True, help_text="who writes, as people read it")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(
        "accounts.Membership", null=True, on_delete=models.SET_NULL, related_name="+",
        help_text="in which role it was written: who is in the audience follows from it",
    )  # fmt: skip
    made_at = models.DateTimeField(auto_now_add=True)

    asked_at = models.DateTimeField(null=True, blank=True, help_text="sending was asked for")
    needs_second = models.BooleanField(default=False)
    reach = models.JSONField(default=dict, blank=True, help_text="whom it reaches how, as counted when asked")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    started_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True, help_text="what has not gone by then does not go")
    queued_until = models.BigIntegerField(default=0, help_text="everybody up to this person is in the outbox")
    queued_count = models.PositiveIntegerField(default=0)
    queued_at = models.DateTimeField(null=True, blank=True, help_text="everybody is in the outbox")
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    stop_reason = models.CharField(max_length=80, blank=True, help_text="a code when the portal stopped it")

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="notifications_campaign_second_is_another",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("made_by")),
            ),
            models.CheckConstraint(
                name="notifications_campaign_approved_whole",
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="notifications_campaign_starts_when_agreed",
                condition=Q(started_at__isnull=True)
                | Q(asked_at__isnull=False) & (Q(needs_second=False) | Q(approved_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="notifications_campaign_stops_what_runs",
                condition=Q(stopped_at__isnull=True) | Q(started_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="notifications_campaign_newest", fields=["-made_at", "-id"]),
            models.Index(
                name="notifications_campaign_running",
                fields=["started_at"],
                condition=Q(started_at__isnull=False, stopped_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("notifications:campaign", args=[self.uid])

    @property
    def is_draft(self) -> bool:
        return self.asked_at is None

    @property
    def is_waiting(self) -> bool:
        """For the second person."""
        return self.asked_at is not None and self.started_at is None

    @property
    def is_stopped(self) -> bool:
        return self.stopped_at is not None

    @property
    def is_queueing(self) -> bool:
        return self.started_at is not None and self.queued_at is None


class PriceQuerySet(models.QuerySet):
    def visible_to(self, user: object) -> PriceQuerySet:
        return self if has_permission(user, "notifications.campaigns") else self.none()


class ChannelPrice(AppendOnly):
    """What one message (of SMS: one part) costs from a day on. The newest row of a day counts."""

    channel = models.CharField(max_length=12, choices=Channel.choices)
    category = models.CharField(max_length=10, choices=Category.choices, blank=True)
    valid_from = models.DateField()
    rupiah = models.PositiveIntegerField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    objects = PriceQuerySet.as_manager()

    class Meta:
        ordering = ["channel", "category", "-valid_from", "-pk"]

    def __str__(self) -> str:
        return f"{self.channel} {self.category}: {self.rupiah}"
