"""Phases: made, changed, withdrawn; and what keeps a hall or a trainer away from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, transaction

from okoce.audit.services import record
from okoce.regions.models import Region
from trainings.models import (
    Activity,
    Phase,
    PhaseKecamatan,
    Trainer,
    TrainingSession,
    Venue,
)
from trainings.services.locks import actor, constraint_of


class PhaseRefused(Exception):
    """``code``: name_taken, changed, other_city, stands, has_sessions; the words are in plan_words."""

    def __init__(self, code: str, field: str = "", **params: Any) -> None:
        super().__init__(code)
        self.code, self.field, self.params = code, field, params


@dataclass(frozen=True)
class Share:
    """What one kecamatan takes part with."""

    kecamatan: str
    quota: int
    groups: int


@dataclass(frozen=True)
class PhaseEntry:
    """One form's worth of a phase."""

    name: str
    starts_on: date
    ends_on: date
    activities: Sequence[Activity]
    shares: Sequence[Share]
    weekdays: Sequence[int]
    starts: Sequence[time]
    minutes: int
    kecamatan_a_day: int
    gap_days: int
    venues: Sequence[Venue]
    trainers: Sequence[Trainer]


@transaction.atomic
def create_phase(*, city: str, entry: PhaseEntry, by: Any) -> Phase:
    """Raises PhaseRefused."""
    phase = Phase(city_id=city, created_by=actor(by))
    _write(phase, entry)
    record(by, "trainings.phase.created", phase, count=len(entry.shares))
    return phase


@transaction.atomic
def change_phase(*, phase_id: int, entry: PhaseEntry, seen: datetime | None, by: Any) -> Phase:
    """``seen``: when the phase had last been changed as the form showed it. Raises PhaseRefused.

    What sessions stand for already stays: a kecamatan, an activity, as many groups.
    """
    phase = Phase.objects.select_for_update().get(pk=phase_id)
    if seen is not None and phase.updated_at != seen:
        raise PhaseRefused("changed")
    _keep_what_stands(phase, entry)
    _write(phase, entry)
    record(by, "trainings.phase.changed", phase, count=len(entry.shares))
    return phase


@transaction.atomic
def delete_phase(*, phase_id: int, by: Any) -> None:
    """A phase without sessions goes, with its runs and groups. Repeating it changes nothing."""
    phase = Phase.objects.select_for_update().filter(pk=phase_id).first()
    if phase is None:
        return
    if phase.sessions.exists():
        raise PhaseRefused("has_sessions")
    record(by, "trainings.phase.deleted", phase)
    phase.delete()


def _write(phase: Phase, entry: PhaseEntry) -> None:
    _refuse_other_cities(phase.city_id, entry)
    phase.name, phase.year = entry.name, entry.starts_on.year
    phase.starts_on, phase.ends_on = entry.starts_on, entry.ends_on
    phase.weekdays, phase.starts = sorted(set(entry.weekdays)), sorted(set(entry.starts))
    phase.minutes, phase.gap_days = entry.minutes, entry.gap_days
    phase.kecamatan_a_day = entry.kecamatan_a_day
    try:
        with transaction.atomic():
            phase.save()
    except IntegrityError as error:
        if constraint_of(error) != "trainings_phase_name_once":
            raise
        raise PhaseRefused("name_taken", "name", name=entry.name, year=entry.starts_on.year) from None
    own = {share.kecamatan for share in entry.shares}
    phase.kecamatan.exclude(kecamatan__in=own).delete()
    for share in entry.shares:
        PhaseKecamatan.objects.update_or_create(
            phase=phase,
            kecamatan_id=share.kecamatan,
            defaults={"quota": share.quota, "groups": share.groups},
        )
    phase.activities.set(entry.activities)
    phase.venues.set([venue for venue in entry.venues if venue.kecamatan_id in own])
    phase.trainers.set(entry.trainers)


def _refuse_other_cities(city: str, entry: PhaseEntry) -> None:
    for share in entry.shares:
        if share.kecamatan[:5] != city:
            area = Region.objects.filter(pk=share.kecamatan).select_related("parent").first()
            raise PhaseRefused(
                "other_city",
                kecamatan=area.name if area else share.kecamatan,
                city=area.parent.short_name if area and area.parent else share.kecamatan[:5],
            )
    strangers = [v.name for v in entry.venues if v.city_id != city]
    strangers += [t.name for t in entry.trainers if t.city_id != city]
    if strangers:
        raise PhaseRefused("other_city_thing", thing=strangers[0])


def _keep_what_stands(phase: Phase, entry: PhaseEntry) -> None:
    rows = (
        TrainingSession.objects.active()
        .filter(phase=phase)
        .order_by()
        .values_list("kecamatan_id", "kecamatan__name", "group_number", "activity_id")
    )
    groups = {share.kecamatan: share.groups for share in entry.shares}
    activities = {activity.pk for activity in entry.activities}
    for kecamatan, name, group, activity in rows:
        if kecamatan not in groups:
            raise PhaseRefused("stands_kecamatan", kecamatan=name)
        if group > groups[kecamatan]:
            raise PhaseRefused("stands_group", kecamatan=name, group=group)
        if activity not in activities:
            raise PhaseRefused("stands_activity", "activities")
    for row in phase.members.order_by().values_list("kecamatan_id", "kecamatan__name", "number").distinct():
        if row[2] > groups.get(row[0], 0):
            raise PhaseRefused("stands_members", kecamatan=row[1], group=row[2])
