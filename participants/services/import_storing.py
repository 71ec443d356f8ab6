"""Keeps the rows of a list as the check finds them, sealed, some thousands at a time.

A list that is broken off leaves rows behind: they belong to a batch that is still being checked, nobody sees
them, and whoever begins anew drops them first.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

from django.db import connection

from okoce.db.encryption import Column
from participants import import_fields
from participants.importing.kept import phone_in
from participants.importing.report import Packed
from participants.models import ImportBatch, ImportRow
from participants.models.imports import RowOutcome
from participants.services import staging
from participants.services.staging import NULL, as_array, as_bytea, drop_staged

CHUNK = 10_000
SHARED_PHONE = 3  # rows of one list on one number: worth a look (docs/programme.md, "Phone")
STAGED = "import_report"
VALUES_COLUMN, NIK_COLUMN = "imports.values", "participants.nik"

_READY = {  # written by ourselves
    "uid": "uuid",
    "position": "integer",
    '"row"': "integer",
    "values_ciphertext": "bytea",
    "nik_lookup": "bytea",
}
_TEXTS = {  # as the check says
    "sheet": "text",
    "status": "text",
    "codes": "text[]",
    "kecamatan": "text",
    "duplicate_of": "text",
    "written": "jsonb",
}
_COLUMNS = {**_READY, **_TEXTS}
NOTHING_WRITTEN = "null"  # of JSON


class Storing:
    """Rows on their way into the table. ``existing`` of those that can be saved are registered already."""

    def __init__(self, batch: ImportBatch) -> None:
        self.batch = batch
        self.position = self.existing = self.shared_phones = 0
        self._first_with: dict[bytes, int] = {}  # phone: position of its first row
        self._more_with: dict[bytes, list[int]] = {}  # phones that stand there again, and where
        self._values, self._nik = Column(VALUES_COLUMN), Column(NIK_COLUMN)
        self._uids = _uids()
        self._waiting: list[str] = []

    def add(self, rows: list[Packed]) -> None:
        """Seals rows of ``runner.check``, in the order of the file."""
        position, seal, lookup = self.position, self._values.encrypt, self._nik.lookup
        for sheet, number, status, codes, kecamatan, duplicate_of, nik, kept in rows:
            position += 1
            uid = next(self._uids)
            if nik is not None and (phone := phone_in(kept)) is not None:
                self._note_phone(phone, position)
            self._waiting.append(
                staging.line(
                    (
                        uid,
                        str(position),
                        str(int(number)),
                        as_bytea(seal(kept, uid)),
                        as_bytea(lookup(nik.encode())) if nik is not None else NULL,
                    ),
                    (
                        sheet[:80],
                        status,
                        as_array(tuple(codes)),
                        kecamatan or "",
                        duplicate_of[:100] if duplicate_of else "",
                        _words(codes, kept) if nik is None else NOTHING_WRITTEN,
                    ),
                )
            )
        self.position = position
        if len(self._waiting) >= CHUNK:
            self.flush()

    def _note_phone(self, phone: bytes, position: int) -> None:
        first = self._first_with.setdefault(phone, position)
        if first != position:
            self._more_with.setdefault(phone, [first]).append(position)

    def mark_shared_phones(self) -> None:
        """Rows whose phone SHARED_PHONE rows of the list have or more; after the last ``flush``."""
        positions = [
            position for those in self._more_with.values() if len(those) >= SHARED_PHONE for position in those
        ]
        self.shared_phones = len(positions)
        if positions:
            ImportRow.objects.filter(batch=self.batch, position__in=positions).update(is_phone_shared=True)

    def flush(self) -> None:
        """Writes what waits; the last ones belong into the transaction that ends the check."""
        if not self._waiting:
            return
        lines, self._waiting = self._waiting, []
        names = ", ".join(_COLUMNS)
        selected = ", ".join(
            f"nullif(s.{name}, '{NOTHING_WRITTEN}')" if name == "written" else f"s.{name}"
            for name in _COLUMNS
        )
        with connection.cursor() as cursor:
            staging.make_staged(cursor, STAGED, _COLUMNS, is_kept=True)
            staging.stage_lines(cursor, STAGED, _COLUMNS, lines)
            cursor.execute(f"ANALYZE {STAGED} (nik_lookup)")
            cursor.execute(
                f"WITH inserted AS (INSERT INTO participants_importrow (batch_id, {names}, outcome) "  # noqa: S608 (our own names)
                f"SELECT %s, {selected}, CASE WHEN p.id IS NULL THEN %s ELSE %s END "
                f"FROM {STAGED} s LEFT JOIN participants_participant p ON p.nik_lookup = s.nik_lookup "
                "RETURNING outcome) SELECT count(*) FROM inserted WHERE outcome = %s",
                [
                    self.batch.pk,
                    RowOutcome.NONE.value,
                    RowOutcome.EXISTING.value,
                    RowOutcome.EXISTING.value,
                ],
            )
            self.existing += int(cursor.fetchone()[0])
            drop_staged(cursor, STAGED)


def _words(codes: list[str], kept: bytes) -> str:
    """What rows of one cause are grouped by; nothing for the many rows that are right."""
    if not any(code in import_fields.GROUPED for code in codes):
        return NOTHING_WRITTEN
    found = import_fields.written(codes, json.loads(kept))
    return json.dumps(found, ensure_ascii=False) if found else NOTHING_WRITTEN


def _uids() -> Iterator[str]:
    """Random uuids as text, version 4: the same as str(uuid.uuid4()), many at a time."""
    while True:
        digits = os.urandom(16 * 500).hex()
        for at in range(0, len(digits), 32):
            one = digits[at : at + 32]
            yield f"{one[:8]}-{one[8:12]}-4{one[13:16]}-{'89ab'[int(one[16], 16) & 3]}{one[17:20]}-{one[20:]}"
