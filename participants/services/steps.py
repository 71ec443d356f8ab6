"""Milestones recorded by hand: with a day, what proves it and why, and taken back with a reason."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from django.db import transaction

from okoce.audit import services as audit
from participants.enums import Step
from participants.evidence import MANUAL
from participants.models import Participant, StepReached, StepTakenBack


class StepProblem(StrEnum):
    FUTURE = "future"
    BEFORE_REGISTRATION = "before_registration"
    NOT_REGISTERED = "not_registered"
    NOT_BY_HAND = "not_by_hand"


class StepRefused(Exception):
    def __init__(self, problem: StepProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@transaction.atomic
def record_step(
    *, participant_id: int, step: int, reached_on: date, evidence: str, reason: str, by: Any, today: date
) -> tuple[StepReached, bool]:
    """Record that P2 to P7 was reached; (row, whether it is new). Any step without the earlier ones but P1.

    Raises StepRefused. What is reached already stays as it is.
    """
    participant = Participant.objects.select_for_update().get(pk=participant_id)
    if step == Step.P1_REGISTRATION:
        raise StepRefused(StepProblem.NOT_BY_HAND)
    if (there := participant.steps.filter(step=step).first()) is not None:
        return there, False
    first = participant.steps.filter(step=Step.P1_REGISTRATION).first()
    if first is None:
        raise StepRefused(StepProblem.NOT_REGISTERED)
    if reached_on > today:
        raise StepRefused(StepProblem.FUTURE)
    if reached_on < first.reached_on:
        raise StepRefused(StepProblem.BEFORE_REGISTRATION)
    row = StepReached.objects.create(
        participant=participant,
        step=step,
        reached_on=reached_on,
        evidence=f"{MANUAL}{evidence}",
        reason=reason,
        actor=by,
    )
    audit.record(by, "participants.step.recorded", participant, step=step)
    return row, True


@transaction.atomic
def take_step_back(*, participant_id: int, step: int, reason: str, by: Any) -> bool:
    """Take a step that was recorded by hand back; False when it is not there any more."""
    participant = Participant.objects.select_for_update().get(pk=participant_id)
    row = participant.steps.filter(step=step).first()
    if row is None:
        return False
    if not row.evidence.startswith(MANUAL):
        raise StepRefused(StepProblem.NOT_BY_HAND)
    StepTakenBack.objects.create(
        participant=participant,
        step=row.step,
        reached_on=row.reached_on,
        evidence=row.evidence,
        reason=reason,
        taken_back_by=by,
    )
    row.delete()
    audit.record(by, "participants.step.taken_back", participant, step=step)
    return True
