"""Which people, and rows about them, lie inside a scope."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils import timezone

from okoce.accounts.scope import NOTHING, Scope
from okoce.db.models import valid_on


def people_in(scope: Scope, prefix: str = "") -> Q:
    """Condition over participants (or, with ``prefix``, rows that point to one) inside a scope.

    Agencies see those they foster now, mentors their present caseload, participants themselves. "Now" is the
    Jakarta day: what somebody may see is never asked for another day.
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
            valid_on(timezone.localdate()), organisation_id=scope.organisation
        )
        return q(pk__in=links.values("participant_id"))
    if scope.mentor_id:
        mine = apps.get_model("participants", "MentorAssignment")._default_manager.filter(
            valid_on(timezone.localdate()), mentor_id=scope.mentor_id
        )
        return q(pk__in=mine.values("participant_id"))
    return NOTHING
