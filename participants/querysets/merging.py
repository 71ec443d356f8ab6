"""People who may be one, and merges."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from okoce.accounts.roles import has_permission
from okoce.accounts.scope import scope_of
from participants.querysets.base import people_in


class DuplicateCandidateQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> DuplicateCandidateQuerySet:
        """Pairs of which at least one person is of the own area. The page says what is shown of the other."""
        if not has_permission(user, "participants.merge"):
            return self.none()
        scope = scope_of(user)
        return self.filter(people_in(scope, "first__") | people_in(scope, "second__"))

    def of_people(self) -> DuplicateCandidateQuerySet:
        """Of rows that are still a person of their own, whose data is there."""
        return self.filter(
            first__merged_into__isnull=True,
            second__merged_into__isnull=True,
            first__erased_at__isnull=True,
            second__erased_at__isnull=True,
        )

    def waiting(self) -> DuplicateCandidateQuerySet:
        """Nobody has compared them yet."""
        return self.of_people().filter(state="open")

    def in_kecamatan(self, code: str) -> DuplicateCandidateQuerySet:
        return self.filter(Q(first__kecamatan=code) | Q(second__kecamatan=code))

    def of_person(self, participant_id: int) -> DuplicateCandidateQuerySet:
        return self.filter(Q(first=participant_id) | Q(second=participant_id))

    def with_people(self) -> DuplicateCandidateQuerySet:
        return self.select_related(
            "first__registered_at_unit",
            "first__registered_by",
            "second__registered_at_unit",
            "second__registered_by",
        )


class MergeQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> MergeQuerySet:
        if not has_permission(user, "participants.merge"):
            return self.none()
        return self.filter(people_in(scope_of(user), "survivor__"))

    def standing(self) -> MergeQuerySet:
        """Not taken back."""
        return self.filter(undone_at__isnull=True)
