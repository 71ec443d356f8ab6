"""Checking and saving lists, in the worker. The tasks may run twice, and at once: the effect is one."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from participants import drafts, exports, nearby
from participants.services import (
    duplicates,
    exporting,
    identity_photos,
    import_undoing,
    importing,
    retention,
    self_registration,
    sign_in,
)


@shared_task(ignore_result=True, name=importing.CHECK_TASK)
def check_import(batch_id: int) -> None:
    importing.check(batch_id)


@shared_task(ignore_result=True, name=importing.SAVE_TASK)
def save_import(batch_id: int) -> None:
    importing.save(batch_id, on=timezone.localdate())
    find_duplicates.delay(batch_id)


@shared_task(ignore_result=True)
def find_duplicates(batch_id: int) -> None:
    duplicates.look_for_batch(batch_id, now=timezone.now())


@shared_task(ignore_result=True)
def find_duplicates_of_the_day() -> None:
    """At night: the words of all names, and the pairs of whoever is new or was corrected."""
    nearby.relearn()
    duplicates.look_for_changed(now=timezone.now())


@shared_task(ignore_result=True, name=importing.UNDO_TASK)
def undo_import(batch_id: int) -> None:
    import_undoing.undo(batch_id)


@shared_task(ignore_result=True, name="participants.tasks.forget_old_imports")
def forget_old_imports() -> None:
    importing.forget_old(now=timezone.now())


@shared_task(ignore_result=True, name="participants.tasks.pick_up_imports")
def pick_up_imports() -> None:
    """Begins anew what a dead worker or an absent broker has left. Runs on the clock."""
    importing.queue_unfinished()


@shared_task(ignore_result=True, name=exporting.TASK)
def make_export(job_id: int) -> None:
    exports.make(job_id)


@shared_task(ignore_result=True, name="participants.tasks.tend_exports")
def tend_exports() -> None:
    """Begins anew what a dead worker has left, and deletes files that are a day old. Runs on the clock."""
    exporting.queue_unfinished()
    exporting.expire(now=timezone.now())


@shared_task(ignore_result=True)
def forget_old_codes() -> None:
    sign_in.forget_old_codes(now=timezone.now())


@shared_task(ignore_result=True)
def tidy_registrations() -> None:
    """Questions nobody answered end; old drafts, photos and refused registrations lose what names people."""
    now = timezone.now()
    self_registration.expire_unanswered(now=now)
    self_registration.forget_old(now=now)
    identity_photos.forget_old(now=now)
    drafts.forget_old(now=now)


@shared_task(ignore_result=True, name="participants.tasks.keep_retention")
def keep_retention() -> None:
    """At the end of its period data is anonymised or blanked. Runs every night."""
    retention.keep(now=timezone.now())
