"""Who was there: an append-only log of scans. Being present is derived from it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from okoce.db.models import AppendOnly
from participants.models import Participant
from trainings.enums import ScanMethod, ScanResult
from trainings.models.session import TrainingSession
from trainings.querysets import ScanQuerySet


class AttendanceScan(AppendOnly):
    """One attempt to record somebody. The newest accepted or taken-back row of a person decides.

    ``nonce`` comes from the sending page: the same scan sent twice is one row.
    """

    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="scans")
    participant = models.ForeignKey(Participant, null=True, on_delete=models.PROTECT, related_name="scans")
    nonce = models.UUIDField(default=uuid.uuid4, unique=True)
    batch = models.UUIDField(
        null=True,
        editable=False,
        help_text="rows of one press, so that it can be taken back",
    )
    method = models.CharField(max_length=8, choices=ScanMethod.choices)
    result = models.CharField(max_length=12, choices=ScanResult.choices)
    device = models.CharField(max_length=40, blank=True)
    device_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ScanQuerySet.as_manager()

    class Meta:
        ordering = ["received_at", "pk"]
        indexes = [
            models.Index(name="trainings_scan_session", fields=["session", "participant", "-id"]),
            models.Index(name="trainings_scan_person", fields=["participant", "session"]),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.result}"
