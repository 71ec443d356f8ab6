"""The life of an uploaded list: received, checked in a limited process, saved whole or not at all.

Every step can be repeated. A step that somebody is working on holds an advisory lock of the batch,
which the database lets go when the worker dies; whoever comes next begins the step anew.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from time import monotonic
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from okoce.accounts.models import User
from okoce.audit import services as audit
from okoce.db.encryption import decrypt, encrypt, lookup
from okoce.organisations.models import Organisation
from participants.importing import guard, runner
from participants.importing.codes import ImportRefused, Status
from participants.models import ImportBatch, ImportRow, Participant
from participants.models.imports import BatchState, RowOutcome
from participants.services import import_saving
from participants.services.staging import stage

SAVED = (Status.ACCEPTED, Status.WARNING)
FILE_COLUMN, VALUES_COLUMN = "imports.file", "imports.values"
NIK_COLUMN = "participants.nik"
CHECK_TASK, SAVE_TASK = "participants.tasks.check_import", "participants.tasks.save_import"
WORKING = (BatchState.UPLOADED, BatchState.CHECKING, BatchState.SAVING)
WAKE_AGAIN_SECONDS = 15
CONNECT_SECONDS = 0.5  # a broker that is down must not hold up the page
LOCK_SPACE = 0x494D50  # first half of the advisory lock's key: "IMP"
TELL_EVERY_SECONDS = 0.4
LONGEST_NAME = 120

log = logging.getLogger("participants.imports")

Tell = Callable[[str, int, int], None]

_as_json = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps() would make an encoder for every row


class NotReady(Exception):
    """The batch is in a state where this cannot be done: it was saved, discarded or refused meanwhile."""

    def __init__(self, batch: ImportBatch) -> None:
        super().__init__(batch.state)
        self.batch = batch


# ---------------------------------------------------------------- receiving
@transaction.atomic
def receive(
    *, content: bytes, file_name: str, city: str, organisation: Organisation | None, by: User, as_of: date
) -> tuple[ImportBatch, bool]:
    """The batch of an uploaded file, and whether it is new.

    The same file, for the same city and day, that is still being worked on gives that batch: two
    people who upload one list at once see one report. Raises ImportRefused for a file that can be
    refused by its looks. The file is kept sealed, and only until it has been read.
    """
    guard.inspect(content)
    digest = hashlib.sha256(content).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_SPACE, digest])
    open_states = (BatchState.UPLOADED, BatchState.CHECKING, BatchState.CHECKED, BatchState.SAVING)
    same = ImportBatch.objects.filter(sha256=digest, city_id=city, as_of=as_of, state__in=open_states)
    if (batch := same.order_by("pk").first()) is not None:
        return batch, False
    batch = ImportBatch(
        city_id=city,
        organisation=organisation,
        uploaded_by=by,
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
    with _alone(batch_id) as is_alone:
        if not is_alone:
            return
        batch = ImportBatch.objects.get(pk=batch_id)
        if batch.state not in (BatchState.UPLOADED, BatchState.CHECKING):
            return
        _advance(batch_id, state=BatchState.CHECKING, phase="reading", rows_done=0, rows_total=0)
        content = _opened(batch)
        try:
            report = runner.check(
                content,
                kota=batch.city_id,
                as_of=batch.as_of,
                min_age=settings.MINIMUM_AGE,
                progress=_teller(batch_id),
            )
        except ImportRefused as refused:
            _refuse(batch, refused)
            return
        _advance(batch_id, phase="storing", rows_done=len(report["rows"]), rows_total=len(report["rows"]))
        _store(batch, report)


def _opened(batch: ImportBatch) -> bytes:
    with batch.file.open("rb") as file:
        return base64.b64decode(decrypt(file.read(), column=FILE_COLUMN, row=batch.uid))


def _refuse(batch: ImportBatch, refused: ImportRefused) -> None:
    _advance(
        batch.pk,
        state=BatchState.REFUSED,
        phase="",
        refusal=refused.code,
        refusal_params=refused.params,
        checked_at=timezone.now(),
        file="",
    )
    _forget_file(batch)


def _store(batch: ImportBatch, report: dict[str, Any]) -> None:
    """Rows and totals in one transaction; the file is not needed any more."""
    with transaction.atomic():
        ImportRow.objects.filter(batch=batch).delete()
        existing = _insert_rows(batch, report["rows"])
        totals = report["totals"]
        ImportBatch.objects.filter(pk=batch.pk).update(
            state=BatchState.CHECKED,
            phase="",
            totals=totals,
            notes={name: report[name] for name in ("ignored_sheets", "hidden_sheets", "other_kota")},
            new_count=sum(totals[status.value] for status in SAVED) - existing,
            existing_count=existing,
            checked_at=timezone.now(),
            file="",
        )
    _forget_file(batch)


def _insert_rows(batch: ImportBatch, rows: list[dict[str, Any]]) -> int:
    """How many of the rows that would be saved are of somebody who is registered already."""

    def sealed() -> Iterator[tuple[Any, ...]]:
        for position, row in enumerate(rows, 1):
            uid, values = uuid.uuid4(), row["values"]
            kept = _as_json(values or row.get("cells") or {})
            yield (
                uid,
                batch.pk,
                position,
                row["sheet"][:80],
                row["row"],
                row["status"],
                row["codes"],
                (values or row).get("kecamatan") or "",
                encrypt(kept, column=VALUES_COLUMN, row=uid),
                (row["duplicate_of"] or "")[:100],
                lookup(values["nik"], column=NIK_COLUMN) if values else None,
            )

    columns = {
        "uid": "uuid",
        "batch_id": "bigint",
        "position": "integer",
        "sheet": "text",
        '"row"': "integer",
        "status": "text",
        "codes": "text[]",
        "kecamatan": "text",
        "values_ciphertext": "bytea",
        "duplicate_of": "text",
    }
    names = ", ".join(columns)
    selected = ", ".join(f"s.{name}" for name in columns)
    with connection.cursor() as cursor:
        staged = {**columns, "nik_lookup": "bytea"}
        stage(cursor, "import_report", staged, sealed(), joined_on=("nik_lookup",))
        cursor.execute(
            f"WITH inserted AS (INSERT INTO participants_importrow ({names}, nik_lookup, outcome) "  # noqa: S608 (our own names)
            f"SELECT {selected}, s.nik_lookup, CASE WHEN p.id IS NULL THEN %s ELSE %s END "
            "FROM import_report s LEFT JOIN participants_participant p ON p.nik_lookup = s.nik_lookup "
            "ORDER BY s.position RETURNING outcome) "
            "SELECT count(*) FROM inserted WHERE outcome = %s",
            [RowOutcome.NONE.value, RowOutcome.EXISTING.value, RowOutcome.EXISTING.value],
        )
        (existing,) = cursor.fetchone()
    return int(existing)


def registered_niks(lookups: Iterable[bytes]) -> set[bytes]:
    """Which of these NIK lookups belong to a participant, anywhere in the programme."""
    wanted = list(lookups)
    found = Participant.everybody.filter(nik_lookup__in=wanted).values_list("nik_lookup", flat=True)
    return {bytes(value) for value in found}


# ---------------------------------------------------------------- saving
@transaction.atomic
def request_save(*, batch: ImportBatch, by: User, messages_consented: bool) -> ImportBatch:
    """Asks for the checked rows to become participants. Asking again is the same request."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state in (BatchState.SAVING, BatchState.SAVED):
        return batch
    if batch.state != BatchState.CHECKED:
        raise NotReady(batch)
    batch.state, batch.phase = BatchState.SAVING, "waiting"
    batch.rows_done, batch.rows_total = 0, batch.new_count
    batch.save_requested_by, batch.messages_consented = by, messages_consented
    batch.save()
    audit.record(by, "participants.import.save_requested", batch, count=batch.new_count)
    queue_next_step(batch)
    return batch


