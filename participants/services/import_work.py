"""Work on a list in the background: one worker at a time, wake-ups, and how far it is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from celery import current_app
from django.core.cache import cache
from django.db import connection, transaction

from participants.models import ImportBatch
from participants.models.imports import BatchState

CHECK_TASK, SAVE_TASK = "participants.tasks.check_import", "participants.tasks.save_import"
UNDO_TASK = "participants.tasks.undo_import"
WORKING = (BatchState.UPLOADED, BatchState.CHECKING, BatchState.SAVING, BatchState.UNDOING)
WAKE_AGAIN_SECONDS = 15
CONNECT_SECONDS = 0.5  # a broker that is down must not hold up the page
LOCK_SPACE = 0x494D50  # first half of the advisory lock's key: "IMP"
TELL_EVERY_SECONDS = 1.0

log = logging.getLogger("participants.imports")

Tell = Callable[[str, int, int], None]


def queue_next_step(batch: ImportBatch) -> None:
    """Wakes the worker for what the batch waits for, once this transaction is committed.

    Only a wake-up: without a broker the batch waits in its row until ``queue_unfinished``.
    """
    tasks: dict[str, str] = {BatchState.SAVING: SAVE_TASK, BatchState.UNDOING: UNDO_TASK}
    task = tasks.get(batch.state, CHECK_TASK)
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
def alone(batch_id: int) -> Iterator[bool]:
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


def teller(batch_id: int) -> Tell:
    """Writes how far the work is, at most once a second."""
    told_at, told_phase = 0.0, ""

    def tell(phase: str, done: int, total: int) -> None:
        nonlocal told_at, told_phase
        now = monotonic()
        if phase == told_phase and now - told_at < TELL_EVERY_SECONDS:
            return
        told_at, told_phase = now, phase
        advance(batch_id, phase=phase, rows_done=done, rows_total=total)

    return tell


def advance(batch_id: int, **fields: Any) -> None:
    ImportBatch.objects.filter(pk=batch_id).update(**fields)
