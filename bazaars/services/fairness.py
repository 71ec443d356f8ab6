"""The own answer for the fairness report: given with consent, changed, and taken back without a trace."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bazaars.models import FairnessAnswer
from okoce.accounts.models import User
from okoce.audit.services import record
from participants.models import Participant


@transaction.atomic
def answer(
    *, participant_id: int, has_disability: bool, text: str, by: User, now: datetime
) -> FairnessAnswer:
    """The trail says that something was answered, never what. The same again changes nothing."""
    participant = Participant.objects.select_for_update(of=("self",)).get(pk=participant_id)
    known: FairnessAnswer | None = FairnessAnswer.objects.filter(pk=participant_id).first()
    if known is not None and known.has_disability == has_disability:
        return known
    FairnessAnswer.objects.filter(pk=participant_id).delete()
    made = FairnessAnswer.objects.create(
        participant=participant, has_disability=has_disability, text=text, consented_at=now
    )
    record(by, "bazaars.fairness.answered", participant)
    return made


@transaction.atomic
def withdraw(*, participant_id: int, by: User) -> bool:
    """Whether there was an answer to take back."""
    participant = Participant.objects.select_for_update(of=("self",)).get(pk=participant_id)
    gone, _rows = FairnessAnswer.objects.filter(pk=participant_id).delete()
    if gone:
        record(by, "bazaars.fairness.withdrawn", participant)
    return bool(gone)
