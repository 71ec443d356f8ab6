"""Mending a checked list in place: one row, one cause in all its rows, rows left out, which double counts.

Every deed checks the rows it touches again (participants.services.import_rechecking) and remembers what they
were: the last deed can be undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from okoce.accounts import limits
from okoce.accounts.models import User
from okoce.audit import services as audit
from participants import import_fields
from participants.import_report import SHARED_PHONE
from participants.importing.codes import Status, status_of
from participants.models import ImportBatch, ImportMending, ImportRow
from participants.models.imports import IGNORED, BatchState, MendingKind, RowOutcome
from participants.services.changes import HOUR, UNMASKED_AN_HOUR, TooManyUnmasked
from participants.services.import_counting import SAVED_VALUES, count_again
from participants.services.import_rechecking import KEPT_FIELDS, Deed, cells_of
from participants.services.importing import NotReady

MOST_AT_ONCE = 20_000


class NothingToMend(Exception):
    """No row fits any more: somebody else has mended them meanwhile."""


# ---------------------------------------------------------------- deeds
@transaction.atomic
def mend(*, row: ImportRow, changes: Mapping[str, str], by: User) -> ImportRow:
    """The row checked again with ``changes`` (field: what is typed; fields that are not named stay).

    Raises NotReady when the list was saved or discarded meanwhile.
    """
    batch = _open(row.batch_id)
    row = ImportRow.objects.get(pk=row.pk)
    if not changes_anything(row, changes):
        return row
    deed = Deed(batch, by, MendingKind.ROW)
    deed.recheck([row], changes)
    deed.finish()
    audit.record(by, "participants.import.row_mended", batch, row=row.position, status=row.status)
    return row


@transaction.atomic
def mend_cause(
    *, batch: ImportBatch, cause: str, written: Mapping[str, str], changes: Mapping[str, str], by: User
) -> ImportMending:
    """The same replacement in every row with this cause and these words. Raises NothingToMend, NotReady."""
    batch = _open(batch.pk)
    rows = list(of_group(ImportRow.objects.filter(batch=batch), cause, written)[:MOST_AT_ONCE])
    if not rows:
        raise NothingToMend
    deed = Deed(batch, by, MendingKind.CAUSE)
    field = next(iter(changes), "")
    deed.say(
        field=field, old=written.get(field) or " ".join(written.values()), new=" ".join(changes.values())
    )
    deed.recheck(rows, changes)
    mending = deed.finish(of=rows)
    audit.record(by, "participants.import.cause_mended", batch, count=len(rows), cause=cause)
    return mending


@transaction.atomic
def leave_out(*, batch: ImportBatch, rows: Any, by: User) -> ImportMending:
    """These rows (a queryset) are neither saved nor to be mended, until they are taken in again."""
    batch = _open(batch.pk)
    chosen = list(rows.filter(batch=batch).exclude(status=IGNORED).order_by("position")[:MOST_AT_ONCE])
    if not chosen:
        raise NothingToMend
    deed = Deed(batch, by, MendingKind.IGNORE)
    deed.remember(chosen)
    for row in chosen:
        row.status, row.takes = IGNORED, None
    deed.write(chosen)
    deed.recheck_those_behind(chosen)
    mending = deed.finish(of=chosen)
    audit.record(by, "participants.import.rows_left_out", batch, count=len(chosen))
    return mending


@transaction.atomic
def take_in(*, batch: ImportBatch, rows: Any, by: User) -> ImportMending:
    """Rows that were left out count again, checked anew."""
    batch = _open(batch.pk)
    chosen = list(rows.filter(batch=batch, status=IGNORED).order_by("position")[:MOST_AT_ONCE])
    if not chosen:
        raise NothingToMend
    deed = Deed(batch, by, MendingKind.UNIGNORE)
    deed.recheck(chosen, {})
    mending = deed.finish(of=chosen)
    audit.record(by, "participants.import.rows_taken_in", batch, count=len(chosen))
    return mending


@transaction.atomic
def choose(*, row: ImportRow, by: User, are_two_people: bool = False) -> ImportRow:
    """Of rows that stand for one person this one counts, the earlier ones give way.

    ``are_two_people``: name and birth date are the same but the cards say that they are two; both count.
    """
    batch = _open(row.batch_id)
    row = ImportRow.objects.get(pk=row.pk)
    if row.status != Status.DUPLICATE.value:
        raise NothingToMend
    deed = Deed(batch, by, MendingKind.CHOOSE)
    others = [] if are_two_people else list(_referred(batch, [row.duplicate_of]))
    deed.recheck([row], {}, giving_way=others, may_be_alike=are_two_people)
    deed.recheck(others, {})
    deed.finish(of=[row])
    audit.record(by, "participants.import.double_chosen", batch, row=row.position, two=are_two_people)
    return row


@transaction.atomic
def take(*, batch: ImportBatch, rows: Any, fields: Sequence[str], by: User) -> ImportMending:
    """Of registered people these fields are taken over from the list when it is saved; none: all stays."""
    batch = _open(batch.pk)
    wanted = [name for name in import_fields.TAKES if name in fields]
    candidates = rows.filter(batch=batch, status__in=SAVED_VALUES, outcome=RowOutcome.EXISTING)
    chosen = [
        row
        for row in candidates.filter(differs__len__gt=0).order_by("position")[:MOST_AT_ONCE]
        if (row.takes or []) != [name for name in wanted if name in row.differs]
    ]
    if not chosen:
        raise NothingToMend
    deed = Deed(batch, by, MendingKind.TAKE)
    deed.remember(chosen)
    for row in chosen:
        row.takes = [name for name in wanted if name in row.differs]
    deed.write(chosen)
    mending = deed.finish(of=chosen)
    audit.record(by, "participants.import.takeover_chosen", batch, count=len(chosen), fields=wanted)
    return mending


@transaction.atomic
def pass_warnings(*, batch: ImportBatch, rows: Any, cause: str, reason: str, by: User) -> ImportMending:
    """These rows (a queryset) are right although ``cause`` warns of them; "": whatever warns of them.

    Only of rows that can be saved. ``reason``: a key of import_words.PASS_REASONS. Raises NothingToMend.
    """
    batch = _open(batch.pk)
    able = rows.filter(batch=batch, status__in=SAVED_VALUES).order_by("position")
    chosen, warnings = [], set[str]()
    for row in able[:MOST_AT_ONCE]:
        passed = [code for code in row.codes if code.startswith("W_") and cause in ("", code)]
        is_of_phone = bool(row.is_phone_shared) and cause in ("", SHARED_PHONE)
        if passed or is_of_phone:
            chosen.append((row, passed, is_of_phone))
    if not chosen:
        raise NothingToMend
    deed = Deed(batch, by, MendingKind.PASS)
    deed.say(field="", old="", new=reason)
    deed.remember([row for row, _passed, _is_of_phone in chosen])
    for row, passed, is_of_phone in chosen:
        warnings.update(passed)
        row.codes = [code for code in row.codes if code not in passed]
        row.passed = sorted({*(row.passed or []), *passed}) or None
        row.status = status_of(row.codes).value
        if is_of_phone:
            warnings.add(SHARED_PHONE)
            row.is_phone_shared = False
    touched = [row for row, _passed, _is_of_phone in chosen]
    deed.write(touched)
    mending = deed.finish(of=touched)
    audit.record(
        by,
        "participants.import.warnings_passed",
        batch,
        count=len(touched),
        causes=sorted(warnings),
        reason=reason,
    )
    return mending


def last_deed(batch: ImportBatch) -> ImportMending | None:
    """The deed that can be undone."""
    return batch.mendings.filter(undone_at=None).select_related("by").order_by("-pk").first()


@transaction.atomic
def undo_last(*, batch: ImportBatch, deed: int, by: User) -> ImportMending:
    """The rows as they were before the last deed. ``deed``: its number, as it stood on the page.

    Raises NothingToMend when another deed came after it, or it was undone already.
    """
    batch = _open(batch.pk)
    mending = last_deed(batch)
    if mending is None or mending.pk != deed:
        raise NothingToMend
    columns = ", ".join(f"{name} = b.{name}" for name in KEPT_FIELDS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE participants_importrow r SET {columns} FROM participants_importrowbefore b "  # noqa: S608 (our own names)
            "WHERE b.mending_id = %s AND r.id = b.row_id",
            [mending.pk],
        )
    mending.undone_at, mending.undone_by = timezone.now(), by
    mending.save()
    count_again(batch)
    audit.record(by, "participants.import.mending_undone", batch, count=mending.rows_count)
    return mending


def open_row(*, row: ImportRow, by: User) -> dict[str, str]:
    """NIK, phone and birth date of a row as they were read, recorded like those of a person.

    Raises TooManyUnmasked.
    """
    if limits.count("unmasked", str(by.pk), window=HOUR, now=timezone.now()) > UNMASKED_AN_HOUR:
        raise TooManyUnmasked
    audit.record(by, "participants.import.row_opened", row.batch, row=row.position)
    cells = import_fields.shown(cells_of(row))
    return {name: cells[name] for name in import_fields.HIDDEN}


def _open(batch_id: int) -> ImportBatch:
    batch = (
        ImportBatch.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=batch_id)
    )
    if batch.state != BatchState.CHECKED:
        raise NotReady(batch)
    return batch


# ---------------------------------------------------------------- rows that belong together
def of_group(rows: Any, cause: str, written: Mapping[str, str]) -> Any:
    """Rows with a cause in which the same words stand."""
    found = rows.filter(codes__contains=[cause]).exclude(status=IGNORED)
    return found.filter(**{f"written__{name}": text for name, text in written.items()}).order_by("position")


def _referred(batch: ImportBatch, references: Iterable[str]) -> Any:
    """Rows by ``sheet!row``."""
    places = Q(pk__in=[])
    for reference in references:
        sheet, _mark, number = reference.rpartition("!")
        if number.isdigit():
            places |= Q(sheet=sheet, row=int(number))
    return ImportRow.objects.filter(places, batch=batch).order_by("position")


def changes_anything(row: ImportRow, changes: Mapping[str, str]) -> bool:
    cells = cells_of(row)
    return any(str(cells.get(name) or "") != text for name, text in changes.items())
