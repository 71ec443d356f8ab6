"""A channel that is down rests, longer from time to time, instead of using up the tries of every message.

The rest is remembered in the cache, so that all workers keep it. Losing the cache costs one attempt to
connect.
"""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache

log = logging.getLogger("okoce.notifications")

FIRST_REST, LONGEST_REST = 5.0, 300.0
REMEMBERED = 3600  # seconds
CLOCKS_DIFFER = 5.0  # seconds between two workers' clocks that mean nothing


@dataclass(frozen=True)
class Rest:
    """How a channel stands: ``seconds`` left, after ``failures`` in a row, for ``reason``."""

    seconds: float = 0.0
    failures: int = 0
    reason: str = ""


def rest_of(channel: str) -> Rest:
    kept = _get(channel)
    if not kept:
        return Rest()
    now = time.time()
    if now < kept.get("since", now) - CLOCKS_DIFFER:  # the clock was set back: nobody knows how long is left
        return Rest(0.0, kept["failures"], kept["reason"])
    return Rest(max(0.0, kept["until"] - now), kept["failures"], kept["reason"])


def is_open(channel: str) -> bool:
    """Whether the channel still rests."""
    return rest_of(channel).seconds > 0


def trip(channel: str, reason: str, *, is_long: bool = False) -> float:
    """The channel failed: let it rest, ``is_long`` for the longest time at once. Seconds of the rest."""
    failures = rest_of(channel).failures + 1
    spread = random.uniform(0.75, 1.25)  # noqa: S311
    first = float(getattr(settings, "OUTBOX_FIRST_REST", FIRST_REST))
    seconds: float = LONGEST_REST if is_long else min(first * 2 ** (failures - 1), LONGEST_REST) * spread
    now = time.time()
    _set(channel, {"since": now, "until": now + seconds, "failures": failures, "reason": reason})
    return seconds


def reset(channel: str) -> None:
    """The channel answered."""
    if _get(channel):
        _set(channel, None)


def _key(channel: str) -> str:
    return f"outbox:rest:{channel}"


def _get(channel: str) -> dict[str, Any] | None:
    try:
        kept: dict[str, Any] | None = cache.get(_key(channel))
    except Exception:  # whatever the cache's client raises when it is away
        log.warning("the cache is away; the state of channel %s is not known", channel)
        return None
    return kept


def _set(channel: str, value: dict[str, Any] | None) -> None:
    try:
        if value is None:
            cache.delete(_key(channel))
        else:
            cache.set(_key(channel), value, REMEMBERED)
    except Exception:
        log.warning("the cache is away; the state of channel %s is not kept", channel)
