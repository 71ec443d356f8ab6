"""Photos of identity cards: sealed, each opening recorded, deleted after the comparison."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from okoce.audit import services as audit
from okoce.db import sealed_files
from participants.models import IdentityPhoto, Participant, SelfRegistration

COLUMN = "participants.identity_photo"
KEPT = timedelta(days=14)  # a photo taken at the counter that nobody compared


@transaction.atomic
def attach(
    *,
    content: bytes,
    now: datetime,
    by: Any = None,
    participant: Participant | None = None,
    registration: SelfRegistration | None = None,
) -> IdentityPhoto:
    """Keeps a clean photo (okoce.db.images) for one person; the one before it is deleted."""
    owner = {"participant": participant} if participant is not None else {"registration": registration}
    (person,) = (whose for whose in owner.values() if whose is not None)
    locked = type(person).objects.select_for_update(of=("self",)).filter(pk=person.pk)
    locked.get()  # two at once wait for each other here
    before = IdentityPhoto.objects.filter(**owner).first()
    if before is not None:
        _delete(before)
    photo = IdentityPhoto(**owner, taken_at=now, taken_by=by)
    photo.file = sealed_files.store(content, column=COLUMN, row=photo.uid)
    photo.save()
    if participant is not None:
        audit.record(by, "participants.identity_photo.added", participant)
    return photo


def open_recorded(photo: IdentityPhoto, *, by: Any) -> bytes:
    """The picture. Every opening is recorded. FileNotFoundError when the file is gone."""
    content = sealed_files.load(photo.file, column=COLUMN, row=photo.uid)
    audit.record(by, "participants.identity_photo.opened", photo.participant or photo.registration)
    return content


@transaction.atomic
def delete_of(
    *, by: Any, participant: Participant | None = None, registration: SelfRegistration | None = None
) -> bool:
    """After the comparison. Whether there was one."""
    owner = {"participant": participant} if participant is not None else {"registration": registration}
    photo = IdentityPhoto.objects.select_for_update().filter(**owner).first()
    if photo is None:
        return False
    _delete(photo)
    if by is not None:
        audit.record(by, "participants.identity_photo.deleted", participant or registration)
    return True


def forget_old(*, now: datetime) -> int:
    """Photos of the counter that nobody compared in time; how many. An applicant's go with the decision."""
    old = IdentityPhoto.objects.filter(Q(participant__isnull=False), taken_at__lt=now - KEPT)
    count = 0
    for photo in old:
        with transaction.atomic():
            _delete(photo)
        count += 1
    return count


def _delete(photo: IdentityPhoto) -> None:
    sealed_files.delete(photo.file)
    photo.delete()
