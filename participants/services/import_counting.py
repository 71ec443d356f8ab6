"""The totals of a checked list, counted from its rows after each deed."""

from __future__ import annotations

from django.db import connection

from participants.importing.codes import Status
from participants.models import ImportBatch, ImportRow
from participants.models.imports import IGNORED
from participants.services.importing import SAVED

SAVED_VALUES = [status.value for status in SAVED]


def count_again(batch: ImportBatch) -> None:
    """The totals follow the rows, so that they always add up."""
    saved = SAVED_VALUES
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status, count(*), count(*) FILTER (WHERE outcome = 'existing'), "
            "count(*) FILTER (WHERE cardinality(takes) > 0) "
            "FROM participants_importrow WHERE batch_id = %s GROUP BY status",
            [batch.pk],
        )
        by_status = {status: (whole, existing, taken) for status, whole, existing, taken in cursor.fetchall()}
        cursor.execute(
            "SELECT code, count(*) FROM participants_importrow, unnest(codes) AS code "
            "WHERE batch_id = %s AND status <> %s GROUP BY code ORDER BY code",
            [batch.pk, IGNORED],
        )
        codes = dict(cursor.fetchall())
        cursor.execute(
            "SELECT kecamatan, count(*) FROM participants_importrow WHERE batch_id = %s "
            "AND status = ANY(%s) AND kecamatan <> '' GROUP BY kecamatan ORDER BY kecamatan",
            [batch.pk, saved],
        )
        places = dict(cursor.fetchall())
    totals = {"rows": sum(whole for whole, _existing, _taken in by_status.values())}
    for status in (*[one.value for one in Status], IGNORED):
        if status != IGNORED or status in by_status:
            totals[status] = by_status.get(status, (0, 0, 0))[0]
    batch.totals = {**totals, "by_code": codes, "per_kecamatan": places}
    batch.existing_count = sum(by_status.get(status, (0, 0, 0))[1] for status in saved)
    batch.taken_count = sum(by_status.get(status, (0, 0, 0))[2] for status in saved)
    batch.new_count = sum(totals[status] for status in saved) - batch.existing_count
    shared = ImportRow.objects.filter(batch=batch, is_phone_shared=True).exclude(status=IGNORED)
    batch.notes = {**batch.notes, "shared_phones": shared.count()}
    batch.save(update_fields=["totals", "new_count", "existing_count", "taken_count", "notes"])
