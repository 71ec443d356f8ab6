"""What staff keep about the list of participants: views, columns, what was done to many, and exports."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from okoce.accounts.roles import Role
from okoce.db.sealed_files import SealedFileField
from okoce.organisations.models import Organisation
from okoce.regions.models import Region
from participants.querysets import BulkDeedQuerySet, ExportJobQuerySet, SavedViewQuerySet


class OfUnit(models.Model):
    """Made by somebody who worked for a unit then: role, organisation and area of the membership."""

    role = models.CharField(max_length=12, choices=Role.choices)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    area = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    @staticmethod
    def of(user: Any) -> dict[str, Any]:
        """The fields above for what ``user`` makes now."""
        membership = user.active_membership
        return {
            "role": membership.role,
            "organisation_id": membership.organisation_id,
            "area_id": membership.area_id,
            "made_by": user,
        }


class SavedView(OfUnit):
    """A question to the list under a name: filters, columns and order; the words of a search are not kept."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=40)
    is_shared = models.BooleanField(default=False, help_text="shown to everybody of the unit")
    filters = models.JSONField(default=dict, blank=True, help_text="participants.filters.PeopleFilter")
    columns = ArrayField(models.CharField(max_length=20), default=list, blank=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="participants_savedview_name_once",
                fields=["made_by", "role", "organisation", "area", "name"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="participants_savedview_named", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class ListSetting(models.Model):
    """How one person likes the list: its columns, and the view it opens with."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    columns = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    opens_with = models.ForeignKey(
        SavedView, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return ", ".join(self.columns)


class BulkDeed(OfUnit):
    """One action on many people: how many it changed, who was left out and why, and how to take it back.

    ``uid`` is made of the selection and the choice, so that sending the same page twice is one deed.
    """

    uid = models.UUIDField(unique=True, editable=False)
    action = models.CharField(max_length=30)
    params = models.JSONField(default=dict, blank=True, help_text="codes and days; nobody's data")
    done_count = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=dict, blank=True, help_text="reason: ids of participants")
    added = ArrayField(models.BigIntegerField(), default=list, blank=True, help_text="rows that were made")
    ended = ArrayField(models.BigIntegerField(), default=list, blank=True, help_text="rows that were ended")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = BulkDeedQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="participants_bulkdeed_undone_whole",
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.action


class ExportState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Being made")
    DONE = "done", _("Ready to download")
    FAILED = "failed", _("Could not be made")
    EXPIRED = "expired", _("Deleted after a day")


class ExportFormat(models.TextChoices):
    XLSX = "xlsx", "Excel (xlsx)"
    CSV = "csv", "CSV"


class ExportJob(OfUnit):
    """One file somebody asked for. What it holds is decided by what the asker may see when it is made."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request_digest = models.CharField(max_length=64, help_text="the same request finds the same job")
    filters = models.JSONField(default=dict, blank=True, help_text="as SavedView.filters")
    asked_ciphertext = models.BinaryField(
        null=True, help_text="sealed: the words of a search and the chosen people; gone with the file"
    )
    columns = ArrayField(models.CharField(max_length=24))
    has_personal_numbers = models.BooleanField(default=False)
    reason = models.CharField(max_length=12, help_text="code, as in the audit trail")
    format = models.CharField(max_length=4, choices=ExportFormat.choices)
    language = models.CharField(max_length=2, default="id")
    state = models.CharField(max_length=8, choices=ExportState.choices, default=ExportState.WAITING)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0, help_text="people whose data may not be passed on")
    people = models.BinaryField(
        null=True,
        help_text="ids of those in the file, packed: whom a breach would concern (participants.affected)",
    )
    file = SealedFileField()
    file_size = models.PositiveBigIntegerField(default=0)
    failure = models.CharField(max_length=20, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    download_count = models.PositiveIntegerField(default=0)

    objects = ExportJobQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="participants_exportjob_file_while_done",
                condition=Q(state="done", finished_at__isnull=False, expires_at__isnull=False) & ~Q(file="")
                | ~Q(state="done") & Q(file=""),
            ),
        ]
        indexes = [
            models.Index(name="participants_export_own", fields=["made_by", "-made_at", "-id"]),
            models.Index(
                name="participants_export_open",
                fields=["state"],
                condition=Q(state__in=["waiting", "running", "done"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.state}"
