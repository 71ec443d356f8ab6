"""A cache that is away is an empty one: pages are slower, and nobody's session or work is lost.

What must be counted even then (okoce.accounts.limits) uses the alias ``counts``, which tells of the outage.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

AWAY = (RedisError, OSError)
log = logging.getLogger(__name__)


def _or(answer: Any, ask: Callable[..., Any], *args: Any) -> Any:
    try:
        return ask(*args)
    except AWAY as error:
        log.warning("the cache is away (%s)", type(error).__name__)
        return answer


class ForgivingClient(RedisCacheClient):
    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        return bool(_or(True, super().add, key, value, timeout))

    def get(self, key: Any, default: Any) -> Any:
        return _or(default, super().get, key, default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        _or(None, super().set, key, value, timeout)

    def touch(self, key: Any, timeout: Any) -> bool:
        return bool(_or(False, super().touch, key, timeout))

    def delete(self, key: Any) -> bool:
        return bool(_or(False, super().delete, key))

    def has_key(self, key: Any) -> bool:
        return bool(_or(False, super().has_key, key))

    def get_many(self, keys: Any) -> Any:
        return _or({}, super().get_many, keys)

    def set_many(self, data: Any, timeout: Any) -> None:
        _or(None, super().set_many, data, timeout)

    def delete_many(self, keys: Any) -> None:
        _or(None, super().delete_many, keys)


class ForgivingRedisCache(RedisCache):
    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ForgivingClient
