"""Whom the call of a bazaar is told to: everybody who may apply and agreed to messages, once for each bazaar.

The people are one query and telling them is one statement, for eight thousand of a city as for all of
Jakarta. Nobody passes through this process.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from bazaars.enums import SiteState
from bazaars.models import Application, Bazaar, Site
from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.notifications import chains, compose, reach, services
from okoce.notifications.bulk import key_of, queue_from
from okoce.notifications.enums import ARRIVED, Channel
from okoce.notifications.models import Message
from okoce.notifications.querysets import STANDINGS
from okoce.notifications.reach import Reach
from participants.models import Business, FosterLink, Participant
from trainings.messages import may_go_at
from trainings.models import AttendanceScan

BAZAAR_CALL = "bazaar_call"
CAUSE = "bazaars.bazaar"


def may_apply(site: Site) -> QuerySet[Participant]:
    """Everybody who meets the conditions of the site's call and has not applied there.

    One person: ``applying.obstacles_for``. Papers depend on the goods and can be sent while applying, so they
    are not asked here. The business of somebody else's application is looked at when the message is sent.
    """
    bazaar: Bazaar = site.bazaar
    me = {"participant": OuterRef("pk")}
    agencies = site.quotas.filter(pengampu__isnull=False).values("pengampu")
    fostered = FosterLink.objects.filter(**me, organisation__in=agencies).valid_on(bazaar.starts_on)
    people = Participant.objects.in_programme().usable().filter(Exists(fostered), city=bazaar.city_id)
    if bazaar.needs_business:
        people = people.filter(Exists(Business.objects.filter(**me)))
    if bazaar.least_activities:
        year = bazaar.starts_on.year
        trained = AttendanceScan.objects.with_activities(bazaar.least_activities, since=year - 1, until=year)
        people = people.filter(pk__in=trained)
    applied = Application.objects.filter(**me, site=site)
    elsewhere = Application.objects.filter(**me).on_days_of(bazaar).exclude(site=site)
    return people.filter(~Exists(applied), ~Exists(elsewhere))  # type: ignore[no-any-return]


def _told(bazaar_id: int) -> QuerySet[Message]:
    return Message.objects.about(CAUSE, bazaar_id).filter(kind=BAZAAR_CALL)  # type: ignore[no-any-return]


def _untold(site: Site) -> QuerySet[Participant]:
    told = _told(site.bazaar_id).filter(participant_id=OuterRef("pk"))
    return may_apply(site).filter(~Exists(told))


def forecast(site: Site, *, now: datetime) -> Reach:
    """Of those who may apply and were not told of this bazaar: who is told how, who is not, and the cost."""
    kind = chains.in_force([BAZAAR_CALL]).get(BAZAAR_CALL)
    text = compose.sample_letter(kind, Channel.SMS, language="id")
    return reach.counted(_untold(site), kind, text=" ".join(text.values()), now=now)


def tell(site: Site, *, by: User, now: datetime) -> int:
    """Tell everybody who may apply and was not told of this bazaar; how many. One statement.

    A bazaar of several places is told once. Whoever has agreed to no messages, or is reached by nothing, is
    left out. Whether somebody may still apply is looked at again when the message is sent.
    """
    people = reach.to_tell(_untold(site), chains.in_force([BAZAAR_CALL]).get(BAZAAR_CALL), now=now)
    new = queue_from(
        people,
        kind=BAZAAR_CALL,
        key=key_of("bazaar:", site.bazaar_id, ":call:", F("pk")),
        participant_id=F("pk"),
        cause=(CAUSE, site.bazaar_id),
        due_at=may_go_at(now),
        expires_at=site.applications_close_at,
    )
    record(by, "bazaars.call.told", site, count=new)
    return new


def follow_deadline(site: Site) -> int:
    """The deadline was moved: calls that wait are of use until the last deadline of the bazaar; how many."""
    open_ones = Site.objects.filter(bazaar=site.bazaar_id, state=SiteState.OPEN)
    last = max(filter(None, open_ones.values_list("applications_close_at", flat=True)), default=None)
    if last is None:
        return 0
    return services.keep_until(last, cause=(CAUSE, site.bazaar_id), kinds=[BAZAAR_CALL])


def withdraw(bazaar_id: int) -> int:
    """Calls that wait go nowhere when no place of the bazaar takes applications any more; how many."""
    if Site.objects.filter(bazaar=bazaar_id, state=SiteState.OPEN).exists():
        return 0
    return services.cancel(cause=(CAUSE, bazaar_id), kinds=[BAZAAR_CALL], reason="call_closed")


@dataclass(frozen=True)
class Figures:
    """The people who were put into the outbox for a call, each counted once by their newest message."""

    total: int
    sent: int
    arrived: int
    waiting: int
    by_hand: int
    stuck: int
    not_needed: int


def figures_of(bazaar_id: int, seen: Any) -> Figures:
    """``seen`` are the messages that the reader may see. One statement."""
    calls = seen.about(CAUSE, bazaar_id).filter(kind=BAZAAR_CALL)
    newest = calls.order_by("participant_id", "-created_at", "-pk").distinct("participant_id")
    conditions = {**STANDINGS, "arrived": STANDINGS["sent"] & Q(receipt__in=ARRIVED)}
    counted = {name: Count("pk", filter=condition) for name, condition in conditions.items()}
    rows = Message.objects.filter(pk__in=newest.values("pk")).order_by()
    return Figures(**rows.aggregate(total=Count("pk"), **counted))
