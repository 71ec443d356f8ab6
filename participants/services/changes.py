"""Correcting a participant's data, and opening a full number: both are recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from okoce.accounts import limits
from okoce.accounts.models import SignIn, User
from okoce.audit import services as audit
from okoce.values import names
from participants.models import Participant
from participants.services import duplicates

UNMASKED_AN_HOUR = 30
HOUR = timedelta(hours=1)
COMPARED = frozenset({"full_name", "birth_date", "phone", "nik", "kk"})  # by these, two look like one
AREA = ("kelurahan_id", "kecamatan_id", "city_id")


class ChangedMeanwhile(Exception):
    """Somebody else saved the same participant after the form was opened."""


class TooManyUnmasked(Exception):
    """The hour's allowance of opened numbers is used up."""


@transaction.atomic
def change_participant(
    *, participant_id: int, version: str, changes: dict[str, Any], by: Any
) -> tuple[Participant, list[str]]:
    """Write ``changes`` (field name: new value) and return the names of the fields that differ now.

    ``version`` is ``version_of`` when the form was opened. The history row comes from the table's trigger.
    """
    participant = Participant.objects.select_for_update().get(pk=participant_id)
    if version_of(participant) != version:
        raise ChangedMeanwhile
    changed = [name for name, value in changes.items() if getattr(participant, name) != value]
    if not changed:
        return participant, []
    for name in changed:
        setattr(participant, name, changes[name])
    if "full_name" in changed:
        participant.name_key = names.key(participant.full_name)
    if "kelurahan_id" in changed and participant.kelurahan_id:
        participant.kecamatan_id = participant.kelurahan_id[:8]
        participant.city_id = participant.kelurahan_id[:5]
    participant.save()
    if "phone" in changed:
        sign_out(participant)
    if COMPARED.intersection(changed):
        duplicates.look_for([participant.pk], now=timezone.now())
    audit.record(by, "participants.participant.changed", participant, fields=changed)
    return participant, changed


def sign_out(participant: Participant) -> None:
    """Whoever holds the phone that is not the participant's any more is out at the next request."""
    User.objects.filter(pk=participant.user_id).update(session_epoch=F("session_epoch") + 1)
    SignIn.objects.filter(user=participant.user_id, ended_at=None).update(ended_at=timezone.now())


def version_of(participant: Participant) -> str:
    return participant.updated_at.isoformat()


def unmask(*, participant: Participant, reason: str, by: Any) -> dict[str, Any]:
    """The full NIK, phone and birthday of a participant, recorded with the reason.

    At most UNMASKED_AN_HOUR for one officer; raises TooManyUnmasked beyond.
    """
    if limits.count("unmasked", str(by.pk), window=HOUR, now=timezone.now()) > UNMASKED_AN_HOUR:
        raise TooManyUnmasked
    audit.record(by, "participants.nik.unmasked", participant, reason=reason)
    return {
        "nik": participant.nik,
        "phone": participant.phone,
        "birth_date": participant.birth_date,
        "birth_place": participant.birth_place,
    }
