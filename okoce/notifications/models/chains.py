"""By which channels a kind of message goes, as the province set it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from okoce.db.models import AppendOnly
from okoce.notifications.enums import Channel
from okoce.notifications.querysets import MessageChainQuerySet


class MessageChain(AppendOnly):
    """The channels of a kind in their order; the highest version of a kind counts, without one the kind's
    own chain.

    ``minutes`` has the same length: after how long without a receipt the next channel takes over, empty where
    only a refusal makes it. A version without channels goes back to the kind's own chain.
    """

    kind = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    channels = ArrayField(models.CharField(max_length=12, choices=Channel.choices), blank=True)
    minutes = ArrayField(models.PositiveIntegerField(null=True, blank=True), blank=True)
    reason = models.CharField(max_length=200)
    set_at = models.DateTimeField(auto_now_add=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = MessageChainQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(
                name="notifications_messagechain_version_once", fields=["kind", "version"]
            ),
            models.CheckConstraint(
                name="notifications_messagechain_version_positive", condition=models.Q(version__gte=1)
            ),
            models.CheckConstraint(
                name="notifications_messagechain_times_of_all",
                condition=models.Q(channels__len=models.F("minutes__len")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"
