"""The same session again, week by week: each day is checked and named before anything is saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from trainings import rules
from trainings.models import Trainer, TrainingSession, Venue
from trainings.scheduling import Concern
from trainings.services.sessions import (
    SessionPlan,
    concerns_of_plan,
    create_session,
    plan_of,
    problems_of_plan,
)


@dataclass
class Repeat:
    """One more time. ``problems`` forbid it, each a sentence; ``concerns`` need a reason."""

    plan: SessionPlan
    problems: list[str] = field(default_factory=list)
    concerns: tuple[tuple[Concern, datetime], ...] = ()

    @property
    def value(self) -> str:
        return self.plan.starts_at.date().isoformat()


def repeats_of(session: TrainingSession, *, times: int, every: int, now: datetime) -> list[Repeat]:
    """``times`` sessions, ``every`` weeks apart, as they would be made now."""
    plan = plan_of(session)
    later = session.later_days.order_by("day_number") if session.head_id is None else ()
    plan = replace(
        plan,
        later_days=tuple((day.starts_at, day.ends_at) for day in later),
        required_days=session.required_days if session.day_count > 1 else None,
    )
    return [checked(moved(plan, weeks=every * n), now=now) for n in range(1, times + 1)]


def moved(plan: SessionPlan, *, weeks: int) -> SessionPlan:
    """All days so many weeks later; Jakarta has no summer time, so the clock stays."""
    by = timedelta(weeks=weeks)
    return replace(
        plan,
        starts_at=plan.starts_at + by,
        ends_at=plan.ends_at + by,
        later_days=tuple((start + by, end + by) for start, end in plan.later_days),
    )


def checked(plan: SessionPlan, *, now: datetime) -> Repeat:
    found = problems_of_plan(plan, now=now)
    for starts_at, ends_at in plan.days:
        found += rules.clashes(
            venue=plan.venue if isinstance(plan.venue, Venue) else None,
            trainer=plan.trainer if isinstance(plan.trainer, Trainer) else None,
            starts_at=starts_at,
            ends_at=ends_at,
        )
    sentences = list(dict.fromkeys(problem.sentence for problem in found))
    return Repeat(plan, sentences, () if found else concerns_of_plan(plan, now=now))


@transaction.atomic
def repeat_session(
    *, plans: Sequence[SessionPlan], by: Any, now: datetime, reason: str = ""
) -> list[TrainingSession]:
    """A draft of each plan, all or none. Raises SessionRefused for the first that became impossible."""
    return [create_session(plan=replace(plan, reason=reason), by=by, now=now) for plan in plans]
