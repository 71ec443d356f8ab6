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
    WAITING = "waiting", _("Waits for a second person")
    SAVING = "saving", _("Being saved")
    SAVED = "saved", _("Saved")
    UNDOING = "undoing", _("Being rolled back")
    UNDONE = "undone", _("Rolled back")
    DISCARDED = "discarded", _("Discarded")


SAVED_ONCE = ("saved", "undoing", "undone")


class Kind(models.TextChoices):
    FILE = "file", _("File")
    PASTE = "paste", _("Pasted text")
    REST = "rest", _("Rows left over by a saved list")


class ColumnsFrom(models.TextChoices):
    HEADER = "", _("Recognised by their names")
    REMEMBERED = "remembered", _("As last time")
    CHOSEN = "chosen", _("Chosen by hand")


class ImportBatch(models.Model):
    """One list of one sender. Nothing of it is a participant before ``saved_at``.

    The sealed file is kept while the columns may still be matched anew: until the list is saved or discarded.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    city = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+", help_text="whose list it is"
    )
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=5, choices=Kind.choices, default=Kind.FILE)
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
    mapping = models.JSONField(
        null=True, blank=True, help_text="sheets and columns as an officer matched them; empty: as recognised"
    )
    columns_from = models.CharField(max_length=10, choices=ColumnsFrom.choices, blank=True)
    compared_with = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="the same sender's list before this one",
    )
    comparison = models.JSONField(
        default=dict, blank=True, help_text="people who are new, changed, same and gone against that list"
    )
    rest_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="rests",
        help_text="the saved list whose rows that were left over are mended here",
    )
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
    taken_count = models.PositiveIntegerField(
        default=0, help_text="registered people whose data are taken from this list"
    )
    undo_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="participants_importbatch_saved_whole",
                condition=models.Q(saved_at__isnull=True, saved_by__isnull=True)
                & ~models.Q(state__in=SAVED_ONCE)
                | models.Q(saved_at__isnull=False, saved_by__isnull=False, state__in=SAVED_ONCE),
            ),
            models.CheckConstraint(
                name="participants_importbatch_undone_whole",
                condition=models.Q(undone_at__isnull=True) & ~models.Q(state="undone")
                | models.Q(undone_at__isnull=False, undo_requested_by__isnull=False, state="undone"),
            ),
            models.UniqueConstraint(
                name="participants_importbatch_one_rest",
                fields=["rest_of"],
                condition=~models.Q(state__in=["discarded", "undone"]),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def totals_saved(self) -> int:
        """Rows that can be saved, or were."""
        return int(self.totals.get("accepted", 0) + self.totals.get("warning", 0))


class RowOutcome(models.TextChoices):
    """Whether the row's person stood in the register before it; nobody reads these words."""

    NONE = ""
    EXISTING = "existing"


IGNORED = "ignored"  # beside the statuses of participants.importing: an officer leaves this row out


