"""May this person do this to that; and who takes part at all."""

from __future__ import annotations

from typing import Any

from okoce.accounts.roles import has_permission
from okoce.accounts.scope import scope_of
from participants.enums import Status
from participants.models import Participant


def takes_part(participant: Participant) -> bool:
    """Whether anything is sent to, planned for or drawn with this person. Many: ``.taking_part()``.

    Not those who moved away, withdrew or died, nor those whose data is restricted or erased.
    """
    return participant.status == Status.ACTIVE and is_usable(participant)


def is_usable(participant: Participant) -> bool:
    """Whether the data may be used now: not restricted, not erased. Many: ``.usable()``."""
    return participant.restricted_at is None and participant.erased_at is None


def is_in_programme(participant: Participant) -> bool:
    """Active and living in Jakarta by the identity card: who counts. Many: ``.in_programme()``."""
    return participant.status == Status.ACTIVE and not participant.is_outside_dki


def may_move_to(user: Any, participant: Participant, kelurahan: str) -> bool:
    """Whether the office may move somebody it holds to ``kelurahan``.

    A kecamatan office moves people inside its city; to and from other cities is the Sudin's.
    """
    if not has_permission(user, "participants.transfer"):
        return False
    scope = scope_of(user)
    if scope.kecamatan:
        return participant.kecamatan_id == scope.kecamatan and kelurahan[:5] == scope.kecamatan[:5]
    return bool(scope.city) and participant.city_id == scope.city


def may_see_money(user: Any) -> bool:
    return has_permission(user, "participants.money")
