"""What a bazaar asks of vendors; and the papers that an office has seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from bazaars import errors
from bazaars.enums import SiteState
from bazaars.models import Application, Bazaar, Demand, PaperKind, PaperSeen
from bazaars.services.applying import demands_of, obstacles_at_freezing
from okoce.accounts.models import User
from okoce.audit.services import record
from participants.models import Participant


@dataclass(frozen=True)
class Conditions:
    """``papers``: by kind of goods, what whoever sells it must have."""

    needs_business: bool = True
    least_activities: int = 0
    is_curated: bool = False
    papers: Mapping[str, Collection[str]] = field(default_factory=dict)


@transaction.atomic
def set_conditions(*, bazaar_id: int, conditions: Conditions, by: User) -> Bazaar:
    """Replaces the conditions, until the first list of the bazaar is frozen. Raises ConditionsStand."""
    bazaar: Bazaar = Bazaar.objects.select_for_update().get(pk=bazaar_id)
    sites = list(bazaar.sites.select_for_update().order_by("pk"))
    if frozen := [s.name for s in sites if s.state in (SiteState.FROZEN, SiteState.DRAWN)]:
        raise errors.ConditionsStand(frozen)
    wanted = {category: set(papers) for category, papers in conditions.papers.items() if papers}
    same = (
        bazaar.needs_business == conditions.needs_business
        and bazaar.least_activities == conditions.least_activities
        and bazaar.is_curated == conditions.is_curated
        and demands_of(bazaar) == wanted
    )
    if same:
        return bazaar
    bazaar.needs_business = conditions.needs_business
    bazaar.least_activities = conditions.least_activities
    bazaar.is_curated = conditions.is_curated
    bazaar.save(update_fields=["needs_business", "least_activities", "is_curated", "updated_at"])
    bazaar.demands.all().delete()
    Demand.objects.bulk_create(
        Demand(bazaar=bazaar, category_id=category, paper_id=paper)
        for category, papers in sorted(wanted.items())
        for paper in sorted(papers)
    )
    record(by, "bazaars.conditions.set", bazaar, count=sum(map(len, wanted.values())))
    return bazaar


def applicants_who_fail(bazaar: Bazaar) -> int:
    """How many of those who have applied do not meet the conditions as they stand now."""
    count = 0
    for site in bazaar.sites.filter(state=SiteState.OPEN).select_related("bazaar").order_by("pk"):
        applications = Application.objects.submitted().filter(site=site).select_related("participant")
        count += len(obstacles_at_freezing(site, list(applications)))
    return count


@transaction.atomic
def note_paper(
    *,
    participant_id: int,
    paper: PaperKind,
    is_good: bool,
    valid_until: date | None,
    by: User,
    today: date,
) -> PaperSeen:
    """An office has seen it today. The same again on one day is one row."""
    participant = Participant.objects.select_for_update(of=("self",)).get(pk=participant_id)
    newest = PaperSeen.objects.filter(participant=participant, paper=paper).newest().first()
    if newest and (newest.is_good, newest.valid_until, newest.seen_on) == (is_good, valid_until, today):
        return newest
    seen = PaperSeen.objects.create(
        participant=participant,
        paper=paper,
        is_good=is_good,
        valid_until=valid_until,
        seen_on=today,
        recorded_by=by,
    )
    record(by, "bazaars.paper.seen", participant, paper=paper.pk, is_good=is_good)
    return seen