class ImportRow(models.Model):
    """One person's row. ``values_ciphertext`` is the sealed JSON of what was read.

    Whoever is registered by saving the list has the uid of the row: no row is written again for it. A row of
    somebody who was registered before names them in ``participant``.
    """

    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows", db_index=False)
    position = models.PositiveIntegerField(help_text="order in the file, from 1")
    sheet = models.CharField(max_length=80)
    row = models.PositiveIntegerField()
    status = models.CharField(max_length=9)
    codes = ArrayField(models.CharField(max_length=24), default=list)
    kecamatan = models.CharField(max_length=8, blank=True)
    values_ciphertext = models.BinaryField(null=True)
    nik_lookup = models.BinaryField(
        null=True, max_length=32, help_text="keyed digest of the NIK of a row that can be saved"
    )
    person_lookup = models.BinaryField(
        null=True, max_length=32, help_text="keyed digest of name and birth date; made when first needed"
    )
    written = models.JSONField(
        null=True,
        help_text="areas, sex and business status as written where they are wrong; nothing personal",
    )
    duplicate_of = models.CharField(max_length=100, blank=True, help_text="sheet!row of the earlier row")
    differs = ArrayField(
        models.CharField(max_length=12), null=True, help_text="what the register has otherwise"
    )
    takes = ArrayField(
        models.CharField(max_length=12),
        null=True,
        help_text="what is taken over into the register when saved",
    )
    passed = ArrayField(
        models.CharField(max_length=24), null=True, help_text="warnings that an officer has looked at"
    )
    is_phone_shared = models.BooleanField(
        null=True, help_text="three rows of the list or more have this row's phone"
    )
    before_ciphertext = models.BinaryField(
        null=True, help_text="sealed: what was in the register before this row's data were taken over"
    )
    compared = models.CharField(
        max_length=7, blank=True, db_default="", help_text="against the list before: new, changed, same"
    )
    earlier_position = models.PositiveIntegerField(null=True, help_text="the same person's row in that list")
    changed = ArrayField(
        models.CharField(max_length=12), null=True, help_text="what is otherwise than in that list"
    )
    outcome = models.CharField(max_length=8, choices=RowOutcome.choices, blank=True)
    participant = models.ForeignKey(
        Participant,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        help_text="who was registered before; whoever came of the row has its uid instead",
    )

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        ordering = ["batch", "position"]
        constraints = [
            models.UniqueConstraint(name="participants_importrow_once", fields=["batch", "position"]),
        ]
        # Almost all rows are accepted and came of nobody: neither index has them.
        indexes = [
            models.Index(
                name="participants_importrow_unfine",
                fields=["batch", "status", "position"],
                condition=~models.Q(status="accepted"),
            ),
            models.Index(
                name="participants_importrow_person",
                fields=["participant"],
                condition=models.Q(participant__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet}!{self.row}"


class MendingKind(models.TextChoices):
    ROW = "row", _("a row was mended")
    CAUSE = "cause", _("one cause was mended in all its rows")
    IGNORE = "ignore", _("rows were left out")
    UNIGNORE = "unignore", _("rows were taken in again")
    CHOOSE = "choose", _("another row of the same person was chosen")
    TAKE = "take", _("data for registered people were chosen")
    PASS = "pass", _("warnings were looked at and accepted")


class ImportMending(models.Model):
    """One deed of an officer on a checked list; the last one can be undone.

    ``old`` and ``new`` are filled for areas, sex and business status only, never with anything personal.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="mendings")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=MendingKind.choices)
    field = models.CharField(max_length=14, blank=True)
    old = models.CharField(max_length=60, blank=True)
    new = models.CharField(max_length=60, blank=True)
    rows_count = models.PositiveIntegerField()
    fine_count = models.PositiveIntegerField(default=0)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="participants_importmending_undone_whole",
                condition=models.Q(undone_at__isnull=True, undone_by__isnull=True)
                | models.Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.rows_count})"


class ImportRowBefore(models.Model):
    """What a row was before a mending, sealed as it was."""

    mending = models.ForeignKey(ImportMending, on_delete=models.CASCADE, related_name="rows_before")
    row = models.ForeignKey(ImportRow, on_delete=models.CASCADE, related_name="+")
    status = models.CharField(max_length=9)
    codes = ArrayField(models.CharField(max_length=24), default=list)
    kecamatan = models.CharField(max_length=8, blank=True)
    values_ciphertext = models.BinaryField(null=True)
    nik_lookup = models.BinaryField(null=True, max_length=32)
    person_lookup = models.BinaryField(null=True, max_length=32)
    written = models.JSONField(null=True)
    duplicate_of = models.CharField(max_length=100, blank=True)
    differs = ArrayField(models.CharField(max_length=12), null=True)
    takes = ArrayField(models.CharField(max_length=12), null=True)
    outcome = models.CharField(max_length=8, blank=True)
    passed = ArrayField(models.CharField(max_length=24), null=True)
    is_phone_shared = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="participants_importrowbefore_once", fields=["mending", "row"]),
        ]

    def __str__(self) -> str:
        return f"{self.mending_id}: {self.row_id}"


class ImportApproval(models.Model):
    """A long list, or another agency's, is saved by two people: one asks, another agrees or sends it back."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="approvals")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    messages_consented = models.BooleanField(default=False)
    rows_count = models.PositiveIntegerField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(
        max_length=9,
        blank=True,
        choices=[
            ("approved", _("Approved")),
            ("returned", _("Sent back")),
            ("withdrawn", _("Withdrawn")),
        ],
    )
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="participants_importapproval_decided_whole",
                condition=models.Q(decided_by__isnull=True, decided_at__isnull=True, decision="")
                | models.Q(decided_by__isnull=False, decided_at__isnull=False) & ~models.Q(decision=""),
            ),
            models.CheckConstraint(
                name="participants_importapproval_two_people",
                condition=models.Q(decided_by__isnull=True)
                | models.Q(decision="withdrawn", decided_by=models.F("asked_by"))
                | ~models.Q(decision="withdrawn") & ~models.Q(decided_by=models.F("asked_by")),
            ),
            models.CheckConstraint(
                name="participants_importapproval_returned_with_reason",
                condition=~models.Q(decision="returned") | ~models.Q(reason=""),
            ),
            models.UniqueConstraint(
                name="participants_importapproval_one_open",
                fields=["batch"],
                condition=models.Q(decided_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.decision or 'open'}"


class RememberedColumns(models.Model):
    """How one sender's header was matched by hand; taken again for the next list with the same header."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    header = models.CharField(max_length=64, help_text="digest of the header's words; nothing personal")
    header_row = models.PositiveIntegerField(null=True, help_text="where it stood, if it was not recognised")
    columns = models.JSONField(help_text="position of the column: field; empty: the sheet is left out")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="participants_rememberedcolumns_once", fields=["organisation", "header"]
            ),
        ]

    def __str__(self) -> str:
        return self.header[:8]
