"""The life of an export: asked for with a reason, made by a task, downloaded by its asker, gone after a day.

What it holds is written by participants.exports. As with imports, whoever works on a job holds an advisory
lock of it, which the database lets go when the worker dies; the clock begins it anew.
"""

from __future__ import annotations

import hashlib
import json
import logging
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from okoce.accounts.models import Membership, User
from okoce.audit import services as audit
from okoce.db import background, sealed_files, sealed_streams
from participants.models import ExportJob
from participants.models.lists import ExportState

TASK = "participants.tasks.make_export"
ASKED_COLUMN, FILE_COLUMN = "exports.asked", "exports.file"
KEPT_HOURS = 24
SAME_WITHIN = timedelta(minutes=10)  # the same request again gives the finished job
LOCK_SPACE = 0x455850  # first half of the advisory lock's key: "EXP"
WORKING = (ExportState.WAITING, ExportState.RUNNING)
WAKE_AGAIN_SECONDS = 15

log = logging.getLogger("participants.exports")


# ---------------------------------------------------------------- asking
def digest_of(user: Any, *, asked: Mapping[str, Any]) -> str:
    """What makes two requests the same: who asks, for whom, which columns, and why."""
    text = json.dumps([user.pk, user.active_membership.pk, asked], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def request(
    *,
    uid: UUID,
    digest: str,
    filters: Mapping[str, str],
    asked_ciphertext: bytes,
    columns: Sequence[str],
    has_personal_numbers: bool,
    reason: str,
    format: str,
    language: str,
    by: Any,
) -> tuple[ExportJob, bool]:
    """The job, and whether it is new: the same request twice, or in two tabs, is one job."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_SPACE, digest])
    now = timezone.now()
    same = ExportJob.objects.filter(request_digest=digest, made_by=by, made_at__gt=now - SAME_WITHIN)
    if (job := same.filter(state__in=[*WORKING, ExportState.DONE]).order_by("-pk").first()) is not None:
        return job, False
    job = ExportJob.objects.create(
        **ExportJob.of(by),
        uid=uid,
        request_digest=digest,
        filters=dict(filters),
        asked_ciphertext=asked_ciphertext,
        columns=list(columns),
        has_personal_numbers=has_personal_numbers,
        reason=reason,
        format=format,
        language=language,
    )
    audit.record(
        by, "participants.export.requested", job, reason=reason, personal=has_personal_numbers, format=format
    )
    queue(job)
    return job, True


# ---------------------------------------------------------------- making
def begin(job_id: int) -> ExportJob | None:
    """The job as running; None when it is made, failed or gone."""
    changed = ExportJob.objects.filter(pk=job_id, state__in=WORKING).update(
        state=ExportState.RUNNING, began_at=timezone.now(), rows_done=0, rows_total=0
    )
    return ExportJob.objects.select_related("made_by").get(pk=job_id) if changed else None


def asker_of(job: ExportJob) -> User | None:
    """Who asked, working for the unit they asked for; None when they do not work there any more."""
    user: User = job.made_by
    theirs = Membership.objects.filter(
        user=user, role=job.role, organisation=job.organisation_id, area=job.area_id
    )
    membership = theirs.valid_on(timezone.localdate()).with_unit().first()
    return user.acting_as(membership) if membership is not None and user.is_active else None


def tell(job: ExportJob, *, done: int, total: int) -> None:
    ExportJob.objects.filter(pk=job.pk).update(rows_done=done, rows_total=total)


@transaction.atomic
def finish(
    job: ExportJob, *, file: str, size: int, rows: int, left_out: int, people: array[int], by: Any
) -> None:
    """The file is ready for a day, and the trail says how many people it holds."""
    now = timezone.now()
    changed = ExportJob.objects.filter(pk=job.pk, state=ExportState.RUNNING).update(
        state=ExportState.DONE,
        file=file,
        file_size=size,
        people=zlib.compress(array("q", sorted(people)).tobytes(), 1),
        rows_done=rows,
        rows_total=rows,
        left_out=left_out,
        finished_at=now,
        expires_at=now + timedelta(hours=KEPT_HOURS),
    )
    if not changed:  # dropped meanwhile, because somebody in it was erased
        sealed_files.delete(file)
        return
    audit.record(
        by,
        "participants.export.made",
        job,
        count=rows,
        reason=job.reason,
        personal=job.has_personal_numbers,
        format=job.format,
    )


def fail(job: ExportJob, *, why: str) -> None:
    ExportJob.objects.filter(pk=job.pk, state=ExportState.RUNNING).update(
        state=ExportState.FAILED, failure=why, finished_at=timezone.now(), asked_ciphertext=None
    )


def people_in(job: ExportJob) -> list[int]:
    """Ids of those in the file; of an export made before they were kept, nobody."""
    return array("q", zlib.decompress(bytes(job.people))).tolist() if job.people else []


# ---------------------------------------------------------------- handing out, taking away
@transaction.atomic
def download(*, job: ExportJob, by: Any) -> Iterator[bytes] | None:
    """The file in pieces, recorded; None when it is not there any more."""
    found = ExportJob.objects.filter(pk=job.pk, state=ExportState.DONE, expires_at__gt=timezone.now())
    if not found.update(download_count=F("download_count") + 1):
        return None
    try:
        content = sealed_streams.pieces(job.file, column=FILE_COLUMN, row=job.uid)
        first = next(content)
    except FileNotFoundError:
        return None
    audit.record(
        by, "participants.export.downloaded", job, count=job.rows_done, personal=job.has_personal_numbers
    )
    return _from(first, content)


def _from(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def expire(*, now: datetime) -> int:
    """Deletes the files that are a day old, and what was asked for; the line of the job stays."""
    count = 0
    for job in ExportJob.objects.filter(state=ExportState.DONE, expires_at__lte=now).order_by("pk"):
        with transaction.atomic():
            sealed_files.delete(job.file)
            ExportJob.objects.filter(pk=job.pk).update(
                state=ExportState.EXPIRED, file="", asked_ciphertext=None
            )
        count += 1
    return count


# ---------------------------------------------------------------- waking the worker
def queue(job: ExportJob) -> None:
    """Only a wake-up: without a broker the job waits in its row until ``queue_unfinished``."""
    transaction.on_commit(lambda: background.nudge(TASK, job.pk), robust=True)


def queue_if_waiting(job: ExportJob) -> None:
    """As ``queue``, for the page that watches a job: at most every few seconds."""
    if job.state in WORKING and cache.add(f"export-wake:{job.pk}", 1, WAKE_AGAIN_SECONDS):
        queue(job)


def queue_unfinished() -> None:
    for job in ExportJob.objects.filter(state__in=WORKING).order_by("pk"):
        queue(job)
