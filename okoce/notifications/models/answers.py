"""What people answer, and the numbers that reach nobody."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from okoce.notifications.enums import Form, InboundState, Meaning
from okoce.notifications.models.message import Message
from okoce.notifications.querysets import InboundQuerySet


class Inbound(models.Model):
    """What somebody wrote to the portal's number, each of their messages once (``provider_id``).

    Words and number are sealed. ``message`` is the one that it answers: the quoted one, else the newest open
    question to that phone. ``participant_id`` stays empty until it is certain who of several people with one
    phone has written.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    provider_id = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField(help_text="as WhatsApp says, never later than we heard of it")
    received_at = models.DateTimeField(auto_now_add=True)
    form = models.CharField(max_length=10, choices=Form.choices)
    phone_lookup = models.BinaryField(null=True, blank=True, max_length=32)
    phone_ciphertext = models.BinaryField(null=True, blank=True)
    words_ciphertext = models.BinaryField(null=True, blank=True)
    quotes = models.CharField(max_length=200, blank=True, help_text="the channel's id of the quoted message")
    participant_id = models.BigIntegerField(null=True, blank=True)
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="answers"
    )
    meaning = models.CharField(max_length=10, choices=Meaning.choices, blank=True)
    state = models.CharField(max_length=10, choices=InboundState.choices, default=InboundState.NEW)
    outcome = models.CharField(max_length=40, blank=True, help_text="what became of it: a code")
    options = models.JSONField(
        default=list, blank=True, help_text="ids of the messages that were offered to choose from, in order"
    )
    city = models.CharField(max_length=5, blank=True)
    kecamatan = models.CharField(max_length=8, blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = InboundQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(
                name="notifications_inbound_new", fields=["at", "id"], condition=models.Q(state="new")
            ),
            models.Index(
                name="notifications_inbound_tray",
                fields=["kecamatan", "-at", "-id"],
                condition=models.Q(state="tray"),
            ),
            models.Index(name="notifications_inbound_newest", fields=["-at", "-id"]),
            models.Index(name="notifications_inbound_phone", fields=["phone_lookup", "-at"]),
            models.Index(name="notifications_inbound_person", fields=["participant_id", "-at"]),
        ]

    def __str__(self) -> str:
        return f"{self.form} ({self.state})"


class Reply(models.Model):
    """Words of our own that follow what somebody wrote, inside WhatsApp's 24 hours; ``message`` carries them.

    ``by`` is the officer who wrote them; the portal itself when empty.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="reply")
    inbound = models.ForeignKey(Inbound, on_delete=models.CASCADE, related_name="replies")
    words_ciphertext = models.BinaryField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}"


class DeadNumber(models.Model):
    """A phone number that WhatsApp does not reach, known by its digest only, so that it holds for whoever
    has it. It is forgotten as soon as something arrives there or somebody writes from it.
    """

    phone_lookup = models.BinaryField(max_length=32, unique=True)
    since = models.DateTimeField()
    reason = models.CharField(max_length=80, help_text="a code of kinds.REASONS")

    class Meta:
        ordering = ["since", "pk"]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d}"
