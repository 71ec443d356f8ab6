"""The life of an uploaded list: received, checked in a limited process, saved whole or not at all.

Every step can be repeated. A step that somebody is working on holds an advisory lock of the batch,
which the database lets go when the worker dies; whoever comes next begins the step anew.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from okoce.accounts.models import User
from okoce.audit import services as audit
from okoce.db.encryption import decrypt, encrypt
from okoce.organisations.models import Organisation
from participants import import_rules
from participants.importing import guard, kept, runner
from participants.importing.codes import ImportRefused, Status
from participants.models import ImportBatch, ImportMending, ImportRow, Participant
from participants.models.imports import BatchState, ColumnsFrom, Kind
from participants.services import (
    import_columns,
    import_comparing,
    import_saving,
    import_storing,
    import_taking,
)
from participants.services.import_work import (  # noqa: F401  one door for views and tasks
    CHECK_TASK,
    LOCK_SPACE,
    SAVE_TASK,
    UNDO_TASK,
    WORKING,
    Tell,
    advance,
    alone,
    queue_if_waiting,
    queue_next_step,
    queue_unfinished,
    teller,
)

SAVED = (Status.ACCEPTED, Status.WARNING)
FILE_COLUMN, VALUES_COLUMN = "imports.file", "imports.values"
NIK_COLUMN = "participants.nik"
LONGEST_NAME = 120
# Refusals that may be a matter of the columns: the file stays for somebody to point at them.
NOTES = ("ignored_sheets", "hidden_sheets", "other_kota", "columns")  # of the report, kept with the list
MAPPABLE = ("no_header", "no_people")
KEPT = timedelta(days=30)  # a report that nobody saves, and the rows that a saved list left over


class NotReady(Exception):
    """The batch is in a state where this cannot be done: it was saved, discarded or refused meanwhile."""

    def __init__(self, batch: ImportBatch) -> None:
        super().__init__(batch.state)
        self.batch = batch


class ApprovalNeeded(Exception):
    """A second person has to agree before this list is saved."""


# ---------------------------------------------------------------- receiving
@transaction.atomic
def receive(
    *,
    content: bytes,
    file_name: str,
    city: str,
    organisation: Organisation | None,
    by: User,
    as_of: date,
    kind: str = Kind.FILE,
) -> tuple[ImportBatch, bool]:
    """The batch of an uploaded file (or of pasted text), and whether it is new. ``organisation``: whose list.

    The same file, for the same city and day, that is still being worked on gives that batch: two
    people who upload one list at once see one report. Raises ImportRefused for a file that can be
    refused by its looks. The file is kept sealed, and only until the list is saved or discarded.
    """
    if kind == Kind.FILE:
        guard.inspect(content)
    digest = hashlib.sha256(content).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_SPACE, digest])
    open_states = (*WORKING[:3], BatchState.CHECKED, BatchState.WAITING)
    same = ImportBatch.objects.filter(sha256=digest, city_id=city, as_of=as_of, state__in=open_states)
    if (batch := same.order_by("pk").first()) is not None:
        return batch, False
    batch = ImportBatch(
        city_id=city,
        organisation=organisation,
        uploaded_by=by,
        kind=kind,
        file_name=file_name[-LONGEST_NAME:],
        file_size=len(content),
        sha256=digest,
        as_of=as_of,
    )
    sealed = encrypt(base64.b64encode(content).decode(), column=FILE_COLUMN, row=batch.uid)
    batch.file.save(f"{uuid.uuid4()}.sealed", ContentFile(sealed), save=False)
    batch.save()
    audit.record(by, "participants.import.uploaded", batch, size=len(content))
    queue_next_step(batch)
    return batch, True


def saved_before(batch: ImportBatch) -> ImportBatch | None:
    """The latest saved import of the very same file in this city, if there is one."""
    same = ImportBatch.objects.filter(sha256=batch.sha256, city_id=batch.city_id, state=BatchState.SAVED)
    return same.exclude(pk=batch.pk).select_related("saved_by").order_by("-saved_at").first()


# ---------------------------------------------------------------- checking
def check(batch_id: int) -> None:
    """Reads the file and stores the report. Does nothing when that is done, or somebody is at it."""
    with alone(batch_id) as is_alone:
        if not is_alone:
            return
        batch = ImportBatch.objects.get(pk=batch_id)
        if batch.state not in (BatchState.UPLOADED, BatchState.CHECKING):
            return
        advance(batch_id, state=BatchState.CHECKING, phase="reading", rows_done=0, rows_total=0)
        content = opened(batch)
        mapping, columns_from = _columns(batch, content)
        _forget_rows(batch)  # of a check that was broken off
        storing = import_storing.Storing(batch)
        try:
            report = runner.check(
                content,
                kota=batch.city_id,
                as_of=batch.as_of,
                min_age=settings.MINIMUM_AGE,
                progress=teller(batch_id),
                kind=None if batch.kind == Kind.FILE else batch.kind,
                mapping=mapping,
                each=storing.add,
            )
        except ImportRefused as refused:
            _refuse(batch, refused)
            return
        batch.mapping, batch.columns_from = mapping, columns_from
        advance(batch_id, phase="storing", rows_done=storing.position, rows_total=storing.position)
        _store(batch, report, storing)


def _columns(batch: ImportBatch, content: bytes) -> tuple[dict[str, Any] | None, str]:
    """The columns as an officer matched them, for this list or for an earlier one of the same sender."""
    if batch.mapping:
        return batch.mapping, ColumnsFrom.CHOSEN
    if batch.kind == Kind.FILE and (mapping := import_columns.remembered(batch, content)):
        return mapping, ColumnsFrom.REMEMBERED
    return None, ColumnsFrom.HEADER


def opened(batch: ImportBatch) -> bytes:
    """The file as it was sent."""
    with batch.file.open("rb") as file:
        return base64.b64decode(decrypt(file.read(), column=FILE_COLUMN, row=batch.uid))


def _refuse(batch: ImportBatch, refused: ImportRefused) -> None:
    with transaction.atomic():
        _forget_rows(batch)
        advance(
            batch.pk,
            state=BatchState.REFUSED,
            phase="",
            refusal=refused.code,
            refusal_params=refused.params,
            totals={},
            new_count=0,
            existing_count=0,
            checked_at=timezone.now(),
        )
        if refused.code not in MAPPABLE or batch.kind != Kind.FILE:
            _forget_file(batch)


def _store(batch: ImportBatch, report: dict[str, Any], storing: import_storing.Storing) -> None:
    """The last rows and the totals in one transaction: with them the rows before count.

    The file stays: its columns may still be matched anew.
    """
    with transaction.atomic():
        storing.flush()
        storing.mark_shared_phones()
        existing = storing.existing
        batch.totals = totals = report["totals"]
        ImportBatch.objects.filter(pk=batch.pk).update(
            state=BatchState.CHECKED,
            phase="",
            totals=totals,
            notes={
                **{name: report[name] for name in NOTES if name in report},
                "shared_phones": storing.shared_phones,
            },
            mapping=batch.mapping,
            columns_from=batch.columns_from,
            new_count=sum(totals[status.value] for status in SAVED) - existing,
            existing_count=existing,
            taken_count=0,
            refusal="",
            refusal_params={},
            checked_at=timezone.now(),
        )
        import_comparing.compare(batch, has_registered=existing > 0)


def _forget_rows(batch: ImportBatch) -> None:
    ImportMending.objects.filter(batch=batch).delete()
    ImportRow.objects.filter(batch=batch).delete()


@transaction.atomic
def match_columns(
    *,
    batch: ImportBatch,
    mapping: dict[str, Any],
    sheets: Sequence[dict[str, Any]],
    as_of: date,
    by: User,
) -> ImportBatch:
    """Has the list read anew with columns as an officer matched them, and remembers those for the sender.

    ``mapping`` names the sheets that are read otherwise than proposed, ``sheets`` are those of the proposal.
    What was mended in the report before is lost with it. Raises NotReady when there is no file any more.
    """
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    wanted = mapping or None
    if batch.state in WORKING and batch.mapping == wanted and batch.as_of == as_of:
        return batch
    if batch.state not in (BatchState.CHECKED, BatchState.REFUSED) or not batch.file:
        raise NotReady(batch)
    import_columns.remember(batch, mapping, sheets, by)
    batch.mapping, batch.as_of, batch.columns_from = wanted, as_of, ColumnsFrom.CHOSEN
    batch.state, batch.phase, batch.refusal, batch.refusal_params = BatchState.UPLOADED, "", "", {}
    batch.save()
    audit.record(by, "participants.import.columns_matched", batch)
    queue_next_step(batch)
    return batch


def registered_niks(lookups: Iterable[bytes]) -> set[bytes]:
    """Which of these NIK lookups belong to a participant, anywhere in the programme."""
    wanted = list(lookups)
    found = Participant.everybody.filter(nik_lookup__in=wanted).values_list("nik_lookup", flat=True)
    return {bytes(value) for value in found}


# ---------------------------------------------------------------- saving
@transaction.atomic
def request_save(
    *, batch: ImportBatch, by: User, messages_consented: bool, is_approved: bool = False
) -> ImportBatch:
    """Asks for the checked rows to become participants. Asking again is the same request.

    Raises ApprovalNeeded where a second person must agree (participants.services.import_approval) and has
    not: only that module, and whoever runs a command on the server, may say ``is_approved``.
    """
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state in (BatchState.SAVING, BatchState.SAVED):
        return batch
    if batch.state != BatchState.CHECKED and not (is_approved and batch.state == BatchState.WAITING):
        raise NotReady(batch)
    if not is_approved and needs_approval(batch, by):
        raise ApprovalNeeded
    batch.state, batch.phase = BatchState.SAVING, "waiting"
    batch.rows_done, batch.rows_total = 0, batch.new_count
    batch.save_requested_by, batch.messages_consented = by, messages_consented
    batch.save()
    audit.record(by, "participants.import.save_requested", batch, count=batch.new_count)
    queue_next_step(batch)
    return batch


def needs_approval(batch: ImportBatch, by: User) -> bool:
    membership = getattr(by, "active_membership", None)
    return import_rules.needs_second_person(
        rows=batch.new_count + batch.taken_count,
        limit=settings.IMPORT_APPROVAL_ABOVE,
        sender=batch.organisation_id,
        own=membership.organisation_id if membership else None,
    )


def save(batch_id: int, *, on: date) -> None:
    """Makes participants of the accepted and warned rows, all in one transaction.

    Those whose NIK is registered already stay as they are. Does nothing when the batch is saved, or
    somebody is at it. ``on`` is the day of registration.
    """
    with alone(batch_id) as is_alone:
        if not is_alone:
            return
        batch = ImportBatch.objects.select_related("organisation", "save_requested_by").get(pk=batch_id)
        if batch.state != BatchState.SAVING:
            return
        by = _acting(batch)
        with import_saving.prepared(batch, teller(batch_id)) as people:
            advance(batch_id, phase="writing", rows_done=people.count, rows_total=people.count)
            with transaction.atomic():
                _write(batch_id, people, by, on)


def _write(batch_id: int, people: import_saving.Prepared, by: User, on: date) -> None:
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    counts = import_saving.write(batch=batch, people=people, by=by, on=on)
    batch.taken_count = import_taking.take_over(batch=batch, by=by, on=on)
    batch.state, batch.phase = BatchState.SAVED, ""
    batch.new_count, batch.existing_count = counts.new, counts.existing
    batch.saved_at, batch.saved_by = timezone.now(), by
    _forget_file(batch)
    batch.save()
    audit.record(
        by,
        "participants.import.saved",
        batch,
        count=counts.new,
        existing=counts.existing,
        taken=batch.taken_count,
    )


def _acting(batch: ImportBatch) -> User:
    """Whoever asked, with the unit of the batch: that is what the trail names."""
    by = batch.save_requested_by
    assert by is not None
    chosen = by.memberships.filter(Q(organisation=batch.organisation) | Q(area_id=batch.city_id)).first()
    return by.acting_as(chosen) if chosen is not None else by


@transaction.atomic
def discard(*, batch: ImportBatch, by: User) -> ImportBatch:
    """Drops a report that nobody wants to save; its rows are deleted, what it was stays listed."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state == BatchState.DISCARDED:
        return batch
    if batch.state not in (BatchState.CHECKED, BatchState.REFUSED):
        raise NotReady(batch)
    _drop(batch)
    audit.record(by, "participants.import.discarded", batch)
    return batch