def save(batch_id: int, *, on: date) -> None:
    """Makes participants of the accepted and warned rows, all in one transaction.

    Those whose NIK is registered already stay as they are. Does nothing when the batch is saved, or
    somebody is at it. ``on`` is the day of registration.
    """
    with _alone(batch_id) as is_alone:
        if not is_alone:
            return
        batch = ImportBatch.objects.select_related("organisation", "save_requested_by").get(pk=batch_id)
        if batch.state != BatchState.SAVING:
            return
        by = _acting(batch)
        people = list(_people_in(batch, _teller(batch_id)))
        _advance(batch_id, phase="writing", rows_done=len(people), rows_total=len(people))
        with transaction.atomic():
            batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
            counts = import_saving.write(batch=batch, people=people, by=by, on=on)
            batch.state, batch.phase = BatchState.SAVED, ""
            batch.new_count, batch.existing_count = counts.new, counts.existing
            batch.saved_at, batch.saved_by = timezone.now(), by
            batch.save()
            audit.record(by, "participants.import.saved", batch, count=counts.new, existing=counts.existing)


def _acting(batch: ImportBatch) -> User:
    """Whoever asked, with the unit of the batch: that is what the trail names."""
    by = batch.save_requested_by
    assert by is not None
    chosen = by.memberships.filter(Q(organisation=batch.organisation) | Q(area_id=batch.city_id)).first()
    return by.acting_as(chosen) if chosen is not None else by


def _people_in(batch: ImportBatch, tell: Tell) -> Iterator[import_saving.Person]:
    rows = ImportRow.objects.filter(batch=batch, status__in=[status.value for status in SAVED])
    columns = rows.order_by("position").values_list("position", "uid", "values_ciphertext")
    total = rows.count()
    for done, (position, uid, sealed) in enumerate(columns.iterator(chunk_size=2000), 1):
        values = json.loads(decrypt(sealed, column=VALUES_COLUMN, row=uid))
        yield import_saving.person_of(position, values)
        tell("preparing", done, total)


