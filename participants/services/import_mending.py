"""Mending one row of a checked list in place: the same checks, and the same look for doubles."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from okoce.accounts.models import User
from okoce.audit import services as audit
from okoce.db.encryption import decrypt, encrypt, lookup
from okoce.values import names
from participants.importing import areas
from participants.importing.checks import Checked, Checker
from participants.importing.codes import Code, Status
from participants.importing.duplicates import is_slip
from participants.importing.rows import Row
from participants.models import ImportBatch, ImportRow
from participants.models.imports import BatchState, RowOutcome
from participants.services.importing import (
    NIK_COLUMN,
    SAVED,
    VALUES_COLUMN,
    NotReady,
    registered_niks,
    values_of,
)

SHOWN = ("nama", "tgl_lahir", "kecamatan", "kelurahan")  # NIK and phone are typed anew, never shown
SAVED_VALUES = [status.value for status in SAVED]


def shown(row: ImportRow) -> dict[str, str]:
    """What stands in the cells that may be shown."""
    cells = values_of(row)
    return {name: str(cells.get(name, "")) for name in SHOWN}


@transaction.atomic
def mend(*, row: ImportRow, changes: Mapping[str, str], by: User) -> ImportRow:
    """The row checked again with ``changes`` (an empty NIK or phone keeps what is in the file).

    Raises NotReady when the list was saved or discarded meanwhile.
    """
    batch = ImportBatch.objects.select_for_update().get(pk=row.batch_id)
    if batch.state != BatchState.CHECKED:
        raise NotReady(batch)
    row = ImportRow.objects.get(pk=row.pk)
    before = (row.status, list(row.codes))
    cells = {**values_of(row), **{name: text for name, text in changes.items() if text}}
    cells.update({name: changes[name] for name in SHOWN if name in changes})
    checked = Checker(areas.load(), batch.city_id, batch.as_of).check(Row(row.sheet, row.row, dict(cells)))
    if checked.status is not Status.REJECTED:
        _look_for_doubles(checked, batch, row)
    _write(row, checked, cells)
    _count_again(batch, before, row)
    audit.record(by, "participants.import.row_mended", batch, row=row.position, status=row.status)
    return row


def _look_for_doubles(checked: Checked, batch: ImportBatch, row: ImportRow) -> None:
    """Against every row that will be saved; a mended row never pushes another one out."""
    person = (names.letters(checked.values["nama"] or ""), checked.values["tgl_lahir"])
    others = ImportRow.objects.filter(batch=batch, status__in=SAVED_VALUES).exclude(pk=row.pk)
    for sheet, number, uid, sealed in others.order_by("position").values_list(
        "sheet", "row", "uid", "values_ciphertext"
    ):
        values = json.loads(decrypt(sealed, column=VALUES_COLUMN, row=uid))
        if values["nik"] == checked.nik:
            code = Code.D_NIK_SAMA
        elif (names.letters(values["nama"]), values["tgl_lahir"]) == person and is_slip(
            values["nik"], checked.nik or ""
        ):
            code = Code.D_DUGAAN_NAMA_TGL
        else:
            continue
        checked.codes.append(code)
        row.duplicate_of = f"{sheet}!{number}"
        return


def _write(row: ImportRow, checked: Checked, cells: dict[str, Any]) -> None:
    is_saved = checked.status in SAVED
    if checked.status is not Status.DUPLICATE:
        row.duplicate_of = ""
    row.status, row.codes = checked.status.value, sorted({code.value for code in checked.codes})
    row.kecamatan = checked.values["kecamatan"] or ""
    row.outcome = RowOutcome.NONE
    if is_saved:
        digest = lookup(checked.nik or "", column=NIK_COLUMN)
        row.outcome = RowOutcome.EXISTING if registered_niks([digest]) else RowOutcome.NONE
    kept = checked.values if is_saved else cells
    row.values_ciphertext = encrypt(json.dumps(kept, ensure_ascii=False), column=VALUES_COLUMN, row=row.uid)
    row.save()


def _count_again(batch: ImportBatch, before: tuple[str, list[str]], row: ImportRow) -> None:
    """The totals follow the row, so that they still add up."""
    totals = batch.totals
    totals[before[0]] -= 1
    totals[row.status] += 1
    codes = Counter(totals["by_code"])
    codes.subtract(before[1])
    codes.update(row.codes)
    totals["by_code"] = {code: count for code, count in sorted(codes.items()) if count > 0}
    if row.status in SAVED_VALUES:
        places = Counter(totals["per_kecamatan"])
        places[row.kecamatan] += 1
        totals["per_kecamatan"] = dict(sorted(places.items()))
        if row.outcome == RowOutcome.EXISTING:
            batch.existing_count += 1
        else:
            batch.new_count += 1
    batch.totals = totals
    batch.save(update_fields=["totals", "new_count", "existing_count"])
