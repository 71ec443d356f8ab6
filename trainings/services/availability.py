"""When a person can come: said once, asked by every invitation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from okoce.audit.services import record
from participants.models import Participant
from trainings.models import Availability
from trainings.scheduling import EVENINGS, WEEKDAYS, WEEKENDS
from trainings.services.locks import actor, lock_people

SLOTS = (WEEKDAYS, EVENINGS, WEEKENDS)


def of(person: Participant) -> dict[str, bool]:
    """Slot → whether the person can come then; all of them when nothing was said."""
    said = Availability.objects.filter(participant=person).values(*SLOTS).first()
    return said or dict.fromkeys(SLOTS, True)


@transaction.atomic
def put(
    *, person: Participant, weekdays: bool, evenings: bool, weekends: bool, by: Any, now: datetime
) -> Availability:
    """Saying the same again changes nothing."""
    lock_people([person.pk])
    wanted = {WEEKDAYS: weekdays, EVENINGS: evenings, WEEKENDS: weekends}
    said, is_new = Availability.objects.get_or_create(
        participant=person, defaults={**wanted, "changed_at": now, "changed_by": actor(by)}
    )
    if is_new or {slot: getattr(said, slot) for slot in SLOTS} != wanted:
        for slot, can in wanted.items():
            setattr(said, slot, can)
        said.changed_at, said.changed_by = now, actor(by)
        said.save()
        record(by, "trainings.availability.said", person, **wanted)
    return said
