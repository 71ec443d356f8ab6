"""The outbox: whatever leaves the house is a row here first, written in the transaction of its cause."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from okoce.db.models import AppendOnly
from okoce.notifications.enums import Channel, Receipt, State
from okoce.notifications.models.campaigns import Campaign
from okoce.notifications.querysets import MessageQuerySet


class Message(models.Model):
    """One message to one person by one channel. ``key`` makes a second one impossible.

    No address is stored: the recipient is resolved when the message is sent, and so is the situation (is the
    session still on, does the person still want it). ``context`` holds what the text needs and never a
    personal number; a secret such as a sign-in code is sealed in ``secret_ciphertext``.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(
        max_length=40, help_text="what it says: a name registered in okoce.notifications.kinds"
    )
    channel = models.CharField(max_length=12, choices=Channel.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    participant_id = models.BigIntegerField(null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    language = models.CharField(max_length=2, default="id")
    context = models.JSONField(default=dict, blank=True)
    secret_ciphertext = models.BinaryField(null=True, blank=True)
    cause_type = models.CharField(
        max_length=60, blank=True, help_text="what it is about, e.g. trainings.trainingsession"
    )
    cause_id = models.BigIntegerField(null=True, blank=True)
    campaign = models.ForeignKey(
        Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    city = models.CharField(max_length=5, blank=True)
    kecamatan = models.CharField(max_length=8, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    priority = models.PositiveSmallIntegerField(
        default=5, help_text="smaller goes first: a sign-in code does not wait behind reminders"
    )
    due_at = models.DateTimeField(help_text="not before; moved on by the backoff after a failed try")
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="never after, e.g. the start of the session"
    )
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="tries begun: one that killed its worker counts too"
    )
    lease_owner = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(
        max_length=80, blank=True, help_text="why it is in this state: a code, never text of others"
    )

    provider_id = models.CharField(
        max_length=200, blank=True, db_default="", default="", help_text="the channel's own id of the message"
    )
    receipt = models.CharField(
        max_length=10, choices=Receipt.choices, blank=True, db_default="", default="",
        help_text="what the channel told of it later; never moved back",
    )  # fmt: skip
    receipt_at = models.DateTimeField(null=True, blank=True)
    falls_back_at = models.DateTimeField(
        null=True, blank=True, help_text="when the person's next channel takes over unless it has arrived"
    )
    text = models.ForeignKey(
        "notifications.MessageText", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        db_index=False, help_text="the version it was sent in; empty: the portal's own text",
    )  # fmt: skip

    one_of_day = models.DateField(
        null=True, blank=True, help_text="the day whose one message to this person it is (or tries to be)"
    )
    joined_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="parts",
        db_index=False, db_constraint=False, help_text="goes, or went, inside that message",
    )  # fmt: skip

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="notifications_message_one_a_day",
                fields=["participant_id", "one_of_day"],
                condition=models.Q(one_of_day__isnull=False, participant_id__isnull=False),
            ),
            models.CheckConstraint(
                name="notifications_message_has_recipient",
                condition=models.Q(participant_id__isnull=False) | models.Q(user__isnull=False),
            ),
            models.CheckConstraint(
                name="notifications_message_lease_whole",
                condition=models.Q(lease_owner__isnull=True, lease_until__isnull=True)
                | models.Q(lease_owner__isnull=False, lease_until__isnull=False),
            ),
            models.CheckConstraint(
                name="notifications_message_lease_only_while_pending",
                condition=models.Q(lease_owner__isnull=True) | models.Q(state="pending"),
            ),
            models.CheckConstraint(
                name="notifications_message_finished_when_final",
                condition=models.Q(state__in=["pending", "ready", "held"], finished_at__isnull=True)
                | models.Q(state__in=["sent", "cancelled", "expired", "dead"], finished_at__isnull=False),
            ),
        ]
        indexes = [
            # Partial: five million old rows cost the claim nothing.
            models.Index(
                name="notifications_message_queue",
                fields=["channel", "priority", "due_at", "id"],
                condition=models.Q(state="pending"),
            ),
            models.Index(
                name="notifications_message_nearest",
                fields=["channel", "priority", "expires_at", "due_at", "id"],
                condition=models.Q(state="pending", channel="whatsapp"),
            ),
            models.Index(
                name="notifications_message_expiry",
                fields=["expires_at"],
                condition=models.Q(state__in=["pending", "ready", "held"], expires_at__isnull=False),
            ),
            models.Index(
                name="notifications_message_open",
                fields=["state", "channel", "created_at"],
                condition=models.Q(state__in=["pending", "ready", "held", "dead"]),
            ),
            models.Index(
                name="notifications_message_done",
                fields=["finished_at"],
                condition=models.Q(state="sent"),
            ),
            models.Index(
                name="notifications_message_sent_as",
                fields=["provider_id"],
                condition=~models.Q(provider_id=""),
            ),
            models.Index(
                name="notifications_message_falls",
                fields=["falls_back_at"],
                condition=models.Q(falls_back_at__isnull=False),
            ),
            models.Index(
                name="notifications_message_parts",
                fields=["joined_to"],
                condition=models.Q(joined_to__isnull=False),
            ),
            models.Index(
                name="notifications_message_campaign",
                fields=["campaign", "state"],
                condition=models.Q(campaign__isnull=False),
            ),
            models.Index(name="notifications_message_cause", fields=["cause_type", "cause_id"]),
            models.Index(name="notifications_message_person", fields=["participant_id", "-created_at"]),
            models.Index(name="notifications_message_newest", fields=["-created_at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"


class DeliveryEvent(AppendOnly):
    """What happened to a message, in order."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    event = models.CharField(max_length=20)
    reason = models.CharField(max_length=80, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.event
