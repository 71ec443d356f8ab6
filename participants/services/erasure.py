"""Erasing a person: nothing names them any more, and every count stays what it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from okoce.audit.context import request_id
from okoce.audit.services import record
from okoce.values.period import age_on
from participants import erasing
from participants.erasing import Erased, Fate, Line
from participants.models import Participant
from participants.services import forgetting


@dataclass(frozen=True)
class Outcome:
    """How many rows of each model were blanked or deleted."""

    changed: Counter[str]

    @property
    def total(self) -> int:
        return self.changed.total()


@transaction.atomic
def erase(*, participant_id: int, by: Any, now: datetime, why: str = "request") -> Outcome:
    """Blank everything of a participant, as participants.erasing says; doing it again changes nothing.

    Rows merged into this one go with it: they are the same person. ``why``: request, retention.
    """
    leave_plans(participant_id=participant_id, now=now)
    participant = Participant.everybody.select_for_update().get(pk=participant_id)
    changed: Counter[str] = Counter()
    for one in _same_person(participant):
        if one.erased_at is None:
            changed += _erase_one(one, by=by, now=now)
            record(by, "participants.participant.erased", one, count=changed.total(), why=why)
    return Outcome(changed)


def leave_plans(*, participant_id: int, now: datetime) -> None:
    """Seats of coming sessions go to the next in line, open applications are taken back."""
    for leave in erasing.plans():
        leave(participant_id, now)


def _same_person(participant: Participant) -> Iterable[Participant]:
    """The row and those merged into it."""
    merged = Participant.everybody.select_for_update().filter(merged_into=participant).order_by("pk")
    return [participant, *merged]


def _erase_one(participant: Participant, *, by: Any, now: datetime) -> Counter[str]:
    person = _as_it_was(participant, now)
    changed: Counter[str] = Counter()
    for line in erasing.lines():
        if line.deed is not None:
            changed[line.model] += line.deed(person)
    _delete(person, changed)
    for line in erasing.lines():
        if line.fate is Fate.BLANKED and not line.is_append_only and line.model != "participants.Participant":
            rows = line.model_class._base_manager.filter(**{line.person: person.participant_id})
            changed[line.model] += rows.update(**line.columns)
    _make_nameless(participant, now)
    changed["participants.Participant"] += 1
    changed["history"] += forgetting.erase_history(person, by=by, request=request_id.get())
    return changed


def _as_it_was(participant: Participant, now: datetime) -> Erased:
    return Erased(
        participant_id=participant.pk,
        user_id=participant.user_id,
        uid=participant.uid,
        number=participant.number,
        full_name=participant.full_name,
        name_key=participant.name_key,
        nik=participant.nik,
        phone=participant.phone,
        email=participant.email,
        phone_lookup=bytes(participant.phone_lookup) if participant.phone_lookup else None,
        birth_date=participant.birth_date,
        at=now,
    )


def _delete(person: Erased, changed: Counter[str]) -> None:
    """Deletes line by line; what others still point to waits for them."""
    waiting = [line for line in erasing.lines() if line.fate is Fate.DELETED]
    while waiting:
        put_off: list[Line] = []
        for line in waiting:
            rows = line.model_class._base_manager.filter(**{line.person: person.participant_id})
            try:
                changed[line.model] += rows.delete()[0]
            except ProtectedError:
                put_off.append(line)
        if len(put_off) == len(waiting):
            raise RuntimeError(f"deleting in a ring: {[line.model for line in put_off]}")
        waiting = put_off


def _make_nameless(participant: Participant, now: datetime) -> None:
    line = erasing.line_of(Participant)
    assert line is not None
    for name, empty in line.columns.items():
        setattr(participant, name, empty)
    participant.birth_date = same_age_at(participant.registered_on, participant.birth_date)
    participant.restricted_at, participant.erased_at = None, now
    participant.save()


def same_age_at(registered_on: date, birth_date: date) -> date:
    """A birth date that says no more than how old somebody was on the day of registration.

    29 February becomes 28 February of the year of birth, which is the same age.
    """
    year = registered_on.year - age_on(birth_date, registered_on)
    try:
        return registered_on.replace(year=year)
    except ValueError:
        return registered_on.replace(year=year, day=28)
