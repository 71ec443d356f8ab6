"""What background work stands on: a wake-up for the worker, and one worker at a time.

Both are best effort on purpose. The work itself is a row in PostgreSQL that the clock finds again: a broker
that is down or silent must neither fail nor hold up a request.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from celery import current_app
from django.db import connection

log = logging.getLogger("okoce.background")

CONNECT_SECONDS = 0.5


def nudge(task: str, *ids: int, forget_after: int | None = None) -> bool:
    """Puts a task (by name: tasks stand above services) into the broker; whether that worked.

    Takes at most about a second. ``forget_after``: seconds after which it is worth nothing.
    """
    try:
        with current_app.connection_for_write(
            connect_timeout=CONNECT_SECONDS,
            transport_options={
                "socket_connect_timeout": CONNECT_SECONDS,
                "socket_timeout": CONNECT_SECONDS,
                "max_retries": 1,
                "interval_start": 0,
                "interval_step": 0,
                "retry_on_timeout": False,
            },
        ) as line:
            current_app.send_task(
                task, args=list(ids), connection=line, retry=False, ignore_result=True, expires=forget_after
            )
    except Exception as error:  # the broker's clients raise what they like; the row waits
        log.warning("no broker for %s %s (%s); the clock will do it", task, ids, type(error).__name__)
        return False
    return True


@contextmanager
def alone(space: int, key: int) -> Iterator[bool]:
    """Whether nobody else works on ``key`` (of this ``space``); until the block ends nobody else will.

    The lock is the database connection's: a dead worker's is gone with it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [space, key])
        (is_alone,) = cursor.fetchone()
    try:
        yield is_alone
    finally:
        if is_alone and not connection.needs_rollback and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [space, key])
