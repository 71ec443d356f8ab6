"""When messages may go out, and to whom none goes for a while."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from okoce.db.models import AppendOnly
from okoce.notifications.querysets import PauseQuerySet


class DecentHours(AppendOnly):
    """When messages disturb nobody, as the province set it; the newest row counts, without one the defaults.

    ``begins``-``ends`` are for everything, ``urgent_begins``-``urgent_ends`` for changes and cancellations of
    what begins within a day. In Ramadan nothing ordinary goes between ``iftar_begins`` and ``iftar_ends``.
    """

    set_at = models.DateTimeField(auto_now_add=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begins = models.TimeField()
    ends = models.TimeField()
    urgent_begins = models.TimeField()
    urgent_ends = models.TimeField()
    iftar_begins = models.TimeField()
    iftar_ends = models.TimeField()
    rests_on_holidays = models.BooleanField(default=True)
    one_a_day = models.BooleanField(default=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="notifications_decenthours_in_order",
                condition=models.Q(
                    ends__gt=models.F("begins"),
                    urgent_ends__gt=models.F("urgent_begins"),
                    iftar_ends__gt=models.F("iftar_begins"),
                ),
            ),
            models.CheckConstraint(
                name="notifications_decenthours_urgent_is_wider",
                condition=models.Q(urgent_begins__lte=models.F("begins"), urgent_ends__gte=models.F("ends")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.begins:%H.%M}-{self.ends:%H.%M}"


class MessagePause(models.Model):
    """Nobody writes to this person for a while, for a reason: an illness, a death in the family, a quarrel.

    ``until`` is the last day, empty: until somebody ends it. It is open while ``ended_at`` is empty and the
    last day is not over.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant_id = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    until = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PauseQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="notifications_messagepause_one_open",
                fields=["participant_id"],
                condition=models.Q(ended_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                name="notifications_messagepause_due",
                fields=["until"],
                condition=models.Q(ended_at__isnull=True, until__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d}"
