from __future__ import annotations

from datetime import date
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from okoce.accounts.roles import Role, has_permission
from okoce.accounts.scope import NOTHING, Scope, scope_of
from okoce.db.models import valid_on


def people_in(scope: Scope, prefix: str = "") -> Q:
    """Condition over participants (or, with ``prefix``, rows that point to one) inside a scope.

    Agencies see those they foster now, mentors their present caseload, participants themselves.
    """

    def q(**lookups: Any) -> Q:
        return Q(**{f"{prefix}{name}": value for name, value in lookups.items()})

    if scope.everything:
        return Q()
    if scope.city:
        return q(city_id=scope.city)
    if scope.kecamatan:
        return q(kecamatan_id=scope.kecamatan)
    if scope.participant_user_id:
        return q(user_id=scope.participant_user_id)
    if scope.organisation:
        links = apps.get_model("participants", "FosterLink")._default_manager.filter(
            organisation_id=scope.organisation, valid_until__isnull=True
        )
        return q(pk__in=links.values("participant_id"))
    if scope.mentor_id:
        mine = apps.get_model("participants", "MentorAssignment")._default_manager.filter(
            mentor_id=scope.mentor_id, valid_until__isnull=True
        )
        return q(pk__in=mine.values("participant_id"))
    return NOTHING


class ParticipantQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> ParticipantQuerySet:
        """Participants of the person's area; a participant sees only the own row."""
        membership = getattr(user, "active_membership", None)
        is_self = membership is not None and membership.role == Role.PARTICIPANT
        if not (is_self or has_permission(user, "participants.view")):
            return self.none()
        return self.filter(people_in(scope_of(user)))

    def in_programme(self) -> ParticipantQuerySet:
        """Those who count: residents of Jakarta who are active."""
        return self.filter(status="active", is_outside_dki=False)

    def of_kecamatan(self, code: str) -> ParticipantQuerySet:
        return self.filter(kecamatan_id=code)


class FosterLinkQuerySet(models.QuerySet):
    def valid_on(self, day: date) -> FosterLinkQuerySet:
        return self.filter(valid_on(day))


class StepReachedQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> StepReachedQuerySet:
        if not has_permission(user, "participants.view"):
            return self.none()
        return self.filter(people_in(scope_of(user), prefix="participant__"))


class ImportBatchQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> ImportBatchQuerySet:
        """Lists of the own city, for those who may import."""
        if not has_permission(user, "participants.import"):
            return self.none()
        return self.filter(scope_of(user).as_q(city="city_id"))


class ImportRowQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> ImportRowQuerySet:
        if not has_permission(user, "participants.import"):
            return self.none()
        return self.filter(scope_of(user).as_q(city="batch__city_id"))
