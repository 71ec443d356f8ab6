"""An uploaded list and its rows."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from okoce.organisations.models import Organisation
from okoce.regions.models import Region
from participants.models.participant import Participant
from participants.querysets import ImportBatchQuerySet, ImportRowQuerySet


class BatchState(models.TextChoices):
    UPLOADED = "uploaded", _("Waiting to be checked")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked, not saved")
    REFUSED = "refused", _("Could not be read")
    SAVING = "saving", _("Being saved")
    SAVED = "saved", _("Saved")
    DISCARDED = "discarded", _("Discarded")


class ImportBatch(models.Model):
    """One file. Nothing of it is a participant before ``saved_at``."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    city = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    file = models.FileField(upload_to="imports/", max_length=120)
    file_name = models.CharField(
        max_length=120, help_text="as the sender called it; shown, never used as a path"
    )
    file_size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    as_of = models.DateField(help_text="the day the ages are counted on")
    state = models.CharField(max_length=10, choices=BatchState.choices, default=BatchState.UPLOADED)
    phase = models.CharField(
        max_length=20, blank=True, help_text="what the task is doing: reading, checking, saving"
    )
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    totals = models.JSONField(
        default=dict, blank=True, help_text="the report's totals, as in the command's JSON"
    )
    refusal = models.CharField(max_length=40, blank=True, help_text="code of participants.importing.guard")
    refusal_params = models.JSONField(default=dict, blank=True)
    notes = models.JSONField(
        default=dict, blank=True, help_text="about the file as a whole: sheets left out, another city's list"
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    save_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    messages_consented = models.BooleanField(
        default=False, help_text="whether the people agreed to messages on their forms, as the officer said"
    )
    saved_at = models.DateTimeField(null=True, blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    new_count = models.PositiveIntegerField(default=0)
    existing_count = models.PositiveIntegerField(default=0)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="participants_importbatch_saved_whole",
                condition=models.Q(saved_at__isnull=True, saved_by__isnull=True) & ~models.Q(state="saved")
                | models.Q(saved_at__isnull=False, saved_by__isnull=False, state="saved"),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class RowOutcome(models.TextChoices):
    NONE = "", _("Not saved")
    NEW = "new", _("New participant")
    EXISTING = "existing", _("Already registered")


class ImportRow(models.Model):
    """One person's row. ``values_ciphertext`` is the sealed JSON of what was read."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField(help_text="order in the file, from 1")
    sheet = models.CharField(max_length=80)
    row = models.PositiveIntegerField()
    status = models.CharField(max_length=9)
    codes = ArrayField(models.CharField(max_length=24), default=list)
    kecamatan = models.CharField(max_length=8, blank=True)
    values_ciphertext = models.BinaryField(null=True)
    duplicate_of = models.CharField(max_length=100, blank=True, help_text="sheet!row of the earlier row")
    outcome = models.CharField(max_length=8, choices=RowOutcome.choices, blank=True)
    participant = models.ForeignKey(
        Participant, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        ordering = ["batch", "position"]
        constraints = [
            models.UniqueConstraint(name="participants_importrow_once", fields=["batch", "position"]),
        ]
        indexes = [models.Index(name="participants_importrow_status", fields=["batch", "status", "position"])]

    def __str__(self) -> str:
        return f"{self.sheet}!{self.row}"
