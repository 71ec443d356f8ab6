"""Where a person stands: active, moved away, outside Jakarta, withdrawn, died. Nobody is deleted for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import transaction

from okoce.audit import services as audit
from participants import periods
from participants.enums import Status
from participants.models import Participant, StatusChange
from participants.services.changes import sign_out


class StatusProblem(StrEnum):
    FUTURE = "future"
    BEFORE_REGISTRATION = "before_registration"
    NO_AREA = "no_area"  # somebody from outside who lives in Jakarta now: say where, by a transfer
    NOT_THE_NEWEST = "not_the_newest"
    DIED = "died"  # who has died stays so; a mistake is taken back


class StatusRefused(Exception):
    def __init__(self, problem: StatusProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Standing:
    status: str
    is_outside_dki: bool


def standing_on(participant: Participant, day: date) -> Standing:
    """How somebody stood on a day, as the figures know it. Many at once: participants.figures."""
    rows = list(participant.status_changes.all())
    if not rows:
        return Standing(participant.status, participant.is_outside_dki)
    for row in rows:  # newest first
        if row.counts_from <= day:
            return Standing(row.status, row.is_outside_dki)
    return Standing(rows[-1].was_status, rows[-1].was_outside_dki)


@transaction.atomic
def change_status(
    *,
    participant_id: int,
    status: str,
    is_outside_dki: bool = False,
    starts_on: date,
    reason: str,
    by: Any,
    today: date,
) -> StatusChange | None:
    """Record that somebody is ``status`` from ``starts_on`` on. None when they stand so already.

    Raises StatusRefused. Messages, invitations and draws ask the present value (rules.takes_part) at once.
    """
    participant = Participant.objects.select_for_update().get(pk=participant_id)
    if starts_on > today:
        raise StatusRefused(StatusProblem.FUTURE)
    if starts_on < participant.registered_on:
        raise StatusRefused(StatusProblem.BEFORE_REGISTRATION)
    if status == Status.ACTIVE and not is_outside_dki and participant.kelurahan_id is None:
        raise StatusRefused(StatusProblem.NO_AREA)
    counts_from = periods.counts_from(starts_on, today=today)
    before = standing_on(participant, counts_from)
    if before == Standing(status, is_outside_dki):
        return None
    if before.status == Status.DIED:
        raise StatusRefused(StatusProblem.DIED)
    row = StatusChange.objects.create(
        participant=participant,
        status=status,
        is_outside_dki=is_outside_dki,
        was_status=before.status,
        was_outside_dki=before.is_outside_dki,
        starts_on=starts_on,
        counts_from=counts_from,
        reason=reason,
        recorded_by=by,
    )
    _settle(participant, today)
    audit.record(by, "participants.status.changed", participant, status=status)
    return row


@transaction.atomic
def take_back(*, change_id: int, reason: str, by: Any, today: date) -> StatusChange:
    """Take the newest change back: what held before holds again. Repeating it changes nothing."""
    participant_id = StatusChange.objects.values_list("participant_id", flat=True).get(pk=change_id)
    participant = Participant.objects.select_for_update().get(pk=participant_id)
    wrong = participant.status_changes.get(pk=change_id)
    done = StatusChange.objects.filter(takes_back=wrong).first()
    if done is not None:
        return done
    newest = newest_standing(participant)
    if newest is None or newest.pk != wrong.pk:
        raise StatusRefused(StatusProblem.NOT_THE_NEWEST)
    row = StatusChange.objects.create(
        participant=participant,
        status=wrong.was_status,
        is_outside_dki=wrong.was_outside_dki,
        was_status=wrong.status,
        was_outside_dki=wrong.is_outside_dki,
        starts_on=wrong.starts_on,
        counts_from=max(wrong.counts_from, periods.counts_from(wrong.starts_on, today=today)),
        reason=reason,
        takes_back=wrong,
        recorded_by=by,
    )
    _settle(participant, today)
    audit.record(by, "participants.status.taken_back", participant, status=row.status)
    return row


def newest_standing(participant: Participant) -> StatusChange | None:
    """The change that holds now and can be taken back; None when the last deed was a taking back."""
    newest = participant.status_changes.first()
    return None if newest is None or newest.takes_back_id is not None else newest


def _settle(participant: Participant, today: date) -> None:
    """Write today's standing to the person, and end the sign-ins of somebody who has died."""
    now = standing_on(participant, today)
    if (participant.status, participant.is_outside_dki) == (now.status, now.is_outside_dki):
        return
    participant.status, participant.is_outside_dki = now.status, now.is_outside_dki
    participant.save(update_fields=["status", "is_outside_dki", "updated_at"])
    if participant.status == Status.DIED:
        sign_out(participant)
