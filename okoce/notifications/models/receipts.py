"""What the channels tell of messages later."""

from __future__ import annotations

import uuid

from django.db import models

from okoce.db.models import AppendOnly
from okoce.notifications.enums import Receipt


class WebhookCall(models.Model):
    """A signed word from WhatsApp as it came, kept sealed until it is worked through, then emptied.

    ``digest`` is of the raw bytes: the same call twice is one row. ``problem`` is a code.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    received_at = models.DateTimeField(auto_now_add=True)
    digest = models.BinaryField(max_length=32, unique=True)
    content_ciphertext = models.BinaryField(null=True, blank=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["received_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="notifications_webhookcall_emptied_when_done",
                condition=models.Q(processed_at__isnull=True) | models.Q(content_ciphertext__isnull=True),
            )
        ]
        indexes = [
            models.Index(
                name="notifications_webhookcall_open",
                fields=["received_at"],
                condition=models.Q(processed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.received_at:%Y-%m-%d %H:%M:%S}"


class DeliveryReceipt(AppendOnly):
    """What WhatsApp told of one message, each status once. One whose message is not known is kept too."""

    provider_id = models.CharField(max_length=200)
    reference = models.UUIDField(null=True, blank=True, help_text="the uid we gave the message")
    status = models.CharField(max_length=10, choices=Receipt.choices)
    code = models.IntegerField(null=True, blank=True, help_text="why it failed: Meta's error code")
    at = models.DateTimeField(help_text="as WhatsApp says, never later than we heard of it")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="notifications_deliveryreceipt_once", fields=["provider_id", "status"]
            )
        ]

    def __str__(self) -> str:
        return self.status
