"""Counting tries: in the cache, and in the database while the cache is away.

What is counted (a login, a phone number, an address) enters the key as a keyed digest only.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta

from django.core.cache import caches
from django.db import transaction
from django.db.models import F
from django.utils.connection import ConnectionProxy
from redis.exceptions import RedisError

from okoce.accounts.models import TryCount
from okoce.db.encryption import lookup

log = logging.getLogger(__name__)
cache = ConnectionProxy(caches, "counts")
AWAY = (RedisError, OSError)


def _key(name: str, parts: tuple[str, ...]) -> str:
    return lookup("|".join(parts), column=f"limits.{name}").hex()


def count(name: str, *parts: str, window: timedelta, now: datetime) -> int:
    """Counts one more try and returns how many there were since the first within ``window``, this one
    included.
    """
    key = _key(name, parts)
    try:
        cache.add(f"tries:{key}", 0, timeout=int(window.total_seconds()))
        return cache.incr(f"tries:{key}")
    except ValueError:  # it ran out between the two calls
        cache.set(f"tries:{key}", 1, timeout=int(window.total_seconds()))
        return 1
    except AWAY as error:
        log.warning("the cache is away (%s): counting in the database", type(error).__name__)
        return _count_in_database(key, window, now)


def uncount(name: str, *parts: str) -> None:
    """Takes one try back: it was refused before it began, or was right."""
    key = _key(name, parts)
    try:
        cache.decr(f"tries:{key}")
    except ValueError:
        pass
    except AWAY:
        TryCount.objects.filter(key=key, count__gt=0).update(count=F("count") - 1)


def forget(name: str, *parts: str) -> None:
    key = _key(name, parts)
    try:
        cache.delete_many([f"tries:{key}", f"gate:{key}"])
    except AWAY:
        TryCount.objects.filter(key__in=[key, _gate(key)]).delete()


def seconds_until_gate_opens(name: str, *parts: str, every: timedelta, now: datetime) -> int:
    """0 for the one who passes; the gate then stays shut for ``every``. Of many at once only one passes."""
    key = _key(name, parts)
    opens = now + every
    try:
        if cache.add(f"gate:{key}", opens.timestamp(), timeout=int(every.total_seconds())):
            return 0
        shut_until = cache.get(f"gate:{key}") or 0
        return max(1, round(shut_until - now.timestamp()))
    except AWAY:
        return _gate_in_database(_gate(key), opens, now)


def _gate(key: str) -> str:
    return hashlib.sha256(f"gate:{key}".encode()).hexdigest()


@transaction.atomic
def _count_in_database(key: str, window: timedelta, now: datetime) -> int:
    fresh = {"count": 1, "last_at": now, "expires_at": now + window}
    row, is_new = TryCount.objects.select_for_update().get_or_create(key=key, defaults=fresh)
    if is_new:
        return 1
    if row.expires_at <= now:
        row.count, row.expires_at = 0, now + window
    row.count, row.last_at = row.count + 1, now
    row.save()
    return row.count


@transaction.atomic
def _gate_in_database(key: str, opens: datetime, now: datetime) -> int:
    fresh = {"count": 1, "last_at": now, "expires_at": opens}
    row, is_new = TryCount.objects.select_for_update().get_or_create(key=key, defaults=fresh)
    if is_new:
        return 0
    if row.expires_at > now:
        return max(1, round((row.expires_at - now).total_seconds()))
    row.last_at, row.expires_at = now, opens
    row.save()
    return 0
