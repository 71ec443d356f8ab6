"""Rows of a checked list checked again, all in one pass: by the rules of the import, and against each other.

What the rows were is remembered first, so that the deed of an officer (participants.services.import_mending)
can be undone; afterwards the counts of the list follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Q

from okoce.accounts.models import User
from okoce.db.encryption import decrypt, encrypt, lookup
from okoce.values import names
from participants import import_fields
from participants.importing import areas, kept
from participants.importing.checks import Checked, Checker
from participants.importing.codes import Code, Status, status_of
from participants.importing.duplicates import is_slip
from participants.importing.rows import Row
from participants.models import ImportBatch, ImportMending, ImportRow
from participants.models.imports import MendingKind, RowOutcome
from participants.services import import_comparing
from participants.services.import_counting import SAVED_VALUES, count_again
from participants.services.importing import NIK_COLUMN, SAVED, VALUES_COLUMN, registered_niks, values_of
from participants.services.staging import stage

PERSON_COLUMN = "imports.person"
KEPT_FIELDS = (
    "status",
    "codes",
    "kecamatan",
    "values_ciphertext",
    "nik_lookup",
    "person_lookup",
    "written",
    "duplicate_of",
    "differs",
    "takes",
    "outcome",
    "passed",
    "is_phone_shared",
)


def cells_of(row: ImportRow) -> dict[str, Any]:
    """What the checks would read in the row: its cells, or its values written out again."""
    values = values_of(row)
    if not was_fine(row):
        return values
    cells = {name: text for name, text in values.items() if text}
    known = areas.load().names
    for name in ("kecamatan", "kelurahan"):
        cells[name] = known.get(values.get(name) or "", "")
    return cells


def was_fine(row: ImportRow) -> bool:
    """Whether checked values are sealed in the row, and not what stood in its cells."""
    return status_of(row.codes) in SAVED


class Deed:
    """Rows before, the check of those it touches and of those behind them, rows after, and the counts."""

    def __init__(self, batch: ImportBatch, by: User, kind: MendingKind) -> None:
        self.batch = batch
        self.mending = ImportMending.objects.create(batch=batch, by=by, kind=kind, rows_count=0)
        self._checker = Checker(areas.load(), batch.city_id, batch.as_of)
        self._remembered: set[int] = set()

    def say(self, *, field: str, old: str, new: str) -> None:
        self.mending.field, self.mending.old, self.mending.new = field[:14], old[:60], new[:60]

    def remember(self, rows: Iterable[ImportRow]) -> None:
        """What the rows are now; the first time counts."""
        wanted = [row.pk for row in rows if row.pk not in self._remembered]
        names_ = ", ".join(KEPT_FIELDS)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO participants_importrowbefore (mending_id, row_id, {names_}) "  # noqa: S608 (our own names)
                f"SELECT %s, id, {names_} FROM participants_importrow WHERE id = ANY(%s)",
                [self.mending.pk, wanted],
            )
        self._remembered.update(wanted)

    def recheck(
        self,
        rows: Sequence[ImportRow],
        changes: Mapping[str, str],
        *,
        giving_way: Sequence[ImportRow] = (),
        may_be_alike: bool = False,
    ) -> None:
        """Checks the rows with ``changes``, then those that were put behind one of them."""
        if not rows:
            return
        self.remember(rows)
        self._check(rows, changes, giving_way, may_be_alike)
        self.recheck_those_behind(rows, except_for=giving_way)

    def recheck_those_behind(self, rows: Sequence[ImportRow], except_for: Sequence[ImportRow] = ()) -> None:
        """Rows that were called doubles of these: perhaps they are not any more."""
        references = [f"{row.sheet}!{row.row}" for row in rows]
        seen = {row.pk for row in (*rows, *except_for)}
        behind = ImportRow.objects.filter(
            batch=self.batch, status=Status.DUPLICATE.value, duplicate_of__in=references
        ).order_by("position")
        found = [row for row in behind if row.pk not in seen]
        if found:
            self.remember(found)
            self._check(found, {}, (), False)

    def finish(self, of: Sequence[ImportRow] | None = None) -> ImportMending:
        """``of``: the rows that the officer meant, where they are not all that were touched."""
        meant = [row.pk for row in of] if of is not None else list(self._remembered)
        self.mending.rows_count = len(meant)
        self.mending.fine_count = ImportRow.objects.filter(pk__in=meant, status__in=SAVED_VALUES).count()
        self.mending.save()
        count_again(self.batch)
        return self.mending

    # ------------------------------------------------------------ checking
    def _check(
        self,
        rows: Sequence[ImportRow],
        changes: Mapping[str, str],
        giving_way: Sequence[ImportRow],
        may_be_alike: bool,
    ) -> None:
        before = [(was_fine(row), list(row.codes), cells_of(row)) for row in rows]
        checked: list[Checked] = []
        for row, (is_fine, codes, old) in zip(rows, before, strict=True):
            cells = import_fields.replaced(old, changes)
            one = self._checker.check(Row(row.sheet, row.row, dict(cells)))
            if is_fine:
                # Checked values no longer show what the file had wrong: what was said of it stays said.
                one.codes.extend(
                    Code(code)
                    for code in codes
                    if code.startswith("W_") and import_fields.COLUMN_OF_CODE.get(code) not in changes
                )
                # What an officer has looked at is not said again, until its own cell is another.
                passed = [
                    code for code in row.passed or [] if import_fields.COLUMN_OF_CODE.get(code) not in changes
                ]
                one.codes[:] = [code for code in one.codes if code not in passed]
                row.passed = passed or None
            if "hp" in changes:
                row.is_phone_shared = None
            checked.append(one)
        kept_out = {row.pk for row in (*rows, *giving_way)}
        self._find_doubles(rows, checked, kept_out, may_be_alike)
        registered = registered_niks(
            lookup(one.nik, column=NIK_COLUMN) for one in checked if one.nik and one.status in SAVED
        )
        for row, one, (_fine, _codes, old) in zip(rows, checked, before, strict=True):
            _take_result(row, one, import_fields.replaced(old, changes), registered)
        import_comparing.compare_rows(self.batch, [row for row in rows if row.outcome == RowOutcome.EXISTING])
        self.write(rows)

    def _find_doubles(
        self, rows: Sequence[ImportRow], checked: Sequence[Checked], kept_out: set[int], may_be_alike: bool
    ) -> None:
        """Against every row that will be saved, and among themselves; a mended row pushes no other out."""
        able = [
            (row, one) for row, one in zip(rows, checked, strict=True) if one.status is not Status.REJECTED
        ]
        if not able:
            return
        fill_person_keys(self.batch)
        niks = {lookup(one.nik or "", column=NIK_COLUMN) for _row, one in able}
        people = {person_key(one.values) for _row, one in able}
        others = ImportRow.objects.filter(batch=self.batch, status__in=SAVED_VALUES).exclude(pk__in=kept_out)
        near = others.filter(Q(nik_lookup__in=niks) | Q(person_lookup__in=people)).order_by("position")
        standing = self._saved_with_list_before(people, {one.nik or "" for _row, one in able})
        for other in near:
            values = values_of(other)
            standing.append((values["nik"], bytes(other.person_lookup or b""), f"{other.sheet}!{other.row}"))
        for row, one in able:
            key = person_key(one.values)
            code, place = _double(one.nik or "", key, standing, may_be_alike)
            if code is not None:
                one.codes.append(code)
                row.duplicate_of = place
            else:
                standing.append((one.nik or "", key, f"{row.sheet}!{row.row}"))

    def _saved_with_list_before(self, people: set[bytes], niks: set[str]) -> list[tuple[str, bytes, str]]:
        """Of the lists whose rest this is, those who were saved and are called and born like these.

        Somebody with the very same NIK is no double but registered already.
        """
        found: list[tuple[str, bytes, str]] = []
        batch = self.batch
        while (before := batch.rest_of) is not None:
            fill_person_keys(before)
            same = ImportRow.objects.filter(batch=before, status__in=SAVED_VALUES, person_lookup__in=people)
            for row in same.filter(values_ciphertext__isnull=False).order_by("position"):
                if (nik := values_of(row)["nik"]) not in niks:
                    found.append((nik, bytes(row.person_lookup or b""), f"{row.sheet}!{row.row}"))
            batch = before
        return found

    def write(self, rows: Sequence[ImportRow]) -> None:
        ImportRow.objects.bulk_update(rows, KEPT_FIELDS, batch_size=500)


def _double(
    nik: str, key: bytes, standing: Iterable[tuple[str, bytes, str]], may_be_alike: bool
) -> tuple[Code | None, str]:
    alike: tuple[Code | None, str] = (None, "")
    for other_nik, other_key, place in standing:
        if other_nik == nik:
            return Code.D_NIK_SAMA, place
        if not may_be_alike and alike[0] is None and key == other_key and is_slip(other_nik, nik):
            alike = (Code.D_DUGAAN_NAMA_TGL, place)
    return alike


def _take_result(row: ImportRow, checked: Checked, cells: Mapping[str, Any], registered: set[bytes]) -> None:
    """The checked row as the table keeps it."""
    status = checked.status
    is_saved = status in SAVED
    if status is not Status.DUPLICATE:
        row.duplicate_of = ""
    row.status, row.codes = status.value, sorted({code.value for code in checked.codes})
    row.kecamatan = checked.values["kecamatan"] or ""
    row.outcome, row.nik_lookup, row.person_lookup = RowOutcome.NONE, None, None
    row.differs = None
    if is_saved:
        row.nik_lookup = lookup(checked.nik or "", column=NIK_COLUMN)
        row.person_lookup = person_key(checked.values)
        row.outcome = RowOutcome.EXISTING if row.nik_lookup in registered else RowOutcome.NONE
    if row.outcome != RowOutcome.EXISTING:
        row.takes = None
    row.written = import_fields.written(row.codes, cells)
    text = kept.of_values(checked.values) if is_saved else kept.of_cells(cells)
    row.values_ciphertext = encrypt(text, column=VALUES_COLUMN, row=row.uid)


# ---------------------------------------------------------------- doubles
def person_key(values: Mapping[str, Any]) -> bytes:
    """Keyed digest of the letters of the name and the birth date."""
    person = f"{names.letters(values.get('nama') or '')}|{values.get('tgl_lahir') or ''}"
    return lookup(person, column=PERSON_COLUMN)


def fill_person_keys(batch: ImportBatch) -> None:
    """Makes the keys of all rows that can be saved, once a list: most lists are never mended."""
    missing = ImportRow.objects.filter(batch=batch, status__in=SAVED_VALUES, person_lookup=None)
    if not missing.exists():
        return

    def keys() -> Iterable[tuple[int, bytes]]:
        rows = missing.values_list("pk", "uid", "values_ciphertext")
        for pk, uid, sealed in rows.iterator(chunk_size=2000):
            yield pk, person_key(kept.read(decrypt(sealed, column=VALUES_COLUMN, row=uid)))

    known = list(keys())
    with connection.cursor() as cursor:
        stage(cursor, "import_keys", {"id": "bigint", "key": "bytea"}, known, joined_on=("id",))
        cursor.execute(
            "UPDATE participants_importrow r SET person_lookup = k.key FROM import_keys k WHERE r.id = k.id"
        )
