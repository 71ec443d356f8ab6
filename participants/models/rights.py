"""What a person asks for about the own data (UU 27/2022, art. 5-13), with the clock of 3 × 24 hours."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from okoce.db.encryption import decrypt, encrypt
from participants.enums import Channel, LegalRefusal, RequestKind, RequestState
from participants.models.participant import Participant
from participants.querysets import DataRequestQuerySet

ANSWER_WITHIN = timedelta(hours=72)  # 3 × 24 hours: UU 27/2022 art. 30, 32, 40, 41
_COLUMN = "participants.data_request"


class DataRequest(models.Model):
    """One wish of one person. ``due_at`` is 72 hours after it arrived, to the second.

    What the person wrote and the values proposed for a correction are one sealed JSON. The answer is what the
    person reads; it holds no personal number.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="data_requests")
    kind = models.CharField(max_length=12, choices=RequestKind.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="the officer who wrote it down; empty when the person did it in the portal",
    )  # fmt: skip
    asked_ciphertext = models.BinaryField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    refusal = models.CharField(max_length=12, choices=LegalRefusal.choices, blank=True)
    answer = models.CharField(max_length=500, blank=True)

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="participants_datarequest_due_after_72_hours",
                condition=Q(due_at=F("received_at") + ANSWER_WITHIN),
            ),
            models.CheckConstraint(
                name="participants_datarequest_decided_whole",
                condition=Q(state="open", decided_at__isnull=True)
                | ~Q(state="open") & Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="participants_datarequest_refused_with_reason",
                condition=Q(state="refused") & ~Q(refusal="") | ~Q(state="refused") & Q(refusal=""),
            ),
            models.UniqueConstraint(
                name="participants_datarequest_one_open_of_a_kind",
                fields=["participant", "kind"],
                condition=Q(state="open"),
            ),
        ]
        indexes = [
            models.Index(
                name="participants_datarequest_open",
                fields=["due_at", "id"],
                condition=Q(state="open"),
            ),
            models.Index(name="participants_datarequest_new", fields=["-received_at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"

    def get_absolute_url(self) -> str:
        return reverse("rights:request", args=[self.uid])

    @property
    def asked(self) -> dict[str, Any]:
        """``{"note": text, "values": {field: proposed value}}``; empty when nothing was written."""
        if not self.asked_ciphertext:
            return {}
        opened: dict[str, Any] = json.loads(decrypt(self.asked_ciphertext, column=_COLUMN, row=self.uid))
        return opened

    @asked.setter
    def asked(self, value: dict[str, Any]) -> None:
        self.asked_ciphertext = encrypt(json.dumps(value), column=_COLUMN, row=self.uid) if value else None

    @property
    def is_open(self) -> bool:
        return self.state == RequestState.OPEN

    def time_left(self, now: datetime) -> timedelta:
        """Until it is due; negative when it is late."""
        return self.due_at - now
