"""Who may take an activity: its profile is data, what each condition asks is here.

Each condition answers twice and the same: of one person in words here, and of many as a queryset
(``querysets.fit_for``). The sentence says why not, and what comes next. Source: docs/programme.md, "Who may
register".
"""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from participants.enums import Step
from participants.models import Participant, StepReached
from trainings.enums import ConditionCode
from trainings.models import Activity, ActivityCondition, EquipmentGrant, EquipmentMark
from trainings.querysets import similar_before
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


def _permit(_row: ActivityCondition, activity: Activity, person: Participant) -> BookingRefused | None:
    if StepReached.objects.filter(participant=person, step=Step.P4_PERMITS).exists():
        return None
    return BookingRefused(Refusal.NO_PERMIT, name=person.full_name, activity=activity.label)


def _not_similar(row: ActivityCondition, activity: Activity, person: Participant) -> BookingRefused | None:
    before = similar_before(row, person.pk).select_related("session__activity").order_by("pk").first()
    if before is None:
        return None
    return BookingRefused(
        Refusal.SIMILAR_BEFORE,
        name=person.full_name,
        activity=activity.label,
        before=before.session.activity.name,
        day=date_format(day_of(before.session.starts_at), "LONG_DATE_FORMAT"),
    )


def grant_of(person: Participant) -> EquipmentGrant | None:
    """What the NIK was given, also under an earlier entry of the same person."""
    same = Q(participant=person)
    if person.nik_lookup is not None:
        same |= Q(nik_lookup=person.nik_lookup)
    return EquipmentGrant.objects.filter(same).order_by("given_on").first()


def has_mark(person: Participant) -> bool:
    """The NIK was given equipment under an entry that was erased since."""
    if person.nik_lookup is None:
        return False
    marks = EquipmentMark.objects.filter(nik_lookup=person.nik_lookup)
    return marks.filter(forget_after__gte=timezone.localdate()).exists()


def forget_old_marks() -> int:
    """Marks that count no more are deleted. Runs on the clock, once a day."""
    deleted, _by_model = EquipmentMark.objects.filter(forget_after__lt=timezone.localdate()).delete()
    return deleted


def _no_equipment(_row: ActivityCondition, activity: Activity, person: Participant) -> BookingRefused | None:
    return had_equipment(activity, person)


def had_equipment(activity: Activity, person: Participant) -> BookingRefused | None:
    """That the NIK was given equipment already, in words."""
    grant = grant_of(person)
    if grant is None and has_mark(person):
        return BookingRefused(Refusal.EQUIPMENT_MARKED, name=person.full_name, activity=activity.label)
    if grant is None:
        return None
    return BookingRefused(
        Refusal.EQUIPMENT_BEFORE,
        name=person.full_name,
        activity=activity.label,
        item=grant.item,
        day=date_format(grant.given_on, "LONG_DATE_FORMAT"),
    )


_ASKED = {
    ConditionCode.PERMIT: _permit,
    ConditionCode.NOT_SIMILAR: _not_similar,
    ConditionCode.NO_EQUIPMENT: _no_equipment,
}
