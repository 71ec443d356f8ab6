"""The address on a participant card: random, withdrawable, and good for nothing but the status."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.db.encryption import decrypt, encrypt, lookup
from okoce.notifications.services import queue
from participants.enums import Status
from participants.models import CardToken, Participant

COLUMN = "participants.card_token"
READY, CAUSE = "card_ready", "participants.cardtoken"  # the message about it
TOLD_FOR = timedelta(days=30)


@transaction.atomic
def issue(*, participant_id: int, by: User, tells: bool = False) -> CardToken:
    """A new card. The one before shows nothing from now on.

    ``tells``: the person is not there and is told where to fetch it.
    """
    participant = Participant.objects.select_for_update().get(pk=participant_id)
    withdrawn = _revoke(participant)
    token = secrets.token_urlsafe(16)
    card = CardToken.objects.create(
        participant=participant,
        token_lookup=lookup(token, column=COLUMN),
        token_ciphertext=encrypt(token, column=COLUMN, row=participant.uid),
    )
    record(by, "participants.card.issued", participant, replaced=bool(withdrawn))
    if tells:
        queue(
            kind=READY,
            key=f"card:{card.pk}:ready",
            participant_id=participant_id,
            cause=(CAUSE, card.pk),
            expires_at=timezone.now() + TOLD_FOR,
        )
    return card


@transaction.atomic
def withdraw(*, participant_id: int, by: User) -> bool:
    """The card is lost: its address shows nothing from now on. Whether there was one."""
    participant = Participant.objects.select_for_update().get(pk=participant_id)
    withdrawn = _revoke(participant)
    if withdrawn:
        record(by, "participants.card.withdrawn", participant)
    return bool(withdrawn)


def _revoke(participant: Participant) -> int:
    """Every valid card of the person, those from before a merge among them; how many."""
    theirs = CardToken.objects.filter(Q(participant=participant) | Q(participant__merged_into=participant))
    return theirs.filter(revoked_at=None).update(revoked_at=timezone.now())


def valid_ones(people: QuerySet[Participant]) -> QuerySet[CardToken]:
    """The cards of these people that show something."""
    return CardToken.objects.filter(revoked_at=None, participant__in=people.order_by())


def address_of(card: CardToken) -> str:
    """The whole address, as it stands in the code on the card."""
    token = decrypt(card.token_ciphertext, column=COLUMN, row=card.participant.uid)
    return f"{settings.PORTAL_URL.rstrip('/')}{reverse('participants:card_status', args=[token])}"


def open_card(token: str) -> Participant | None:
    """Whose card it is; nobody's when it was withdrawn or never existed.

    A card of somebody who was merged shows the one who carries everything now.
    """
    card = (
        CardToken.objects.filter(token_lookup=lookup(token, column=COLUMN), revoked_at=None)
        .select_related("participant__merged_into")
        .first()
    )
    if card is None:
        return None
    holder: Participant = card.participant.merged_into or card.participant
    return None if holder.status == Status.DIED else holder


def whose(token: str) -> tuple[Participant | None, bool]:
    """Whose card this is or was, and whether it is still valid. For who stands at a door with a scanner.

    None: no card of ours has this token. As in ``open_card`` a merged person's card names the survivor.
    """
    card = (
        CardToken.objects.filter(token_lookup=lookup(token, column=COLUMN))
        .select_related("participant__merged_into")
        .first()
    )
    if card is None:
        return None, False
    return card.participant.merged_into or card.participant, card.revoked_at is None


def tokens_of(people: Iterable[int]) -> dict[int, list[str]]:
    """The valid tokens of these people, those of rows merged into them among them. One query."""
    ids = list(people)
    found: dict[int, list[str]] = {}
    cards = CardToken.objects.filter(
        Q(participant__in=ids) | Q(participant__merged_into__in=ids), revoked_at=None
    ).select_related("participant")
    for card in cards:
        token = decrypt(card.token_ciphertext, column=COLUMN, row=card.participant.uid)
        found.setdefault(card.participant.merged_into_id or card.participant_id, []).append(token)
    return found
