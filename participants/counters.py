"""How many people a person's area holds, for the heading and the views of the list.

Counting a province's people costs more than showing a page of them, so figures are kept for two minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.core.cache import cache

from okoce.accounts.scope import scope_of
from participants.querysets import ParticipantQuerySet

KEPT_SECONDS = 120
VIEW_CAP = 9_999  # a view with more shows "9.999+"

Question = Callable[[ParticipantQuerySet], ParticipantQuerySet]
_ASK = object()


def key(user: Any, today: date) -> str:
    return f"people:{today:%Y%m%d}:{scope_of(user).key}"


def counts_for(
    user: Any,
    people: ParticipantQuerySet,
    views: Mapping[str, Question],
    *,
    today: date,
    kept: Any = _ASK,
) -> dict[str, int]:
    """``total`` and one figure for each view, all over ``people`` (what the user may see).

    ``kept`` is what the cache holds under ``key``, where the caller has asked it already.
    """
    if kept is _ASK:
        kept = cache.get(key(user, today))
    counts = dict(kept or {})
    missing = [code for code in views if code not in counts]
    if not missing and "total" in counts:
        return counts
    if "total" not in counts:
        counts["total"] = people.order_by().count()
    for code in missing:
        counts[code] = views[code](people).order_by()[: VIEW_CAP + 1].count()
    cache.set(key(user, today), counts, KEPT_SECONDS)
    return counts


def forget(user: Any, *, today: date) -> None:
    """After the user has added somebody: the next page counts anew."""
    cache.delete(key(user, today))
