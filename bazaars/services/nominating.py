"""An agency applies for vendors whom it fosters; each of them is told, and may change or withdraw it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from bazaars import errors, messages, proposals
from bazaars.conditions import closed_goods
from bazaars.eligibility import Applicant, Obstacle, obstacles
from bazaars.enums import ApplicationState
from bazaars.models import Application, Site
from bazaars.services.applying import applicants_for, apply_for_stall, call_of
from bazaars.services.events import locked_site
from okoce.accounts.models import User
from okoce.audit.services import record
from participants.models import Participant


@dataclass(frozen=True)
class Nominee:
    """One vendor of the agency, and what an application for this site would be.

    ``state``: "ready", "applied", "withdrawn" (their own no stands) or "hindered" by ``obstacles``.
    """

    participant: Participant
    applicant: Applicant
    proposal: dict[str, Any]
    state: str
    obstacles: list[Obstacle] = field(default_factory=list)

    @property
    def category(self) -> str:
        return str(self.proposal.get("category") or "")


def nominees(site: Site, people: Sequence[Participant], *, pengampu: str, now: datetime) -> list[Nominee]:
    """In the order given; the same queries however many they are."""
    call, facts = call_of(site), applicants_for(site, people)
    closed = {person.pk: closed_goods(facts[person.pk], call) for person in people}
    proposed = proposals.proposals_for(people, closed=closed)
    sent = dict(
        Application.objects.filter(site=site, participant__in=people).values_list("participant_id", "state")
    )
    found = []
    for person in people:
        applicant, proposal = facts[person.pk], proposed[person.pk]
        category = str(proposal.get("category") or "")
        in_the_way = obstacles(applicant, call, now=now, category=category)
        if not in_the_way and pengampu not in set(applicant.fostered_by) & set(call.pengampu):
            in_the_way = [Obstacle.NO_PENGAMPU]
        if not in_the_way and not (category and proposal.get("product")):
            in_the_way = [Obstacle.NO_BUSINESS]
        match sent.get(person.pk):
            case ApplicationState.SUBMITTED:
                state = "applied"
            case ApplicationState.WITHDRAWN:
                state = "withdrawn"
            case _:
                state = "hindered" if in_the_way else "ready"
        found.append(Nominee(person, applicant, proposal, state, in_the_way))
    return found


@transaction.atomic
def nominate(
    *, site_id: int, participant_ids: Collection[int], pengampu: str, by: User, now: datetime
) -> list[Application]:
    """Applies for those who are ready; the others are left as they are, so that twice is once.

    Raises DeadlinePassed, NotOpen.
    """
    site = locked_site(site_id)
    _refuse_when_closed(site, now=now)
    people = list(Participant.objects.filter(pk__in=participant_ids).order_by("pk"))
    sent = []
    for one in nominees(site, people, pengampu=pengampu, now=now):
        if one.state != "ready":
            continue
        try:
            with transaction.atomic():
                sent.append(_apply(site, one, pengampu=pengampu, by=by, now=now))
        except errors.NotEligible:  # two of one household in one list: the first applies
            continue
    if sent:
        record(by, "bazaars.vendors.nominated", site, count=len(sent))
        messages.tell_nominated(site, sent, now=now)
    return sent


def _refuse_when_closed(site: Site, *, now: datetime) -> None:
    nobody = Applicant(is_active=True, city=site.bazaar.city_id, has_business=True, fostered_by=())
    found = obstacles(nobody, call_of(site), now=now)
    if Obstacle.CLOSED in found and site.applications_close_at is not None:
        raise errors.DeadlinePassed(site.applications_close_at)
    if Obstacle.CLOSED in found or Obstacle.NOT_OPEN_YET in found:
        raise errors.NotOpen


def _apply(site: Site, one: Nominee, *, pengampu: str, by: User, now: datetime) -> Application:
    return apply_for_stall(
        site_id=site.pk,
        participant_id=one.participant.pk,
        pengampu=pengampu,
        category=one.category,
        product=one.proposal["product"],
        needs_power=bool(one.proposal.get("needs_power")),
        by=by,
        now=now,
        nominated_by=pengampu,
    )
