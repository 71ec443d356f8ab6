"""What the staff keep about a person: notes and papers."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from okoce.accounts.roles import Role
from okoce.db.encryption import decrypt, encrypt
from okoce.db.sealed_files import SealedFileField
from okoce.organisations.models import Organisation
from okoce.regions.models import Region
from participants.models.participant import Participant
from participants.querysets import DocumentQuerySet, NoteQuerySet

PERSON = {"to": settings.AUTH_USER_MODEL, "on_delete": models.PROTECT, "related_name": "+"}


class Note(models.Model):
    """What a member of staff wrote down about somebody. The text is sealed; a note is added, never edited."""

    COLUMN = "participants.note"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="notes")
    text_ciphertext = models.BinaryField(null=True)
    is_sensitive = models.BooleanField(default=False, help_text="stays with the office that wrote it")
    author = models.ForeignKey(**PERSON)
    role = models.CharField(max_length=12, choices=Role.choices, help_text="as what the author wrote it")
    unit = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    city = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kecamatan = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["-written_at", "-pk"]
        indexes = [models.Index(name="participants_note_newest", fields=["participant", "-written_at"])]
        constraints = [
            models.CheckConstraint(
                name="participants_note_text_until_taken_back",
                condition=Q(taken_back_at__isnull=True, text_ciphertext__isnull=False)
                | Q(taken_back_at__isnull=False, text_ciphertext__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return str(self.uid)

    @property
    def text(self) -> str:
        return decrypt(self.text_ciphertext, column=self.COLUMN, row=self.uid) if self.text_ciphertext else ""

    @text.setter
    def text(self, plain: str) -> None:
        self.text_ciphertext = encrypt(plain, column=self.COLUMN, row=self.uid)


class DocumentKind(models.TextChoices):
    FAMILY_CARD = "kk", _("Family card (KK)")
    PERMIT = "permit", _("Permit or certificate")
    DOMICILE = "domicile", _("Letter of domicile")
    TRAINING = "training", _("Certificate of a training elsewhere")
    BUSINESS = "business", _("Photo of the business")
    LETTER = "letter", _("Letter")
    OTHER = "other", _("Other paper")


class Document(models.Model):
    """A sealed photo or PDF. Each opening is recorded; a removed one keeps its row without the file."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=10, choices=DocumentKind.choices)
    title = models.CharField(max_length=80, blank=True)
    file = SealedFileField()
    content_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField(help_text="bytes before sealing")
    uploaded_by = models.ForeignKey(**PERSON)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    unit = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(null=True, blank=True, **PERSON)
    removed_why = models.CharField(max_length=200, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="participants_document_file_until_removed",
                condition=(Q(removed_at__isnull=True) & ~Q(file="")) | Q(removed_at__isnull=False, file=""),
            ),
            models.CheckConstraint(
                name="participants_document_photo_or_pdf",
                condition=Q(content_type__in=["image/jpeg", "application/pdf"]),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.get_kind_display()
