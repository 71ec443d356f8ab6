"""What area of the programme a person sees.

`scope_of(user)` is the only place that turns a membership into an area. Whoever has no membership, or one
that is half configured, sees nothing. Every record of people has a queryset method `visible_to(user)` built
on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from okoce.accounts.roles import Role

NOTHING = Q(pk__in=[])


@dataclass(frozen=True)
class Scope:
    """Exactly one of these is set; all empty means nothing is visible."""

    everything: bool = False
    city: str | None = None
    kecamatan: str | None = None
    organisation: str | None = None
    mentor_id: int | None = None
    trainer_id: int | None = None
    participant_user_id: int | None = None

    @property
    def key(self) -> str:
        """What is kept in a cache for everybody of this scope is kept under this."""
        return ",".join(f"{name}={value}" for name, value in vars(self).items() if value)

    def as_q(
        self,
        *,
        city: str | None = None,
        kecamatan: str | None = None,
        organisation: str | None = None,
        mentor: str | None = None,
        trainer: str | None = None,
        owner: str | None = None,
    ) -> Q:
        """Condition over the given lookups; a scope whose lookup is not given sees nothing.

        ``city`` and ``kecamatan`` name code columns (``city_id``), the others user or organisation ids.
        """
        if self.everything:
            return Q()
        for value, lookup in (
            (self.city, city),
            (self.kecamatan, kecamatan),
            (self.organisation, organisation),
            (self.mentor_id, mentor),
            (self.trainer_id, trainer),
            (self.participant_user_id, owner),
        ):
            if value is not None:
                return Q(**{lookup: value}) if lookup else NOTHING
        return NOTHING


def scope_of(user: Any) -> Scope:
    """The area of the user's active membership; nothing for anybody else."""
    membership = getattr(user, "active_membership", None)
    if membership is None or not getattr(user, "is_active", False):
        return Scope()
    role = Role(membership.role)
    if role in (Role.PROVINCE, Role.AUDITOR):
        return Scope(everything=True)
    if role is Role.SUDIN:
        return Scope(city=membership.area_id)
    if role is Role.KECAMATAN:
        return Scope(kecamatan=membership.area_id)
    if role is Role.PENGAMPU:
        return Scope(organisation=membership.organisation_id)
    if role is Role.MENTOR:
        return Scope(mentor_id=user.pk)
    if role is Role.TRAINER:
        return Scope(trainer_id=user.pk)
    return Scope(participant_user_id=user.pk)
