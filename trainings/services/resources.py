"""Rooms and trainers: kept by the offices; when one falls away, what stands there is named and moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from okoce.audit.services import record
from trainings import plan_rules
from trainings.enums import SessionState
from trainings.models import (
    Activity,
    Trainer,
    TrainerAbsence,
    TrainingSession,
    Venue,
    VenueClosure,
    VenueHours,
)
from trainings.refusals import Clash, Refused, SessionRefused
from trainings.services.locks import constraint_of
from trainings.services.sessions import SessionPlan, change_session, plan_of

STANDS = (SessionState.DRAFT, SessionState.PUBLISHED)


# ---------------------------------------------------------------- venues


@dataclass(frozen=True)
class VenueEntry:
    """What an office says about a room. ``hours``: weekday → opening times; none at all: whenever asked."""

    name: str
    kind: str
    kecamatan_id: str
    capacity: int
    address: str = ""
    equipment: tuple[str, ...] = ()
    hours: Mapping[int, tuple[time, time]] = field(default_factory=dict)


@transaction.atomic
def keep_venue(*, entry: VenueEntry, by: Any, venue_id: int | None = None) -> Venue:
    """The room as written. Raises SessionRefused when the name is taken in the kecamatan."""
    venue = Venue.objects.select_for_update().get(pk=venue_id) if venue_id else Venue()
    venue.name, venue.kind, venue.capacity = entry.name, entry.kind, entry.capacity
    venue.kecamatan_id, venue.city_id = entry.kecamatan_id, entry.kecamatan_id[:5]
    venue.address, venue.equipment = entry.address, list(entry.equipment)
    try:
        with transaction.atomic():
            venue.save()
    except IntegrityError as error:
        if constraint_of(error) != "trainings_venue_once":
            raise
        raise SessionRefused(Clash.VENUE_KNOWN, "name", venue=entry.name) from None
    venue.hours.all().delete()
    VenueHours.objects.bulk_create(
        VenueHours(venue=venue, weekday=weekday, opens=opens, closes=closes)
        for weekday, (opens, closes) in sorted(entry.hours.items())
    )
    record(by, "trainings.venue.kept", venue)
    return venue


@transaction.atomic
def retire(*, what: Venue | Trainer, by: Any, now: datetime | None = None) -> None:
    """No new session is planned with it; sessions that stand stay. Again changes nothing."""
    row = type(what).objects.select_for_update(of=("self",)).get(pk=what.pk)
    if row.retired_at is None:
        row.retired_at = now or timezone.now()
        row.save(update_fields=["retired_at"])
        record(by, f"trainings.{row._meta.model_name}.retired", row)


@transaction.atomic
def bring_back(*, what: Venue | Trainer, by: Any) -> None:
    row = type(what).objects.select_for_update(of=("self",)).get(pk=what.pk)
    if row.retired_at is not None:
        row.retired_at = None
        row.save(update_fields=["retired_at"])
        record(by, f"trainings.{row._meta.model_name}.brought_back", row)


@transaction.atomic
def close_venue(*, venue_id: int, first: date, last: date, reason: str, by: Any) -> VenueClosure:
    """The room cannot be used on these days. Sessions there stay where they are until somebody moves them.

    The same days again keep one row, with the newer reason.
    """
    venue = Venue.objects.select_for_update().get(pk=venue_id)
    closure, is_new = VenueClosure.objects.update_or_create(
        venue=venue, first_day=first, last_day=last, defaults={"reason": reason}
    )
    if is_new:
        record(by, "trainings.venue.closed", venue, day=first.isoformat())
    return closure


@transaction.atomic
def reopen_venue(*, closure_id: int, by: Any) -> None:
    """The closure is over or was a mistake. Again changes nothing."""
    closure = VenueClosure.objects.select_related("venue").filter(pk=closure_id).first()
    if closure is not None:
        record(by, "trainings.venue.reopened", closure.venue, day=closure.first_day.isoformat())
        closure.delete()


# ---------------------------------------------------------------- trainers


@dataclass(frozen=True)
class TrainerEntry:
    name: str
    city_id: str
    home_id: str | None
    subjects: tuple[str, ...]
    weekdays: tuple[int, ...]
    per_day: int
    per_week: int
    user_id: int | None  # the account the trainer signs in with; None takes it away


@transaction.atomic
def keep_trainer(*, entry: TrainerEntry, by: Any, trainer_id: int | None = None) -> Trainer:
    """Raises SessionRefused when another trainer has got the account meanwhile."""
    trainer = Trainer.objects.select_for_update(of=("self",)).get(pk=trainer_id) if trainer_id else Trainer()
    for name in ("name", "city_id", "home_id", "per_day", "per_week", "user_id"):
        setattr(trainer, name, getattr(entry, name))
    trainer.weekdays = sorted(entry.weekdays)
    try:
        with transaction.atomic():
            trainer.save()
    except IntegrityError as error:
        if "user_id" not in constraint_of(error):
            raise
        raise SessionRefused(Clash.ACCOUNT_TAKEN, "account") from None
    trainer.subjects.set(Activity.objects.filter(pk__in=entry.subjects))
    record(by, "trainings.trainer.kept", trainer)
    return trainer


@transaction.atomic
def set_absence(*, trainer_id: int, first: date, last: date, by: Any) -> TrainerAbsence:
    """The trainer cannot come on these days. The same days twice are one row."""
    trainer = Trainer.objects.select_for_update(of=("self",)).get(pk=trainer_id)
    absence, is_new = TrainerAbsence.objects.get_or_create(trainer=trainer, first_day=first, last_day=last)
    if is_new:
        record(by, "trainings.trainer.absent", trainer, day=first.isoformat())
    return absence


@transaction.atomic
def end_absence(*, absence_id: int, by: Any) -> None:
    absence = TrainerAbsence.objects.select_related("trainer").filter(pk=absence_id).first()
    if absence is not None:
        record(by, "trainings.trainer.present", absence.trainer, day=absence.first_day.isoformat())
        absence.delete()


# ---------------------------------------------------------------- what stands there


def standing_on(
    what: Venue | Trainer, first: date, last: date, *, now: datetime
) -> QuerySet[TrainingSession]:
    """Sessions still to come that need the room or the trainer on those days."""
    mine = Q(venue=what) if isinstance(what, Venue) else Q(trainer=what)
    sessions = TrainingSession.objects.filter(mine, state__in=STANDS).upcoming(now=now)
    return sessions.between(first, last).with_places().order_by("starts_at", "pk")


def free_venues(session: TrainingSession) -> list[Venue]:
    """Rooms of the city that are free, open and large enough then: the own kecamatan first, the smallest."""
    busy = (
        TrainingSession.objects.active()
        .overlapping(session.starts_at, session.ends_at)
        .exclude(pk=session.pk)
        .values("venue")
    )
    rooms = (
        Venue.objects.in_use()
        .filter(city=session.city_id, capacity__gte=session.capacity)
        .exclude(pk__in=busy)
        .select_related("kecamatan")
    )
    able = [v for v in rooms if not plan_rules.problems_of_venue(v, session.starts_at, session.ends_at)]
    return sorted(able, key=lambda v: (v.kecamatan_id != session.kecamatan_id, v.capacity, v.name))


def free_trainers(session: TrainingSession) -> list[Trainer]:
    """Trainers of the city who teach this, can come and have nothing else then: those who live near first."""
    busy = (
        TrainingSession.objects.active()
        .overlapping(session.starts_at, session.ends_at)
        .exclude(pk=session.pk)
        .filter(trainer__isnull=False)
        .values("trainer")
    )
    people = Trainer.objects.in_use().filter(city=session.city_id).exclude(pk__in=busy)
    able = [t for t in people if not plan_rules.problems_of_trainer(t, session.activity, session.starts_at)]
    return sorted(able, key=lambda t: (t.home_id != session.kecamatan_id, t.name))


@dataclass
class Moved:
    """What came of moving: the sessions that moved, and those that could not, each with its sentence."""

    done: list[TrainingSession] = field(default_factory=list)
    refused: list[tuple[TrainingSession, str]] = field(default_factory=list)


def move_to(
    *, choices: Iterable[tuple[TrainingSession, Venue | Trainer]], by: Any, now: datetime | None = None
) -> Moved:
    """Each session to the room or trainer chosen for it. One that cannot go does not hold up the others."""
    now, moved = now or timezone.now(), Moved()
    for session, target in choices:
        plan: SessionPlan = plan_of(session)
        plan = replace(plan, venue=target) if isinstance(target, Venue) else replace(plan, trainer=target)
        try:
            moved.done.append(change_session(session_id=session.pk, plan=plan, by=by, now=now))
        except Refused as refused:
            moved.refused.append((session, refused.sentence))
    return moved
