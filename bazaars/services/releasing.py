"""A stall is given back, and the next on the reserve list is asked at once and only once.

Everything happens under the site's lock: two officers who release the same stall give it to one reserve. The
database says the same: a stall given back is made good by one other (``replaces``), a share is held by one.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from bazaars import draw as rules_of_the_draw
from bazaars import errors, messages
from bazaars.enums import AllocationState, ApplicationState, ReleaseKind, SiteState
from bazaars.models import Allocation, Application, Draw, Site, Stall
from bazaars.placement import Wish, wishes_broken
from bazaars.services import placing
from bazaars.services.applying import eligible_at_freezing
from bazaars.services.events import locked_site
from okoce.accounts.models import User
from okoce.audit.services import record
from trainings.services.offers import thinking_until

log = logging.getLogger(__name__)

OWN_WILL = (ReleaseKind.DECLINED, ReleaseKind.GIVEN_BACK)


def locked(allocation_id: int) -> tuple[Site, Allocation]:
    """The stall and its site, which is locked."""
    site = locked_site(
        Allocation.objects.values_list("application__site_id", flat=True).get(pk=allocation_id)
    )
    allocation: Allocation = Allocation.objects.select_related("application", "stall").get(pk=allocation_id)
    return site, allocation


def refuse_when_begun(site: Site, *, now: datetime) -> None:
    if site.bazaar.begins_at <= now:
        raise errors.BazaarBegun


@transaction.atomic
def give_back(*, allocation_id: int, by: User | None, now: datetime) -> Allocation:
    """The vendor does not want the stall, or cannot come: it costs no turn. Again changes nothing."""
    site, allocation = locked(allocation_id)
    if allocation.state == AllocationState.RELEASED:
        return allocation
    refuse_when_begun(site, now=now)
    was_confirmed = allocation.state == AllocationState.CONFIRMED
    kind = ReleaseKind.GIVEN_BACK if was_confirmed else ReleaseKind.DECLINED
    release(allocation, kind, by=by, now=now)
    record(by, "bazaars.stall.given_back", allocation, kind=kind.value)
    fill(site, now=now)
    return allocation


@transaction.atomic
def take_back(*, allocation_id: int, reason: str, by: User, now: datetime) -> Allocation:
    """The office takes a stall back, with a reason that is published without a name and told to the vendor.

    Again changes nothing: the first reason stays. Raises BazaarBegun, NothingToTakeBack.
    """
    site, allocation = locked(allocation_id)
    if allocation.state == AllocationState.RELEASED:
        return allocation
    if site.state != SiteState.DRAWN:
        raise errors.NothingToTakeBack
    refuse_when_begun(site, now=now)
    release(allocation, ReleaseKind.TAKEN_BACK, by=by, now=now, reason=reason)
    record(by, "bazaars.stall.taken_back", allocation, reason=reason)
    messages.tell_lost(site, [allocation], now=now)
    fill(site, now=now)
    return allocation


def release(
    allocation: Allocation, kind: ReleaseKind, *, by: User | None, now: datetime, reason: str = ""
) -> None:
    allocation.state, allocation.release_kind = AllocationState.RELEASED, kind
    allocation.released_at, allocation.released_by, allocation.release_reason = now, by, reason
    allocation.save(update_fields=["state", "release_kind", "released_at", "released_by", "release_reason"])
    messages.no_question_left(allocation, reason="stall_gone")


# ---------------------------------------------------------------- the next


def fill(site: Site, *, now: datetime) -> list[Allocation]:
    """For every stall given back the next who fits is asked. The site is locked by the caller."""
    if site.state != SiteState.DRAWN or site.bazaar.begins_at <= now:
        return []
    to_fill = list(Allocation.objects.of_site(site).to_fill())
    shares = _free_shares(site) if to_fill else []
    offers: list[Allocation] = []
    passed_over: set[str] = set()
    while to_fill and shares and (application := next_one(site, without=passed_over)) is not None:
        stall, share = _best_for(site, application, shares)
        freed = next((one for one in to_fill if one.stall_id == stall.pk), to_fill[0])
        offer = _offer(site, application, freed, stall, share, now=now)
        if offer is None:
            passed_over.add(application.public_id)
            continue
        to_fill.remove(freed)
        shares.remove((stall, share))
        offers.append(offer)
    if offers:
        messages.tell_offers(site, offers, now=now)
        record(None, "bazaars.stall.offered", site, count=len(offers))
    return offers


def _free_shares(site: Site) -> list[tuple[Stall, int]]:
    """What nobody holds of the stalls in the draw."""
    held = set(Allocation.objects.of_site(site).held().values_list("stall_id", "share"))
    return [
        (stall, share)
        for stall in site.stalls.in_draw()
        for share in range(1, site.share_limit + 1)
        if (stall.pk, share) not in held
    ]


def next_one(
    site: Site, *, instead_of: Allocation | None = None, without: Collection[str] = ()
) -> Application | None:
    """Who is asked next: the first in the order of the draw who fits the quotas and can come (docs/draw.md).

    ``instead_of`` is a stall about to be given back; ``without`` are not asked. Whoever meets the conditions
    no more, or has a stall elsewhere on these days, is passed over for now.
    """
    drawn = Draw.objects.filter(site=site, record__isnull=False).first()
    if drawn is None:
        return None
    holding: set[str] = set()
    passed: set[str] = set()
    for pk, public_id, state in Allocation.objects.of_site(site).values_list(
        "pk", "application__public_id", "state"
    ):
        is_gone = state == AllocationState.RELEASED or (instead_of is not None and pk == instead_of.pk)
        (passed if is_gone else holding).add(public_id)
    order: Sequence[str] = drawn.record["order"]
    waiting = Application.objects.filter(public_id__in=set(order) - holding - passed)
    asked = list(waiting.select_related("participant"))
    sent = [a for a in asked if a.state == ApplicationState.SUBMITTED and a.public_id not in without]
    fit = {a.public_id: a for a in eligible_at_freezing(site, sent)}
    passed |= {a.public_id for a in asked} - set(fit)
    frozen = rules_of_the_draw.Frozen.from_dict(drawn.frozen)
    found = rules_of_the_draw.next_reserve(frozen, order, holding, passed)
    return fit[found] if found is not None else None


def _best_for(site: Site, application: Application, shares: Sequence[tuple[Stall, int]]) -> tuple[Stall, int]:
    """Of several free stalls the one that breaks the fewest wishes, first those that weigh most."""
    if len(shares) == 1:
        return shares[0]
    rows = placing.standing(site)
    vendors = placing.vendors_of(site, [*(row.application for row in rows), application])
    spots, given = placing.spots_of(site), placing.given_in(rows)

    def cost(one: tuple[Stall, int]) -> tuple[Any, ...]:
        stall, share = one
        after = {**given, application.public_id: (stall.number, share)}
        broken = Counter(found.wish for found in wishes_broken(vendors, spots, after))
        in_own_zone = stall.zone_id == application.pengampu_id
        wasted = stall.has_power and not application.needs_power
        return (*(broken[wish] for wish in Wish), not in_own_zone, wasted, stall.row, stall.column, share)

    return min(shares, key=cost)


def _offer(
    site: Site, application: Application, freed: Allocation, stall: Stall, share: int, *, now: datetime
) -> Allocation | None:
    """None when the person was given a stall elsewhere on these days this very second."""
    bazaar = site.bazaar
    try:
        with transaction.atomic():
            return Allocation.objects.create(
                application=application,
                participant_id=application.participant_id,
                stall=stall,
                share=share,
                days=(bazaar.starts_on, bazaar.ends_on + timedelta(days=1)),
                state=AllocationState.OFFERED,
                decided_at=now,
                answer_by=thinking_until(bazaar.begins_at, now=now),
                replaces=freed,
            )
    except IntegrityError as error:
        if "bazaars_allocation_one_place_a_day" not in str(error):
            raise
        log.info("a reserve of site %s has a stall elsewhere by now", site.pk)
        return None


# ---------------------------------------------------------------- by the clock


@transaction.atomic
def settle(site_id: int, *, now: datetime) -> int:
    """What was not answered in time goes to the next; what was given back is offered. How many offers.

    A stall that nobody could take instead stays with its vendor, who may still confirm. Pages call it before
    they show or take an answer, so that nothing depends on the clock's task; again changes nothing.
    """
    if not Site.objects.filter(_to_settle(now), pk=site_id).exists():
        return 0
    site = locked_site(site_id)
    if site.state != SiteState.DRAWN or site.bazaar.begins_at <= now:
        return 0
    offered = len(fill(site, now=now))
    late = Allocation.objects.of_site(site).late(now=now).select_related("application", "stall")
    lapsed: list[Allocation] = []
    for allocation in list(late.order_by("answer_by", "pk")):
        if next_one(site, instead_of=allocation) is None:
            continue
        release(allocation, ReleaseKind.LAPSED, by=None, now=now)
        lapsed.append(allocation)
        offered += len(fill(site, now=now))
    if lapsed:
        messages.tell_lost(site, lapsed, now=now)
        record(None, "bazaars.stall.lapsed", site, count=len(lapsed))
    return offered


def _to_settle(now: datetime) -> Q:
    """Sites that were drawn, have not begun, and have something late or given back."""
    late = Allocation.objects.late(now=now).values("application__site")
    to_fill = Allocation.objects.to_fill().order_by().values("application__site")
    coming = Q(state=SiteState.DRAWN, bazaar__starts_on__gte=timezone.localdate(now))
    return coming & (Q(pk__in=late) | Q(pk__in=to_fill))


def settle_all(*, now: datetime | None = None) -> int:
    """The clock's task: every site in a transaction of its own."""
    now = now or timezone.now()
    sites: Any = Site.objects.filter(_to_settle(now)).order_by("pk").values_list("pk", flat=True)
    return sum(settle(pk, now=now) for pk in list(sites))
