"""Who may take an activity: its profile is data, what each condition asks is here.

Each condition answers twice and the same: of one person in words (``why_not``), and of many as a queryset
(``able``). The sentence says why not, and what comes next. Source: docs/programme.md, "Who may register".
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.formats import date_format

from participants.enums import Step
from participants.models import Participant, StepReached
from trainings.enums import ConditionCode
from trainings.models import Activity, ActivityCondition, AttendanceScan, EquipmentGrant
from trainings.refusals import BookingRefused, Refusal
from trainings.scheduling import day_of


def conditions_of(activity: Activity) -> list[ActivityCondition]:
    """None is asked for where the activity has none: no query then."""
    return list(activity.conditions.all()) if activity.has_conditions else []


def why_not(activity: Activity, participant: Participant) -> BookingRefused | None:
    """The first condition that the person does not meet."""
    for condition in conditions_of(activity):
        if (reason := _ASKED[ConditionCode(condition.code)](condition, activity, participant)) is not None:
            return reason
    return None


def able(participants: models.QuerySet, activity: Activity) -> models.QuerySet:
    """Those who meet every condition of the activity."""
    for condition in conditions_of(activity):
        participants = participants.filter(_ABLE[ConditionCode(condition.code)](condition, activity))
    return participants


def _permit(_row: ActivityCondition, activity: Activity, person: Participant) -> BookingRefused | None:
    if StepReached.objects.filter(participant=person, step=Step.P4_PERMITS).exists():
        return None
    return BookingRefused(Refusal.NO_PERMIT, name=person.full_name, activity=activity.label)


def _with_permit(_row: ActivityCondition, _activity: Activity) -> Q:
    return Q(Exists(StepReached.objects.filter(participant=OuterRef("pk"), step=Step.P4_PERMITS)))


def _done_before(row: ActivityCondition, person: Any) -> models.QuerySet:
    """Completed trainings of the same kind, in whatever year."""
    return AttendanceScan.objects.counted().filter(participant=person, session__activity__in=row.similar)


def _not_similar(row: ActivityCondition, activity: Activity, person: Participant) -> BookingRefused | None:
    before = _done_before(row, person.pk).select_related("session__activity").order_by("pk").first()
    if before is None:
        return None
    return BookingRefused(
        Refusal.SIMILAR_BEFORE,
        name=person.full_name,
        activity=activity.label,
        before=before.session.activity.name,
        day=date_format(day_of(before.session.starts_at), "LONG_DATE_FORMAT"),
    )


def _without_similar(row: ActivityCondition, _activity: Activity) -> Q:
    return Q(~Exists(_done_before(row, OuterRef("pk"))))


def grant_of(person: Participant) -> EquipmentGrant | None:
    """What the NIK was given, also under an earlier entry of the same person."""
    same = Q(participant=person)
    if person.nik_lookup is not None:
        same |= Q(nik_lookup=person.nik_lookup)
    return EquipmentGrant.objects.filter(same).order_by("given_on").first()


def _no_equipment(_row: ActivityCondition, activity: Activity, person: Participant) -> BookingRefused | None:
    return had_equipment(activity, person)


def had_equipment(activity: Activity, person: Participant) -> BookingRefused | None:
    """That the NIK was given equipment already, in words."""
    grant = grant_of(person)
    if grant is None:
        return None
    return BookingRefused(
        Refusal.EQUIPMENT_BEFORE,
        name=person.full_name,
        activity=activity.label,
        item=grant.item,
        day=date_format(grant.given_on, "LONG_DATE_FORMAT"),
    )


def _without_equipment(_row: ActivityCondition, _activity: Activity) -> Q:
    grants = EquipmentGrant.objects.filter(
        Q(participant=OuterRef("pk")) | Q(nik_lookup=OuterRef("nik_lookup"), nik_lookup__isnull=False)
    )
    return Q(~Exists(grants))


_ASKED = {
    ConditionCode.PERMIT: _permit,
    ConditionCode.NOT_SIMILAR: _not_similar,
    ConditionCode.NO_EQUIPMENT: _no_equipment,
}
_ABLE = {
    ConditionCode.PERMIT: _with_permit,
    ConditionCode.NOT_SIMILAR: _without_similar,
    ConditionCode.NO_EQUIPMENT: _without_equipment,
}
