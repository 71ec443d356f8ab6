"""Consents: one append-only row for every answer, the newest of a purpose counts.

The steps of the programme need none. Whoever uses somebody's data for one of the four extras asks ``may`` for
one person or ``Participant.objects.with_consent`` for many, at the moment of use.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.notifications import services as outbox
from participants import consent_texts
from participants.enums import Channel, Purpose
from participants.models import Consent, Participant


class Erased(Exception):
    """The person was erased: nobody is there to answer."""


@dataclass(frozen=True)
class Standing:
    """How one purpose stands with one person. ``answer`` is the newest row; None: never asked."""

    purpose: Purpose
    is_given: bool
    answer: Consent | None
    text: str
    text_version: str


def may(participant: Participant, purpose: str) -> bool:
    """Whether this person's data may be used for ``purpose`` now: agreed, not withdrawn, not restricted."""
    return Participant.objects.with_consent(purpose).filter(pk=participant.pk).exists()


def text_of_messages() -> str:
    """What somebody agrees to who wants messages, in the present language."""
    return consent_texts.current(Purpose.MESSAGES).in_language()


def standing_of(participant: Participant) -> list[Standing]:
    """The four purposes with the newest answer to each, in one query."""
    newest: dict[str, Consent] = {}
    for row in participant.consents.select_related("recorded_by"):
        newest.setdefault(row.purpose, row)
    found = []
    for purpose in Purpose:
        answer, text = newest.get(purpose), consent_texts.current(purpose)
        is_given = answer is not None and answer.is_given
        found.append(Standing(purpose, is_given, answer, text.in_language(), text.version))
    return found


def give(
    *, participant_id: int, purpose: str, channel: str, by: User | None, now: datetime | None = None
) -> Consent:
    """Note that the person agrees to the text of today. Saying it twice is one answer.

    ``by`` is the officer who wrote it down, or the person's own account. Raises Erased.
    """
    return _answer(participant_id, purpose, True, channel, by, now)


def withdraw(
    *, participant_id: int, purpose: str, channel: str, by: User | None, now: datetime | None = None
) -> Consent:
    """The purpose stops with this transaction: waiting messages are cancelled, everything else asks ``may``.

    What the programme recorded stays. Somebody who was never asked says no with it. Raises Erased.
    """
    return _answer(participant_id, purpose, False, channel, by, now)


@transaction.atomic
def _answer(
    participant_id: int, purpose: str, is_given: bool, channel: str, by: User | None, now: datetime | None
) -> Consent:
    participant = Participant.objects.select_for_update().get(pk=participant_id)
    if participant.erased_at is not None:
        raise Erased(participant.number)
    text = consent_texts.current(Purpose(purpose))
    newest = participant.consents.filter(purpose=purpose).first()
    if (
        newest is not None
        and newest.is_given == is_given
        and (not is_given or newest.text_version == text.version)
    ):
        return newest
    answer: Consent = Consent.objects.create(
        participant=participant,
        purpose=Purpose(purpose),
        is_given=is_given,
        text_version=text.version,
        language=get_language() or "id",
        channel=Channel(channel),
        at=now or timezone.now(),
        recorded_by=by,
    )
    if purpose == Purpose.MESSAGES and not is_given:
        outbox.cancel_unwanted(participant_id=participant.pk, reason="consent_refused")
    deed = "given" if is_given else "withdrawn"
    record(by, f"participants.consent.{deed}", participant, purpose=str(purpose), channel=str(channel))
    return answer
