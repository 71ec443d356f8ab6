"""Work on a list in the background: one worker at a time, wake-ups, and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from time import monotonic
from typing import Any

from django.core.cache import cache
from django.db import transaction

from okoce.db import background
from participants.models import ImportBatch
from participants.models.imports import BatchState

CHECK_TASK, SAVE_TASK = "participants.tasks.check_import", "participants.tasks.save_import"
UNDO_TASK = "participants.tasks.undo_import"
WORKING = (BatchState.UPLOADED, BatchState.CHECKING, BatchState.SAVING, BatchState.UNDOING)
WAKE_AGAIN_SECONDS = 15
LOCK_SPACE = 0x494D50  # first half of the advisory lock's key: "IMP"
TELL_EVERY_SECONDS = 1.0

Tell = Callable[[str, int, int], None]


def queue_next_step(batch: ImportBatch) -> None:
    """Wakes the worker for what the batch waits for, once this transaction is committed.

    Only a wake-up: without a broker the batch waits in its row until ``queue_unfinished``.
    """
    tasks: dict[str, str] = {BatchState.SAVING: SAVE_TASK, BatchState.UNDOING: UNDO_TASK}
    task = tasks.get(batch.state, CHECK_TASK)
    transaction.on_commit(lambda: background.nudge(task, batch.pk), robust=True)


def queue_if_waiting(batch: ImportBatch) -> None:
    """As ``queue_next_step``, for the page that watches a batch: at most every few seconds."""
    if batch.state in WORKING and cache.add(f"import-wake:{batch.pk}", 1, WAKE_AGAIN_SECONDS):
        queue_next_step(batch)


def queue_unfinished() -> None:
    """Everything that waits or was broken off, oldest first. Steps somebody is at refuse a second worker."""
    for batch in ImportBatch.objects.filter(state__in=WORKING).order_by("pk"):
        queue_next_step(batch)


def alone(batch_id: int) -> AbstractContextManager[bool]:
    """Whether nobody else works on the batch; a dead worker's lock is gone with its connection."""
    return background.alone(LOCK_SPACE, batch_id)


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