def _drop(batch: ImportBatch) -> None:
    _forget_rows(batch)
    _forget_file(batch)
    batch.state, batch.new_count, batch.existing_count, batch.taken_count = BatchState.DISCARDED, 0, 0, 0
    batch.comparison, batch.compared_with = {}, None
    batch.save()


def forget_old(*, now: datetime) -> tuple[int, int]:
    """Drops reports that nobody saved for KEPT, and what is sealed in rows that a saved list left over.

    Reports dropped, and lists whose rows were emptied. Runs on the clock.
    """
    unsaved = ImportBatch.objects.filter(
        state__in=[BatchState.CHECKED, BatchState.REFUSED, BatchState.WAITING], uploaded_at__lt=now - KEPT
    )
    dropped = 0
    for pk in list(unsaved.values_list("pk", flat=True)):
        with transaction.atomic():
            batch = ImportBatch.objects.select_for_update().get(pk=pk)
            if batch.state not in (BatchState.CHECKED, BatchState.REFUSED, BatchState.WAITING):
                continue
            batch.approvals.filter(decided_at=None).delete()
            _drop(batch)
            audit.record(None, "participants.import.forgotten", batch)
            dropped += 1
    old = ImportRow.objects.filter(batch__state=BatchState.SAVED, batch__saved_at__lt=now - KEPT)
    full = old.filter(values_ciphertext__isnull=False)
    emptied = full.values("batch").distinct().count()
    ImportMending.objects.filter(batch__in=full.values("batch")).delete()
    full.update(values_ciphertext=None, written=None)
    return dropped, emptied


