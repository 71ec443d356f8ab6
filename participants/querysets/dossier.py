"""Notes and papers about a person."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from okoce.accounts.roles import Role, has_permission
from okoce.accounts.scope import Scope, scope_of
from participants.querysets.base import people_in


class NoteQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> NoteQuerySet:
        """Notes of the people in the own area, as far as they are meant for the reader.

        An agency reads what it wrote itself and nobody else reads that. Ordinary notes of offices and mentors
        go along with the person; sensitive ones stay with the office that wrote them and the Sudin above it.
        """
        if not has_permission(user, "participants.notes"):
            return self.none()
        scope = scope_of(user)
        return self.filter(people_in(scope, prefix="participant__"), _meant_for(user, scope))

    def standing(self) -> NoteQuerySet:
        """Not taken back."""
        return self.filter(taken_back_at__isnull=True)


def _meant_for(user: Any, scope: Scope) -> Q:
    if scope.organisation:
        return Q(role=Role.PENGAMPU, unit_id=scope.organisation)
    ordinary = ~Q(role=Role.PENGAMPU) & Q(is_sensitive=False)
    if not has_permission(user, "participants.notes_sensitive"):
        return ordinary | Q(author_id=user.pk)
    own = scope.as_q(city="city_id", kecamatan="kecamatan_id")
    return ordinary | (~Q(role=Role.PENGAMPU) & own)


class DocumentQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> DocumentQuerySet:
        """Papers of the people in the own area, for those who may open them."""
        if not has_permission(user, "participants.documents"):
            return self.none()
        return self.filter(people_in(scope_of(user), prefix="participant__"))

    def kept(self) -> DocumentQuerySet:
        """Not removed."""
        return self.filter(removed_at__isnull=True)
