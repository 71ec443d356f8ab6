"""Two vendors who have both confirmed exchange their stalls, when the rules of the plan still hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from bazaars import errors, messages
from bazaars.enums import AllocationState, ExchangeState
from bazaars.models import Allocation, Exchange, Site
from bazaars.placement import Broken, Wish
from bazaars.services import placing, releasing
from bazaars.services.events import locked_site
from okoce.accounts.models import User
from okoce.audit.services import record

KEPT = (Wish.POWER, Wish.ZONE)  # the other wishes are of the plan, not of the two who agree


def new_breaks(site: Site, mine: Allocation, theirs: Allocation) -> list[Broken]:
    """Which rules an exchange would break that hold now."""
    rows = placing.standing(site)
    given = placing.given_in(rows)
    one, other = mine.application.public_id, theirs.application.public_id
    after = {**given, one: given[other], other: given[one]}
    before = {(b.wish, b.vendors) for b in placing.broken_in(site, rows, given)}
    later = placing.broken_in(site, rows, after)
    return [b for b in later if b.wish in KEPT and (b.wish, b.vendors) not in before]


@transaction.atomic
def ask(*, allocation_id: int, number: str, share: int, by: User, now: datetime) -> Exchange:
    """Asks the vendor of another stall here. Asking the same again changes nothing.

    Raises BazaarBegun, ConfirmFirst, NoSuchHolder, AskedElsewhere, ExchangeBreaks.
    """
    site, mine = releasing.locked(allocation_id)
    releasing.refuse_when_begun(site, now=now)
    if mine.state != AllocationState.CONFIRMED:
        raise errors.ConfirmFirst
    confirmed = Allocation.objects.of_site(site).filter(state=AllocationState.CONFIRMED)
    others = confirmed.exclude(pk=mine.pk).select_related("application", "stall")
    theirs: Allocation | None = others.filter(stall__number=number, share=share).first()
    if theirs is None or theirs.stall_id == mine.stall_id:
        raise errors.NoSuchHolder
    found: Exchange | None = Exchange.objects.filter(asker=mine, state=ExchangeState.ASKED).first()
    if found is not None:
        if found.asked_id == theirs.pk:
            return found
        raise errors.AskedElsewhere(found.asked_stall.number)
    _refuse_when_broken(site, mine, theirs)
    exchange: Exchange = Exchange.objects.create(
        asker=mine, asked=theirs, asker_stall=mine.stall, asked_stall=theirs.stall, asked_at=now
    )
    messages.tell_exchange_asked(site, exchange, now=now)
    record(by, "bazaars.exchange.asked", mine, stall=theirs.stall.number)
    return exchange


@transaction.atomic
def agree(*, exchange_id: int, by: User, now: datetime) -> Exchange:
    """Both stalls change hands at once. Again changes nothing.

    Raises BazaarBegun, ExchangeOver, StallsChanged, ExchangeBreaks.
    """
    site, exchange = _locked(exchange_id)
    if exchange.state == ExchangeState.DONE:
        return exchange
    if exchange.state != ExchangeState.ASKED:
        raise errors.ExchangeOver
    releasing.refuse_when_begun(site, now=now)
    mine, theirs = exchange.asker, exchange.asked
    both = (mine, theirs)
    if any(one.state != AllocationState.CONFIRMED for one in both) or (
        (mine.stall_id, theirs.stall_id) != (exchange.asker_stall_id, exchange.asked_stall_id)
    ):
        raise errors.StallsChanged
    _refuse_when_broken(site, mine, theirs)
    placing.stand_at({mine.pk: (theirs.stall, theirs.share), theirs.pk: (mine.stall, mine.share)})
    _end(exchange, ExchangeState.DONE, now=now)
    of_both = Q(asker__in=both) | Q(asked__in=both)
    Exchange.objects.filter(of_both, state=ExchangeState.ASKED).update(
        state=ExchangeState.WITHDRAWN, answered_at=now
    )
    messages.tell_exchange_answered(site, exchange, now=now)
    record(
        by, "bazaars.exchange.done", mine, stalls=[exchange.asker_stall.number, exchange.asked_stall.number]
    )
    return exchange


@transaction.atomic
def decline(*, exchange_id: int, by: User, now: datetime) -> Exchange:
    """The vendor who was asked keeps the stall; nothing else follows from it. Again changes nothing."""
    site, exchange = _locked(exchange_id)
    if exchange.state == ExchangeState.ASKED:
        _end(exchange, ExchangeState.DECLINED, now=now)
        messages.tell_exchange_answered(site, exchange, now=now)
        record(by, "bazaars.exchange.declined", exchange.asked)
    return exchange


@transaction.atomic
def withdraw(*, exchange_id: int, by: User, now: datetime) -> Exchange:
    """The vendor who asked takes the question back."""
    _site, exchange = _locked(exchange_id)
    if exchange.state == ExchangeState.ASKED:
        _end(exchange, ExchangeState.WITHDRAWN, now=now)
        record(by, "bazaars.exchange.withdrawn", exchange.asker)
    return exchange


def _locked(exchange_id: int) -> tuple[Site, Exchange]:
    site = locked_site(
        Exchange.objects.values_list("asker__application__site_id", flat=True).get(pk=exchange_id)
    )
    exchange: Exchange = Exchange.objects.select_related(
        "asker__application",
        "asker__stall",
        "asked__application",
        "asked__stall",
        "asker_stall",
        "asked_stall",
    ).get(pk=exchange_id)
    return site, exchange


def _refuse_when_broken(site: Site, mine: Allocation, theirs: Allocation) -> None:
    broken: Sequence[Broken] = new_breaks(site, mine, theirs)
    if broken:
        raise errors.ExchangeBreaks([(one.wish, one.stalls[0]) for one in broken])


def _end(exchange: Exchange, state: ExchangeState, *, now: datetime) -> None:
    exchange.state, exchange.answered_at = state, now
    exchange.save(update_fields=["state", "answered_at"])
