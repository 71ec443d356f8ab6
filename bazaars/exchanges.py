"""Exchanging stalls, for the vendor's page: what is asked, who may be asked, what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from bazaars.enums import AllocationState, ExchangeState
from bazaars.models import Allocation, Exchange
from bazaars.words import short_goods


@dataclass(frozen=True, slots=True)
class Exchanges:
    """``received`` waits for this vendor's answer, ``asked`` for another's; ``last`` ended last."""

    received: Sequence[Exchange]
    asked: Exchange | None
    last: Exchange | None
    choices: Sequence[tuple[str, str]]


def exchanges_of(mine: Allocation, given: Sequence[Allocation], *, now: datetime) -> Exchanges | None:
    """``given``: all stalls of the place. None while nothing can be exchanged. One query."""
    if mine.state != AllocationState.CONFIRMED or mine.application.site.bazaar.begins_at <= now:
        return None
    rows = list(
        Exchange.objects.filter(Q(asker=mine) | Q(asked=mine)).select_related("asker_stall", "asked_stall")
    )
    standing = [row for row in rows if row.state == ExchangeState.ASKED]
    ended = [row for row in rows if row.state in (ExchangeState.DONE, ExchangeState.DECLINED)]
    return Exchanges(
        received=[row for row in standing if row.asked_id == mine.pk],
        asked=next((row for row in standing if row.asker_id == mine.pk), None),
        last=max(ended, key=lambda row: row.answered_at or row.asked_at, default=None),
        choices=[
            (
                f"{one.stall.number}/{one.share}",
                f"{one.stall.number}: {short_goods(one.application.category_id)}",
            )
            for one in given
            if one.state == AllocationState.CONFIRMED and one.stall_id != mine.stall_id
        ],
    )
