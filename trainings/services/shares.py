"""Seats limited to kelurahan and trades, and equipment that is handed over once per NIK and for ever."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from okoce.audit.services import record
from participants.models import Participant
from trainings import eligibility
from trainings.models import EquipmentGrant, Phase, SeatQuota, TrainingSession
from trainings.quotas import Group
from trainings.refusals import BookingRefused, Refusal
from trainings.services.locks import actor, constraint_of, lock_people, locked

ONCE = ("trainings_equipment_once_per_nik", "trainings_equipmentgrant_participant_id_key")


@transaction.atomic
def keep_quotas(
    *,
    limits: Mapping[Group, int],
    by: Any,
    session: TrainingSession | None = None,
    phase: Phase | None = None,
) -> None:
    """At most so many seats for each group, of one session or of each session of a phase.

    Who has a seat already keeps it. The same limits again change nothing.
    """
    of: dict[str, Any] = {"session": session} if session is not None else {"phase": phase}
    SeatQuota.objects.filter(**of).delete()
    SeatQuota.objects.bulk_create(
        SeatQuota(
            **of,
            kelurahan_id=code if kind == "kelurahan" else None,
            sector_id=code if kind == "sector" else None,
            seats=seats,
        )
        for (kind, code), seats in sorted(limits.items())
    )
    if session is not None:
        rows = TrainingSession.objects.filter(pk=session.pk)
        in_phase = session.phase_id is not None and SeatQuota.objects.filter(phase=session.phase_id).exists()
        rows.update(has_quotas=bool(limits) or in_phase)
    elif limits:
        TrainingSession.objects.filter(phase=phase).update(has_quotas=True)
    record(by, "trainings.quotas.kept", session or phase, count=len(limits))


@dataclass
class Granted:
    """Who got equipment now, and who did not, each with the sentence that says why and what next."""

    done: list[int] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@transaction.atomic
def grant_equipment(
    *, session_id: int, people: Collection[int], item: str, by: Any, given_on: date | None = None
) -> Granted:
    """Records what was handed over to those of ``people`` who were present and never got anything.

    The same press twice hands nothing over twice: the second names everybody as having it already.
    """
    session, granted = locked(session_id), Granted()
    lock_people(people)
    present = set(session.scans.standing().values_list("participant_id", flat=True))
    for person in Participant.objects.filter(pk__in=people).order_by("pk"):
        reason = None if person.pk in present else BookingRefused(Refusal.NOT_PRESENT, name=person.full_name)
        reason = reason or eligibility.had_equipment(session.activity, person)
        if reason is None and not _grant(person, session, item, by=by, given_on=given_on):
            reason = eligibility.had_equipment(session.activity, person)
        if reason is not None:
            granted.refused.append(reason.sentence)
        else:
            granted.done.append(person.pk)
    if granted.done:
        record(by, "trainings.equipment.granted", session, count=len(granted.done))
    return granted


def _grant(
    person: Participant, session: TrainingSession, item: str, *, by: Any, given_on: date | None
) -> bool:
    """False when somebody recorded it meanwhile: the database has the last word."""
    try:
        with transaction.atomic():
            EquipmentGrant.objects.create(
                participant=person,
                nik_lookup=person.nik_lookup,
                item=item,
                given_on=given_on or timezone.localdate(),
                session=session,
                recorded_by=actor(by),
            )
    except IntegrityError as error:
        if constraint_of(error) not in ONCE:
            raise
        return False
    return True
