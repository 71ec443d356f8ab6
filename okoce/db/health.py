"""Whether this process lives, and whether it can serve. The addresses are mounted and marked public in
okoce.urls.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache as remember

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

log = logging.getLogger("okoce.health")


class NotReady(Exception):
    pass


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Nothing else is asked: a database that is away is no reason to kill the web
    server.
    """
    return HttpResponse("ok", content_type="text/plain")


@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, migrations and cache are fine, else 503 with which of them is not."""
    checks = {"database": _database, "migrations": _migrations, "cache": _cache}
    results = {name: _passes(name, check) for name, check in checks.items()}
    answer = JsonResponse(
        {name: "ok" if fine else "failed" for name, fine in results.items()},
        status=200 if all(results.values()) else 503,
    )
    answer["Cache-Control"] = "no-store"
    return answer


def _passes(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception as error:
        log.warning("not ready: %s (%s)", name, type(error).__name__)
        return False
    return True


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    _all_applied()


@remember
def _all_applied() -> bool:
    """Asked until it is true once: migrations are not taken back under a running process."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady("migrations are missing")
    return True


def _cache() -> None:
    cache.set("okoce:ready", "1", 10)
    if cache.get("okoce:ready") != "1":
        raise NotReady("the cache forgets")
