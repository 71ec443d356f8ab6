"""The rows that a saved list left over, as a list of their own: mended on the page and saved later.

The saved list stays what it is, with its own roll-back; the rest has its own report, approval and roll-back.
"""

from __future__ import annotations

import hashlib

from django.db import connection, transaction
from django.utils import timezone

from okoce.accounts.models import User
from okoce.audit import services as audit
from participants.import_report import NOT_SAVED
from participants.models import ImportBatch, ImportRow
from participants.models.imports import BatchState, Kind
from participants.services.import_counting import count_again
from participants.services.import_mending import NothingToMend
from participants.services.importing import NotReady

ENDED = (BatchState.DISCARDED, BatchState.UNDONE)
COPIED = (
    "uid, position, sheet, row, status, codes, kecamatan, values_ciphertext, written, duplicate_of, passed"
)


def rest_of(batch: ImportBatch) -> ImportBatch | None:
    """The list in which the rows that ``batch`` left over are mended, or were."""
    return batch.rests.exclude(state__in=ENDED).first()


def left_over(batch: ImportBatch) -> int:
    """How many rows of a saved list can still be mended: what stood in them is forgotten after a while."""
    rows = ImportRow.objects.filter(batch=batch, status__in=NOT_SAVED, values_ciphertext__isnull=False)
    return rows.count()


@transaction.atomic
def begin_rest(*, batch: ImportBatch, by: User) -> tuple[ImportBatch, bool]:
    """The rest of a saved list, and whether it is new: asked again, it is the same one.

    Raises NotReady when the list is not saved (any more), NothingToMend when it left nothing over.
    """
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state != BatchState.SAVED:
        raise NotReady(batch)
    if (rest := rest_of(batch)) is not None:
        return rest, False
    rest = ImportBatch(
        city_id=batch.city_id,
        organisation_id=batch.organisation_id,
        uploaded_by=by,
        kind=Kind.REST,
        file_name=batch.file_name,
        file_size=0,
        as_of=batch.as_of,
        state=BatchState.CHECKED,
        checked_at=timezone.now(),
        notes={"columns": batch.notes.get("columns", [])},
        rest_of=batch,
    )
    rest.sha256 = hashlib.sha256(f"rest:{rest.uid}".encode()).hexdigest()
    rest.save()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO participants_importrow (batch_id, outcome, {COPIED}) "  # noqa: S608 (our own names)
            f"SELECT %s, '', {COPIED} FROM participants_importrow "
            "WHERE batch_id = %s AND status = ANY(%s) AND values_ciphertext IS NOT NULL",
            [rest.pk, batch.pk, list(NOT_SAVED)],
        )
        if not cursor.rowcount:
            raise NothingToMend
    count_again(rest)
    audit.record(by, "participants.import.rest_begun", rest, count=rest.totals["rows"])
    return rest, True
