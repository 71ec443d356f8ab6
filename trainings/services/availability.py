"""When a person can come: said once, asked by every invitation."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from okoce.audit.services import record
from participants.models import Participant
from trainings.models import Availability
from trainings.scheduling import WEEKDAYS, day_of, half_of, slot_of
from trainings.services.locks import actor, lock_people


@dataclass(frozen=True)
class Times:
    """What somebody says about when they can come; nothing said: always."""

    mornings: bool = True
    afternoons: bool = True
    evenings: bool = True
    weekends: bool = True
    away_from: date | None = None
    away_until: date | None = None

    @property
    def weekdays(self) -> bool:
        return self.mornings or self.afternoons

    def can_come_at(self, starts_at: datetime) -> bool:
        """``querysets.available_at`` says the same of many."""
        if self.away_from and self.away_until and self.away_from <= day_of(starts_at) <= self.away_until:
            return False
        slot = slot_of(starts_at)
        return bool(getattr(self, half_of(starts_at) if slot == WEEKDAYS else slot))


def of(person: Participant) -> Times:
    said = Availability.objects.filter(participant=person).first()
    if said is None:
        return Times()
    return Times(
        mornings=said.weekdays and said.mornings,
        afternoons=said.weekdays and said.afternoons,
        evenings=said.evenings,
        weekends=said.weekends,
        away_from=said.away_from,
        away_until=said.away_until,
    )


@transaction.atomic
def put(*, person: Participant, times: Times, by: Any, now: datetime) -> None:
    """Keeps what was said. Saying the same again changes nothing."""
    lock_people([person.pk])
    if of(person) == times:
        return
    half = times.weekdays
    Availability.objects.update_or_create(
        participant=person,
        defaults={
            "weekdays": half,
            "mornings": times.mornings or not half,
            "afternoons": times.afternoons or not half,
            "evenings": times.evenings,
            "weekends": times.weekends,
            "away_from": times.away_from,
            "away_until": times.away_until,
            "changed_at": now,
            "changed_by": actor(by),
        },
    )
    said = {name: value for name, value in asdict(times).items() if isinstance(value, bool)}
    record(by, "trainings.availability.said", person, **said, is_away=times.away_from is not None)
