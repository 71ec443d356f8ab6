"""The curriculum: which activities are taught when, where and to whom, and what a person must bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max

from okoce.audit.services import record
from trainings.completion import REQUIRED_ACTIVITIES
from trainings.models import Activity, ActivityCondition
from trainings.refusals import Clash, SessionRefused

FAR = 2100  # an open end, for looking at the years an activity is taught in


@dataclass(frozen=True)
class ActivityEntry:
    """``conditions``: code of a condition → activities it speaks of."""

    code: str
    name_id: str
    name_en: str
    is_required: bool = False
    first_year: int | None = None
    last_year: int | None = None
    area_id: str | None = None
    closed_to: tuple[str, ...] = ()
    days: int = 1
    required_days: int = 1
    counts_hours: bool = False
    conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@transaction.atomic
def keep_activity(*, entry: ActivityEntry, by: Any) -> Activity:
    """The activity as written; a new one comes last. The same twice changes nothing more.

    Raises SessionRefused when a programme year would have more than three required activities, or one that
    had three would have fewer: nobody could complete it.
    """
    known = {a.pk: a for a in Activity.objects.select_for_update().order_by("pk")}
    before = _required_by_year(known.values())
    activity = known.get(entry.code) or Activity(code=entry.code)
    if activity.position is None:
        activity.position = (Activity.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    for name in (
        "name_id", "name_en", "is_required", "first_year", "last_year", "area_id", "days", "required_days",
        "counts_hours",
    ):  # fmt: skip
        setattr(activity, name, getattr(entry, name))
    activity.closed_to = list(entry.closed_to)
    activity.has_conditions = bool(entry.conditions)
    after = _required_by_year([*(a for a in known.values() if a.pk != activity.pk), activity])
    for year, count in after.items():
        if count > REQUIRED_ACTIVITIES:
            raise SessionRefused(Clash.TOO_MANY_REQUIRED, "is_required", year=year, count=count)
        if count < REQUIRED_ACTIVITIES <= before.get(year, 0):
            raise SessionRefused(Clash.TOO_FEW_REQUIRED, "is_required", year=year, count=count)
    activity.save()
    activity.conditions.exclude(code__in=list(entry.conditions)).delete()
    for code, similar in entry.conditions.items():
        ActivityCondition.objects.update_or_create(
            activity=activity, code=code, defaults={"similar": sorted(similar)}
        )
    record(by, "trainings.activity.kept", activity)
    return activity


def _required_by_year(activities: Any) -> dict[int, int]:
    """How many required activities each programme year has, for the years that anything says of."""
    required = [a for a in activities if a.is_required]
    years = {year for a in activities for year in (a.first_year, a.last_year) if year} | {FAR}
    years |= {year + 1 for year in years if year < FAR} | {year - 1 for year in years}
    return {
        year: sum((a.first_year or 0) <= year <= (a.last_year or FAR) for a in required)
        for year in sorted(years)
    }
