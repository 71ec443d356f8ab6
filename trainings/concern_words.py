"""What speaks against a plan, in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from okoce.regions.models import Region
from trainings import plan_rules
from trainings.models import Trainer
from trainings.scheduling import Concern, day_of
from trainings.services.calendar import facts_between


def said(concerns: Iterable[tuple[Concern, datetime]], plan: Any) -> list[str]:
    """``plan``: trainings.services.sessions.SessionPlan, with the days that the concerns speak of."""
    concerns = list(concerns)
    if not concerns:
        return []
    days = [day_of(starts_at) for _concern, starts_at in concerns]
    facts = facts_between(min(days), max(days), area=plan.kecamatan_id)
    trainer = plan.trainer if isinstance(plan.trainer, Trainer) else None
    kecamatan = Region.objects.get(code=plan.kecamatan_id).name
    return [
        plan_rules.words_of(concern, day=day_of(starts_at), facts=facts, trainer=trainer, kecamatan=kecamatan)
        for concern, starts_at in concerns
    ]
