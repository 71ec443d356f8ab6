"""Notes and papers: added, opened, taken back; each deed is recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from okoce.accounts import limits
from okoce.audit import services as audit
from okoce.db import sealed_files
from participants.models import Document, Note, Participant

COLUMN = "participants.document"
EXTENSIONS = {"image/jpeg": "jpg", "application/pdf": "pdf"}
SAME_AGAIN = timedelta(minutes=10)
OPENED_AN_HOUR = 60
HOUR = timedelta(hours=1)


class TooManyOpened(Exception):
    """The hour's allowance of opened papers is used up."""


@transaction.atomic
def write_note(*, participant_id: int, text: str, is_sensitive: bool, by: Any) -> Note:
    """Add a note. The same text sent again within ten minutes is one note."""
    participant = Participant.objects.select_for_update().get(pk=participant_id)
    recent = participant.notes.filter(
        author=by, written_at__gt=timezone.now() - SAME_AGAIN, taken_back_at__isnull=True
    )
    for note in recent:
        if note.text == text:
            return note
    membership = by.active_membership
    area = membership.area_id or ""
    note = Note(
        participant=participant,
        is_sensitive=is_sensitive,
        author=by,
        role=membership.role,
        unit=membership.organisation,
        city_id=area[:5] or None if len(area) >= 5 else None,
        kecamatan_id=area[:8] if len(area) >= 8 else None,
    )
    note.text = text
    note.save()
    audit.record(by, "participants.note.written", participant)
    return note


@transaction.atomic
def take_note_back(*, note_id: int, by: Any) -> Note:
    """The author takes a note back: its text is gone, that there was one remains."""
    note = Note.objects.select_for_update(of=("self",)).select_related("participant").get(pk=note_id)
    if note.taken_back_at is None and note.author_id == by.pk:
        note.text_ciphertext, note.taken_back_at = None, timezone.now()
        note.save(update_fields=["text_ciphertext", "taken_back_at"])
        audit.record(by, "participants.note.taken_back", note.participant)
    return note


@transaction.atomic
def add_document(
    *, participant: Participant, kind: str, title: str, content: bytes, content_type: str, by: Any
) -> Document:
    """Keep a checked photo or PDF, sealed. Raises Participant.DoesNotExist for a row merged meanwhile."""
    participant = Participant.objects.select_for_update().get(pk=participant.pk)
    document = Document(
        participant=participant,
        kind=kind,
        title=title,
        content_type=content_type,
        size=len(content),
        uploaded_by=by,
        unit=by.active_membership.organisation,
    )
    document.file = sealed_files.store(content, column=COLUMN, row=document.uid)
    document.save()
    audit.record(by, "participants.document.added", participant, kind=kind)
    return document


@transaction.atomic
def open_document(*, document: Document, by: Any) -> bytes:
    """The content, recorded. Raises TooManyOpened, FileNotFoundError."""
    if limits.count("documents", str(by.pk), window=HOUR, now=timezone.now()) > OPENED_AN_HOUR:
        raise TooManyOpened
    content = sealed_files.load(document.file, column=COLUMN, row=document.uid)
    audit.record(by, "participants.document.opened", document.participant, kind=document.kind)
    return content


@transaction.atomic
def remove_document(*, document_id: int, reason: str, by: Any) -> Document:
    """Delete the file; the row says that there was one, who removed it and why. Once."""
    document = (
        Document.objects.select_for_update(of=("self",)).select_related("participant").get(pk=document_id)
    )
    if document.removed_at is None:
        sealed_files.delete(document.file)
        document.file, document.removed_at, document.removed_by = "", timezone.now(), by
        document.removed_why = reason
        document.save(update_fields=["file", "removed_at", "removed_by", "removed_why"])
        audit.record(by, "participants.document.removed", document.participant, kind=document.kind)
    return document
