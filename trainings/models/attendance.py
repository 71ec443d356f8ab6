"""Who was there: an append-only log of scans. Being present is derived from it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from okoce.db.models import AppendOnly
from participants.models import Participant
from trainings.enums import ScanMethod, ScanResult
from trainings.models.session import TrainingSession
from trainings.querysets import FeedbackQuerySet, ScanQuerySet, SheetQuerySet


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
    device_at = models.DateTimeField(help_text="by the device's own clock")
    clock_ahead = models.DurationField(
        default=timedelta, help_text="by how much that clock was ahead of ours when the row was sent"
    )
    received_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    elsewhere = models.ForeignKey(
        TrainingSession, null=True, on_delete=models.PROTECT, related_name="+",
        help_text="the session in which the person has a seat, when it is not this one",
    )  # fmt: skip
    undoes = models.UUIDField(
        null=True, editable=False, help_text="nonce of the row that this one takes back"
    )
    reason = models.CharField(max_length=200, blank=True, help_text="why it was entered or mended by hand")

    objects = ScanQuerySet.as_manager()

    class Meta:
        ordering = ["received_at", "pk"]
        indexes = [
            models.Index(name="trainings_scan_session", fields=["session", "participant", "-id"]),
            models.Index(name="trainings_scan_person", fields=["participant", "session"]),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.result}"

    @property
    def happened_at(self) -> datetime:
        """When it was, by our clock. ``querysets.HAPPENED_AT`` says the same in the database."""
        return self.device_at - self.clock_ahead


class PrintedSheet(AppendOnly):
    """Which row of a printed sheet is whose: sheets are entered afterwards by their row numbers.

    ``places``: ids of bookings in the order of the rows. The same order printed again is the same sheet.
    """

    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="sheets")
    number = models.PositiveSmallIntegerField(help_text="1 for the first of the session; stands on the sheet")
    places = ArrayField(models.BigIntegerField())
    printed_at = models.DateTimeField()

    objects = SheetQuerySet.as_manager()

    class Meta:
        ordering = ["session", "number"]
        constraints = [
            models.UniqueConstraint(name="trainings_printedsheet_once", fields=["session", "number"])
        ]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.number}"


class FeedbackGiven(AppendOnly):
    """Who has said what they think of a session, so that each says it once. What was said is not here."""

    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="+")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="trainings_feedbackgiven_once", fields=["session", "participant"])
        ]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.participant_id}"


class Feedback(AppendOnly):
    """What somebody thinks of a session: 3 is good, 1 is not. Neither who nor when: the id is random too."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="feedback")
    clear = models.PositiveSmallIntegerField()
    useful = models.PositiveSmallIntegerField()
    trainer = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=300, blank=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="trainings_feedback_from_one_to_three",
                condition=models.Q(clear__range=(1, 3), useful__range=(1, 3), trainer__range=(1, 3)),
            )
        ]

    def __str__(self) -> str:
        return f"{self.session_id}"
