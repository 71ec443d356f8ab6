"""How many people a person's area holds, for the heading and the saved views of the list.

Counting a province's people costs more than showing a page of them, so figures are kept for two minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.core.cache import cache
from django.db.models import Q

from okoce.accounts.scope import scope_of
from participants.querysets import ParticipantQuerySet

KEPT_SECONDS = 120
VIEW_CAP = 9_999  # a saved view with more shows "9.999+"


def _key(user: Any, today: date) -> str:
    set_ones = [f"{k}={v}" for k, v in vars(scope_of(user)).items() if v]
    return f"people:{today:%Y%m%d}:{','.join(set_ones)}"


def counts_for(
    user: Any,
    people: ParticipantQuerySet,
    views: Mapping[str, Callable[[date], Q]],
    *,
    today: date,
) -> dict[str, int]:
    """``total`` and one figure for each saved view, all over ``people`` (what the user may see)."""
    key = _key(user, today)
    kept = cache.get(key)
    if kept is not None and kept.keys() >= views.keys():
        return kept
    counts = {"total": people.order_by().count()}
    for code, condition in views.items():
        counts[code] = people.filter(condition(today)).order_by()[: VIEW_CAP + 1].count()
    cache.set(key, counts, KEPT_SECONDS)
    return counts


def forget(user: Any, *, today: date) -> None:
    """After the user has added somebody: the next page counts anew."""
    cache.delete(_key(user, today))
