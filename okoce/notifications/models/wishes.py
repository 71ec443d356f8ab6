"""What a person wishes about messages: what not, and on which phones."""

from __future__ import annotations

import uuid

from django.db import models

from okoce.notifications.enums import Channel, Topic


class OptOut(models.Model):
    """What a person does not want any more: a topic by every channel, or a channel for every topic.

    Wanting nothing at all is a withdrawn consent, not a row here. Wanting it again deletes the row.
    """

    participant_id = models.BigIntegerField()
    topic = models.CharField(max_length=12, choices=Topic.choices, blank=True)
    channel = models.CharField(max_length=12, choices=Channel.choices, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["participant_id", "topic", "channel"]
        constraints = [
            models.UniqueConstraint(
                name="notifications_optout_once", fields=["participant_id", "topic", "channel"]
            ),
            models.CheckConstraint(
                name="notifications_optout_of_one_thing",
                condition=models.Q(topic="") ^ models.Q(channel=""),
            ),
        ]

    def __str__(self) -> str:
        return self.topic or self.channel


class PushSubscription(models.Model):
    """A browser on a phone that a person lets us send notices to, until it or they end it.

    The address and the keys are sealed and emptied when it ends; ``digest`` is of the address, so that one
    browser is one row.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant_id = models.BigIntegerField(db_index=True)
    label = models.CharField(max_length=40, blank=True, help_text="browser and system, e.g. Chrome, Android")
    digest = models.BinaryField(max_length=32)
    secret_ciphertext = models.BinaryField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=20, blank=True, help_text="a code: removed, gone, another_person")

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="notifications_pushsubscription_once",
                fields=["digest"],
                condition=models.Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="notifications_pushsubscription_emptied_when_ended",
                condition=models.Q(ended_at__isnull=True, secret_ciphertext__isnull=False, ended_why="")
                | (
                    models.Q(ended_at__isnull=False, secret_ciphertext__isnull=True) & ~models.Q(ended_why="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.label or str(self.uid)
