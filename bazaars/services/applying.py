"""A participant applies for a stall, and withdraws."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from bazaars import errors
from bazaars.eligibility import Applicant, Call, Obstacle, obstacles, obstacles_of_person
from bazaars.enums import AllocationState, ApplicationState, SiteState
from bazaars.models import Allocation, Application, Bazaar, Decision, PaperSeen, PaperSent, Site
from bazaars.services.events import locked_site, refuse_when_cancelled
from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.values.names import key
from participants.models import Business, FosterLink, Participant
from participants.rules import is_in_programme, is_usable
from trainings.models import Activity
from trainings.progress import attended_by


def call_of(site: Site) -> Call:
    return Call(
        city=site.bazaar.city_id,
        pengampu=frozenset(q.pengampu_id for q in site.quotas.all() if q.pengampu_id is not None),
        opens_at=site.applications_open_at,
        closes_at=site.applications_close_at,
        is_open=site.state == SiteState.OPEN,
        needs_business=site.bazaar.needs_business,
        least_activities=site.bazaar.least_activities,
        papers=demands_of(site.bazaar),
    )


def demands_of(bazaar: Bazaar) -> dict[str, set[str]]:
    """By kind of goods, the papers that the bazaar asks of whoever sells it."""
    found: dict[str, set[str]] = {}
    for category, paper in bazaar.demands.values_list("category_id", "paper_id"):
        found.setdefault(category, set()).add(paper)
    return found


def good_papers(ids: Collection[int], *, until: date) -> dict[int, set[str]]:
    """Which papers of these people were seen, are good, and still valid on ``until``. One query."""
    found: dict[int, set[str]] = {}
    for row in PaperSeen.objects.filter(participant_id__in=ids).newest():
        if row.is_good and (row.valid_until is None or row.valid_until >= until):
            found.setdefault(row.participant_id, set()).add(row.paper_id)
    return found


def papers_waiting(ids: Collection[int]) -> dict[int, set[str]]:
    """Which papers of these people an office still has to look at. One query."""
    found: dict[int, set[str]] = {}
    rows = PaperSent.objects.filter(participant_id__in=ids).waiting()
    for person, paper in rows.values_list("participant_id", "paper_id"):
        found.setdefault(person, set()).add(paper)
    return found


def activities_done(ids: Collection[int], *, year: int) -> dict[int, int]:
    """How many of the three activities these people have done in ``year`` or the year before."""
    required = {activity.code for activity in Activity.objects.required()}
    done: dict[int, set[str]] = {}
    for one in (year - 1, year):
        for person, attended in attended_by(ids, one).items():
            done.setdefault(person, set()).update(a.activity for a in attended if a.activity in required)
    return {person: len(codes) for person, codes in done.items()}


def applied_with_same_business(site: Site, people: Collection[Participant]) -> set[int]:
    """Those whose business stands in an earlier application of somebody else of the household.

    The same business: the same name, in the same family card. Asked about all places of the bazaar.
    """
    kk = {person.pk: bytes(person.kk_lookup) for person in people if person.kk_lookup}
    if not kk:
        return set()
    rows = (
        Application.objects.submitted()
        .filter(site__bazaar=site.bazaar_id, participant__kk_lookup__in=set(kk.values()))
        .order_by("submitted_at", "pk")
        .values_list("participant_id", "participant__kk_lookup")
    )
    applied: dict[int, int] = {}
    households: dict[bytes, list[int]] = {}
    for place, (person, household) in enumerate(rows):
        if person not in applied:
            applied[person] = place
            households.setdefault(bytes(household), []).append(person)
    if not households:
        return set()
    names: dict[int, set[str]] = {}
    named = Business.objects.filter(participant_id__in={*kk, *applied}).exclude(name="")
    for owner, name in named.values_list("participant_id", "name"):
        names.setdefault(owner, set()).add(key(name))
    return {
        person
        for person, household in kk.items()
        for other in households.get(household, ())
        if other != person
        and applied[other] < applied.get(person, len(rows))
        and names.get(person, set()) & names.get(other, set())
    }


def applicants_for(site: Site, participants: Iterable[Participant]) -> dict[int, Applicant]:
    """What eligibility asks about these people, by participant pk; the same queries however many they are.

    Activities are looked up only where the bazaar asks for them.
    """
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
    bazaar: Bazaar = site.bazaar
    done = activities_done(ids, year=first_day.year) if bazaar.least_activities else {}
    papers = good_papers(ids, until=bazaar.ends_on)
    waiting = papers_waiting(ids)
    twice = applied_with_same_business(site, people)
    return {
        person.pk: Applicant(
            is_active=is_in_programme(person) and is_usable(person),
            city=person.city_id or "",
            has_business=person.pk in with_business,
            fostered_by=frozenset(links.get(person.pk, ())),
            elsewhere=elsewhere.get(person.pk, ""),
            activities_done=done.get(person.pk, 0),
            papers=frozenset(papers.get(person.pk, ())),
            sent=frozenset(waiting.get(person.pk, ())),
            shares_business=person.pk in twice,
        )
        for person in people
    }


def _places_elsewhere(site: Site, ids: Collection[int]) -> dict[int, str]:
    """Where these people have applied, or hold a stall, on a day of this bazaar."""
    rows = Application.objects.filter(participant_id__in=ids).on_days_of(site.bazaar)
    return dict(rows.exclude(site_id=site.pk).values_list("participant_id", "site__name"))


def obstacles_for(
    site: Site, participant: Participant, *, now: datetime, category: str = ""
) -> list[Obstacle]:
    """What stands between this person and an application at ``now``; empty when nothing does."""
    applicant = applicants_for(site, [participant])[participant.pk]
    return obstacles(applicant, call_of(site), now=now, category=category)


def eligible_at_freezing(site: Site, applications: Collection[Application]) -> list[Application]:
    """Those whose person still meets the conditions; the time of applying is not asked again."""
    left_out = obstacles_at_freezing(site, applications)
    return [application for application in applications if application.pk not in left_out]


def obstacles_at_freezing(site: Site, applications: Collection[Application]) -> dict[int, list[Obstacle]]:
    """By application, which conditions are not met now; those that meet all are not in it."""
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
    accepted = accepted_among(applications) if site.bazaar.is_curated else None
    found = {}
    for application in applications:
        person = facts[application.participant_id]
        in_the_way = obstacles_of_person(person, call, application.category_id)
        in_the_way = [obstacle for obstacle in in_the_way if obstacle != Obstacle.SAME_DAYS]
        if application.pengampu_id not in call.pengampu and Obstacle.NO_PENGAMPU not in in_the_way:
            in_the_way.append(Obstacle.NO_PENGAMPU)
        if application.participant_id in held:
            in_the_way.append(Obstacle.SAME_DAYS)
        if accepted is not None and application.pk not in accepted:
            in_the_way.append(Obstacle.NOT_ACCEPTED)
        if in_the_way:
            found[application.pk] = in_the_way
    return found


def accepted_among(applications: Collection[Application]) -> set[int]:
    """Those whose last decision of the curation is yes. One query."""
    rows = Decision.objects.filter(application__in=applications).order_by("round")
    return {pk for pk, yes in dict(rows.values_list("application_id", "is_accepted")).items() if yes}


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
    nominated_by: str | None = None,
) -> Application:
    """One application; sent again before the deadline it replaces what was written before.

    ``nominated_by``: the agency that applies for its vendor. Raises DeadlinePassed, NotOpen, NotEligible
    with its obstacles.
    """
    site = locked_site(site_id)
    participant = Participant.objects.select_for_update(of=("self",)).get(pk=participant_id)
    found = obstacles_for(site, participant, now=now, category=category)
    if Obstacle.CLOSED in found and site.applications_close_at is not None:
        raise errors.DeadlinePassed(site.applications_close_at)
    if Obstacle.NOT_OPEN_YET in found:
        raise errors.NotOpen
    if not found and pengampu not in pengampu_choices(site, participant):
        found = [Obstacle.NO_PENGAMPU]
    if found:
        raise errors.NotEligible(found, category)
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
            "nominated_by_id": nominated_by,
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