# ---------------------------------------------------------------- all at once
def import_content(
    *,
    content: bytes,
    file_name: str,
    city: str,
    organisation: Organisation | None,
    by: User,
    as_of: date,
    on: date,
    messages_consented: bool,
) -> ImportBatch:
    """Receive, check and save in one go, for the command and the demonstration. Raises ImportRefused.

    Nobody is asked a second time: whoever runs it has the server, and the trail says so.
    """
    batch, _is_new = receive(
        content=content, file_name=file_name, city=city, organisation=organisation, by=by, as_of=as_of
    )
    check(batch.pk)
    batch.refresh_from_db()
    if batch.state == BatchState.REFUSED:
        raise ImportRefused(batch.refusal, **batch.refusal_params)
    request_save(batch=batch, by=by, messages_consented=messages_consented, is_approved=True)
    save(batch.pk, on=on)
    batch.refresh_from_db()
    return batch


# ---------------------------------------------------------------- reading a report back
def values_of(row: ImportRow) -> dict[str, Any]:
    """What stood in the row: checked values, or the cells as written where it was not accepted."""
    if row.values_ciphertext is None:
        return {}
    return kept.read(decrypt(row.values_ciphertext, column=VALUES_COLUMN, row=row.uid))


def hand_back(*, batch: ImportBatch, by: User) -> list[ImportRow]:
    """The rows that were not accepted, for the office to mend. Recorded: they hold full NIKs."""
    rows = list(
        ImportRow.objects.filter(batch=batch, status__in=[Status.REJECTED.value, Status.DUPLICATE.value])
    )
    audit.record(by, "participants.import.rows_handed_back", batch, count=len(rows))
    return rows


def _forget_file(batch: ImportBatch) -> None:
    """After the commit: a transaction that is rolled back still needs the file."""
    name, storage = batch.file.name, batch.file.storage
    if name:
        batch.file = ""
        advance(batch.pk, file="")
        transaction.on_commit(lambda: storage.delete(name))
