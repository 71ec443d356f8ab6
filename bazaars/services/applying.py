"""A participant applies for a stall, and withdraws."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from bazaars import errors
from bazaars.eligibility import Applicant, Call, Obstacle, obstacles, obstacles_of_person
from bazaars.enums import AllocationState, ApplicationState, SiteState
from bazaars.models import Allocation, Application, Bazaar, Site
from bazaars.services.events import locked_site, refuse_when_cancelled
from okoce.accounts.models import User
from okoce.audit.services import record
from participants.models import Business, FosterLink, Participant
from participants.rules import is_in_programme, is_usable


def call_of(site: Site) -> Call:
    return Call(
        city=site.bazaar.city_id,
        pengampu=frozenset(q.pengampu_id for q in site.quotas.all() if q.pengampu_id is not None),
        opens_at=site.applications_open_at,
        closes_at=site.applications_close_at,
        is_open=site.state == SiteState.OPEN,
    )


def applicants_for(site: Site, participants: Iterable[Participant]) -> dict[int, Applicant]:
    """What eligibility asks about these people, by participant pk, in four queries however many they are."""
    people = list(participants)
    ids = [person.pk for person in people]
    first_day = site.bazaar.starts_on
    links: dict[int, set[str]] = {}
    for link in FosterLink.objects.filter(participant_id__in=ids).valid_on(first_day):
        links.setdefault(link.participant_id, set()).add(link.organisation_id)
    with_business = set(
        Business.objects.filter(participant_id__in=ids).values_list("participant_id", flat=True)
    )
    elsewhere = _places_elsewhere(site, ids)
    return {
        person.pk: Applicant(
            is_active=is_in_programme(person) and is_usable(person),
            city=person.city_id or "",
            has_business=person.pk in with_business,
            fostered_by=frozenset(links.get(person.pk, ())),
            elsewhere=elsewhere.get(person.pk, ""),
        )
        for person in people
    }


def _places_elsewhere(site: Site, ids: Collection[int]) -> dict[int, str]:
    """Where these people have applied, or hold a stall, on a day of this bazaar."""
    bazaar: Bazaar = site.bazaar
    same_days = Q(site__bazaar__starts_on__lte=bazaar.ends_on, site__bazaar__ends_on__gte=bazaar.starts_on)
    waiting = Q(state=ApplicationState.SUBMITTED, site__state__in=[SiteState.OPEN, SiteState.FROZEN])
    holding = Q(allocation__isnull=False) & ~Q(allocation__state=AllocationState.RELEASED)
    rows = (
        Application.objects.filter(same_days & (waiting | holding), participant_id__in=ids)
        .exclude(site_id=site.pk)
        .values_list("participant_id", "site__name")
    )
    return dict(rows)


def obstacles_for(site: Site, participant: Participant, *, now: datetime) -> list[Obstacle]:
    """What stands between this person and an application at ``now``; empty when nothing does."""
    return obstacles(applicants_for(site, [participant])[participant.pk], call_of(site), now=now)


def eligible_at_freezing(site: Site, applications: Collection[Application]) -> list[Application]:
    """Those whose person still meets the conditions; the time of applying is not asked again."""
    facts = applicants_for(site, {a.participant_id: a.participant for a in applications}.values())
    call = call_of(site)
    held = set(
        Allocation.objects.filter(
            participant_id__in=facts,
            days__overlap=(site.bazaar.starts_on, site.bazaar.ends_on + timedelta(days=1)),
        )
        .exclude(state=AllocationState.RELEASED)
        .values_list("participant_id", flat=True)
    )
    fit = []
    for application in applications:
        person = facts[application.participant_id]
        in_the_way = set(obstacles_of_person(person, call)) - {Obstacle.SAME_DAYS}
        if (
            not in_the_way
            and application.participant_id not in held
            and application.pengampu_id in call.pengampu
        ):
            fit.append(application)
    return fit


@transaction.atomic
def apply_for_stall(
    *,
    site_id: int,
    participant_id: int,
    pengampu: str,
    category: str,
    product: str,
    needs_power: bool,
    by: User,
    now: datetime,
) -> Application:
    """One application; sent again before the deadline it replaces what was written before.

    Raises DeadlinePassed, NotOpen, NotEligible with its obstacles.
    """
    site = locked_site(site_id)
    participant = Participant.objects.select_for_update(of=("self",)).get(pk=participant_id)
    found = obstacles_for(site, participant, now=now)
    if Obstacle.CLOSED in found and site.applications_close_at is not None:
        raise errors.DeadlinePassed(site.applications_close_at)
    if Obstacle.NOT_OPEN_YET in found:
        raise errors.NotOpen
    if not found and pengampu not in pengampu_choices(site, participant):
        found = [Obstacle.NO_PENGAMPU]
    if found:
        raise errors.NotEligible(found)
    application, created = Application.objects.update_or_create(
        site=site,
        participant=participant,
        defaults={
            "pengampu_id": pengampu,
            "category_id": category,
            "product": product,
            "needs_power": needs_power,
            "state": ApplicationState.SUBMITTED,
            "withdrawn_at": None,
        },
        create_defaults={
            "pengampu_id": pengampu,
            "category_id": category,
            "product": product,
            "needs_power": needs_power,
            "submitted_at": now,
            "submitted_by": by,
        },
    )
    record(by, "bazaars.application.sent" if created else "bazaars.application.changed", application)
    return application


def pengampu_choices(site: Site, participant: Participant) -> list[str]:
    """Agencies that foster the person and have stalls here, in a steady order."""
    facts = applicants_for(site, [participant])[participant.pk]
    return sorted(set(facts.fostered_by) & set(call_of(site).pengampu))


@transaction.atomic
def withdraw(*, application_id: int, by: User | None, now: datetime) -> Application:
    """Takes an application back until the list is frozen; twice is once. Raises SiteIsFrozen."""
    site = locked_site(Application.objects.values_list("site_id", flat=True).get(pk=application_id))
    application = Application.objects.get(pk=application_id)
    if application.state == ApplicationState.WITHDRAWN:
        return application
    refuse_when_cancelled(site)
    if site.state != SiteState.OPEN:
        raise errors.SiteIsFrozen
    application.state, application.withdrawn_at = ApplicationState.WITHDRAWN, now
    application.save(update_fields=["state", "withdrawn_at"])
    record(by, "bazaars.application.withdrawn", application)
    return application
