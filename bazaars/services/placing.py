"""Which stall everybody chosen gets, and the officer's moves afterwards (docs/draw.md, "Which stall")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, Max, Value, When

from bazaars import errors, messages
from bazaars.enums import AllocationState, SiteState
from bazaars.models import Allocation, Application, Site, Stall, StallMove
from bazaars.placement import Broken, Plan, Spot, Vendor, place, wishes_broken
from bazaars.services.events import locked_site
from okoce.accounts.models import User
from okoce.audit.services import record

WITH_WATER = frozenset({"kuliner", "minuman"})  # hands and dishes are washed there
REMEMBERED = timedelta(days=366)

Given = Mapping[str, tuple[str, int]]
"""Public id → (stall number, share)."""


def spots_of(site: Site) -> list[Spot]:
    stalls = site.stalls.in_draw()
    return [
        Spot(
            s.number,
            s.row,
            s.column,
            s.zone_id or "",
            s.has_power,
            site.share_limit,
            has_water=s.has_water,
            tent=s.tent or 0,
        )
        for s in stalls
    ]


def vendors_of(site: Site, chosen: Sequence[Application]) -> list[Vendor]:
    """``chosen`` in the order of the draw."""
    poor = _stood_in_the_back(site, [a.participant_id for a in chosen])
    return [
        Vendor(
            a.public_id,
            a.pengampu_id,
            a.category_id,
            a.needs_power,
            was_poor=a.participant_id in poor,
            wants_water=a.category_id in WITH_WATER,
        )
        for a in chosen
    ]


def _stood_in_the_back(site: Site, participants: Sequence[int]) -> set[int]:
    """Those whose last stall within a year stood in the last row of its place."""
    first_day = site.bazaar.starts_on
    rows = (
        Allocation.objects.filter(
            participant_id__in=participants,
            stall__site__bazaar__starts_on__lt=first_day,
            stall__site__bazaar__starts_on__gt=first_day - REMEMBERED,
        )
        .exclude(state=AllocationState.RELEASED)
        .order_by("stall__site__bazaar__starts_on", "pk")
        .values_list("participant_id", "stall__site_id", "stall__row")
    )
    last = {participant: (place, row) for participant, place, row in rows}
    back = dict(
        Stall.objects.filter(site_id__in={place for place, _row in last.values()})
        .order_by()
        .values_list("site_id")
        .annotate(Max("row"))
    )
    return {person for person, (place, row) in last.items() if 1 < row == back[place]}


def plan_of(site: Site, chosen: Sequence[Application], *, seed: str) -> Plan:
    return place(vendors_of(site, chosen), spots_of(site), seed=seed)


# --- the officer's moves -------------------------------------------------------------------------------


def standing(site: Site) -> list[Allocation]:
    """Stalls given and not released, with what the wishes ask about."""
    return list(
        Allocation.objects.filter(application__site=site)
        .exclude(state=AllocationState.RELEASED)
        .select_related("application", "stall")
        .order_by("stall__row", "stall__column", "share")
    )


def broken_in(site: Site, rows: Sequence[Allocation], given: Given) -> list[Broken]:
    return wishes_broken(vendors_of(site, [row.application for row in rows]), spots_of(site), given)


def given_in(rows: Sequence[Allocation]) -> dict[str, tuple[str, int]]:
    return {row.application.public_id: (row.stall.number, row.share) for row in rows}


def moved(site: Site, given: Given, public_id: str, target: tuple[str, int]) -> dict[str, tuple[str, int]]:
    """The plan after a move; whoever stands at the target goes to where the other stood."""
    if public_id not in given:
        raise errors.MoveImpossible
    fits = {(spot.number, share) for spot in spots_of(site) for share in range(1, spot.shares + 1)}
    if target not in fits or target == given[public_id]:
        raise errors.MoveImpossible
    other = next((who for who, where in given.items() if where == target), None)
    after = {**given, public_id: target}
    if other is not None:
        after[other] = given[public_id]
    return after


@transaction.atomic
def move(
    *,
    site_id: int,
    public_id: str,
    target: tuple[str, int],
    seen: Given,
    reason: str,
    by: User,
    now: datetime,
) -> None:
    """Moves somebody to another stall, or two into each other's; they are told, and it is published.

    ``seen`` is the plan that the officer looked at: when somebody else has changed it, nothing is moved.
    Raises MoveImpossible, PlanChanged, NotDrawnYet.
    """
    site = locked_site(site_id)
    if site.state != SiteState.DRAWN:
        raise errors.NotDrawnYet
    rows = standing(site)
    given = given_in(rows)
    if given.get(public_id) == target:
        return
    after = moved(site, given, public_id, target)
    touched = [row for row in rows if after[row.application.public_id] != given[row.application.public_id]]
    if any(seen.get(r.application.public_id) != given[r.application.public_id] for r in touched):
        raise errors.PlanChanged
    stalls = {stall.number: stall for stall in site.stalls.all()}
    places = {row.pk: after[row.application.public_id] for row in touched}
    stand_at({pk: (stalls[number], share) for pk, (number, share) in places.items()})
    moves = StallMove.objects.bulk_create(
        StallMove(
            allocation=row, before=row.stall, after=stalls[places[row.pk][0]], reason=reason, at=now, by=by
        )
        for row in touched
        if row.stall.number != places[row.pk][0]
    )
    messages.tell_moved(site, moves, now=now)
    for row in touched:
        record(
            by,
            "bazaars.stall.moved",
            row.application,
            site=site.pk,
            before=given[row.application.public_id][0],
            after=places[row.pk][0],
        )


def stand_at(places: Mapping[int, tuple[Stall, int]]) -> None:
    """Allocation → (stall, share), all at once: in one statement two may exchange theirs."""
    stalls = [When(pk=pk, then=Value(stall.pk)) for pk, (stall, _share) in places.items()]
    shares = [When(pk=pk, then=Value(share)) for pk, (_stall, share) in places.items()]
    Allocation.objects.filter(pk__in=places).update(stall=Case(*stalls), share=Case(*shares))