@transaction.atomic
def discard(*, batch: ImportBatch, by: User) -> ImportBatch:
    """Drops a report that nobody wants to save; its rows are deleted, what it was stays listed."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state == BatchState.DISCARDED:
        return batch
    if batch.state not in (BatchState.CHECKED, BatchState.REFUSED):
        raise NotReady(batch)
    ImportRow.objects.filter(batch=batch).delete()
    batch.state, batch.new_count, batch.existing_count = BatchState.DISCARDED, 0, 0
    batch.save()
    audit.record(by, "participants.import.discarded", batch)
    return batch


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
    """Receive, check and save in one go, for the command and the demonstration. Raises ImportRefused."""
    batch, _is_new = receive(
        content=content, file_name=file_name, city=city, organisation=organisation, by=by, as_of=as_of
    )
    check(batch.pk)
    batch.refresh_from_db()
    if batch.state == BatchState.REFUSED:
        raise ImportRefused(batch.refusal, **batch.refusal_params)
    request_save(batch=batch, by=by, messages_consented=messages_consented)
    save(batch.pk, on=on)
    batch.refresh_from_db()
    return batch


# ---------------------------------------------------------------- reading a report back
def values_of(row: ImportRow) -> dict[str, Any]:
    """What stood in the row: checked values, or the cells as written where it was not accepted."""
    if row.values_ciphertext is None:
        return {}
    values: dict[str, Any] = json.loads(decrypt(row.values_ciphertext, column=VALUES_COLUMN, row=row.uid))
    return values


def hand_back(*, batch: ImportBatch, by: User) -> list[ImportRow]:
    """The rows that were not accepted, for the office to mend. Recorded: they hold full NIKs."""
    rows = list(
        ImportRow.objects.filter(batch=batch, status__in=[Status.REJECTED.value, Status.DUPLICATE.value])
    )
    audit.record(by, "participants.import.rows_handed_back", batch, count=len(rows))
    return rows


# ---------------------------------------------------------------- work in progress
def queue_next_step(batch: ImportBatch) -> None:
    """Wakes the worker for what the batch waits for, once this transaction is committed.

    Only a wake-up: without a broker the batch waits in its row until ``queue_unfinished``.
    """
    task = SAVE_TASK if batch.state == BatchState.SAVING else CHECK_TASK
    transaction.on_commit(lambda: _wake(task, batch.pk), robust=True)


def queue_if_waiting(batch: ImportBatch) -> None:
    """As ``queue_next_step``, for the page that watches a batch: at most every few seconds."""
    if batch.state in WORKING and cache.add(f"import-wake:{batch.pk}", 1, WAKE_AGAIN_SECONDS):
        queue_next_step(batch)


def queue_unfinished() -> None:
    """Everything that waits or was broken off, oldest first. Steps somebody is at refuse a second worker."""
    for batch in ImportBatch.objects.filter(state__in=WORKING).order_by("pk"):
        queue_next_step(batch)


def _wake(task: str, batch_id: int) -> None:
    try:
        with current_app.connection_for_write(
            connect_timeout=CONNECT_SECONDS,
            transport_options={
                "socket_connect_timeout": CONNECT_SECONDS,
                "socket_timeout": CONNECT_SECONDS,
                "max_retries": 1,
                "interval_start": 0,
                "interval_step": 0,
                "retry_on_timeout": False,
            },
        ) as line:
            current_app.send_task(task, args=[batch_id], connection=line, retry=False, ignore_result=True)
    except Exception:  # the broker's clients raise what they like; the row waits
        log.warning("no broker for %s of batch %s", task, batch_id)


@contextmanager
def _alone(batch_id: int) -> Iterator[bool]:
    """Whether nobody else works on the batch; a dead worker's lock is gone with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, batch_id])
        (is_alone,) = cursor.fetchone()
    try:
        yield is_alone
    finally:
        if is_alone and not connection.needs_rollback and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, batch_id])


def _teller(batch_id: int) -> Tell:
    """Writes how far the work is, at most a few times a second."""
    told_at, told_phase = 0.0, ""

    def tell(phase: str, done: int, total: int) -> None:
        nonlocal told_at, told_phase
        now = monotonic()
        if phase == told_phase and now - told_at < TELL_EVERY_SECONDS:
            return
        told_at, told_phase = now, phase
        _advance(batch_id, phase=phase, rows_done=done, rows_total=total)

    return tell


def _advance(batch_id: int, **fields: Any) -> None:
    ImportBatch.objects.filter(pk=batch_id).update(**fields)


def _forget_file(batch: ImportBatch) -> None:
    """After the commit: a transaction that is rolled back still needs the file."""
    name, storage = batch.file.name, batch.file.storage
    if name:
        transaction.on_commit(lambda: storage.delete(name))
