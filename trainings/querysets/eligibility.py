"""Who meets the conditions of an activity, and who got equipment."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from participants.enums import Step
from trainings.enums import ConditionCode
from trainings.querysets.base import OfPersonQuerySet, rows_of


class GrantQuerySet(OfPersonQuerySet):
    PERMISSION = "trainings.manage"


def fit_for(participants: models.QuerySet, activity: Any) -> models.QuerySet:
    """Those who meet the conditions of the activity; ``eligibility.why_not`` says the same of one, in words.

    Asks only where there are conditions.
    """
    if not activity.has_conditions:
        return participants
    for condition in activity.conditions.all():
        participants = participants.filter(_FITS[ConditionCode(condition.code)](condition))
    return participants


def _with_permit(_condition: Any) -> Q:
    steps = apps.get_model("participants", "StepReached").objects
    return Q(Exists(steps.filter(participant=OuterRef("pk"), step=Step.P4_PERMITS)))


def similar_before(condition: Any, person: Any) -> models.QuerySet:
    """Completed trainings of the same kind, in whatever year, by ``person`` (an id or an outer reference)."""
    scans = rows_of("AttendanceScan").counted()
    found: models.QuerySet = scans.filter(participant=person, session__activity__in=condition.similar)
    return found


def _without_similar(condition: Any) -> Q:
    return Q(~Exists(similar_before(condition, OuterRef("pk"))))


def _without_equipment(_condition: Any) -> Q:
    grants = rows_of("EquipmentGrant").filter(
        Q(participant=OuterRef("pk")) | Q(nik_lookup=OuterRef("nik_lookup"), nik_lookup__isnull=False)
    )
    marks = rows_of("EquipmentMark").filter(
        nik_lookup=OuterRef("nik_lookup"), forget_after__gte=timezone.localdate()
    )
    return Q(~Exists(grants)) & Q(~Exists(marks))


_FITS = {
    ConditionCode.PERMIT: _with_permit,
    ConditionCode.NOT_SIMILAR: _without_similar,
    ConditionCode.NO_EQUIPMENT: _without_equipment,
}
