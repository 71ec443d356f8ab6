"""The figures of the dashboard. Each is one queryset method, defined in docs/indicators.md.

They are counted at most once in five minutes for each area, and the page says when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Count

from bazaars.models import Allocation
from okoce.accounts.roles import has_permission
from okoce.accounts.scope import Scope, scope_of
from participants import areas
from participants.models import Participant, StepReached
from trainings.models import AttendanceScan

KEPT_SECONDS = 300
# 2018 in West Jakarta: 1,000 people in each kecamatan. Source: docs/programme.md, "Training in practice".
TARGET_PER_KECAMATAN = 1_000


@dataclass(frozen=True)
class Figures:
    """``by_area`` is I-1 by kecamatan; by city for the province, by kelurahan for a kecamatan."""

    at: datetime
    registered: int
    target: int
    attended: int
    completed: int
    with_stall: int
    without_phone: int
    reached: dict[int, int]
    by_area: dict[str, int]


def figures_for(user: Any, *, now: datetime, today: date) -> Figures | None:
    """The figures of the user's area; None for roles that see no participants."""
    if not has_permission(user, "participants.view"):
        return None
    key = _key(scope_of(user), today)
    kept = cache.get(key)
    if kept is None:
        kept = _count(user, now=now, today=today)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _key(scope: Scope, today: date) -> str:
    return f"figures:{today:%Y%m%d}:{scope.key}"


def _count(user: Any, *, now: datetime, today: date) -> Figures:
    people = Participant.objects.visible_to(user).in_programme()
    scope, inside = scope_of(user), people.order_by().values("pk")
    attended = (
        AttendanceScan.objects.counted()
        .of_year(today.year)
        .filter(participant__in=inside, session__activity__is_required=True)
        .order_by()
        .values("participant")
        .annotate(activities=Count("session__activity", distinct=True))
    )
    done = list(attended.values_list("activities", flat=True))
    stalls = Allocation.objects.taken().filter(
        participant__in=inside, days__overlap=(date(today.year, 1, 1), date(today.year + 1, 1, 1))
    )
    by_area = _by_area(people, scope)
    return Figures(
        at=now,
        registered=people.count(),
        target=target_of(scope),
        attended=len(done),
        completed=sum(count >= 3 for count in done),
        with_stall=stalls.order_by().values("participant").distinct().count(),
        without_phone=people.without_phone().count(),
        reached=StepReached.objects.visible_to(user).of_programme().by_step(),
        by_area=by_area,
    )


def _by_area(people: Any, scope: Scope) -> dict[str, int]:
    if scope.everything:
        return people.by_city()
    return people.by_kelurahan() if scope.kecamatan else people.by_kecamatan()


def target_of(scope: Scope) -> int:
    """How many people the area should register; 0 for those who have no area."""
    if scope.kecamatan:
        return TARGET_PER_KECAMATAN
    within = areas.JAKARTA if scope.everything else scope.city
    return TARGET_PER_KECAMATAN * len(areas.kecamatan_within(within)) if within else 0


def target_of_area(code: str) -> int:
    """The target of one kecamatan or city."""
    if len(code) == areas.KECAMATAN_LENGTH:
        return TARGET_PER_KECAMATAN
    return TARGET_PER_KECAMATAN * len(areas.kecamatan_within(code))
