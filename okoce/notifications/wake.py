"""A nudge to the worker after a commit, so that a sign-in code leaves in a second and not at the next beat.

Best effort and nothing more: the row is in PostgreSQL, and the clock drains every 15 seconds anyway. A broker
that is down or silent must neither fail nor hold up a web request.
"""

from __future__ import annotations

import logging
import time

from celery import current_app
from django.db import connection, transaction

log = logging.getLogger("okoce.notifications")

DRAIN = "okoce.notifications.tasks.drain_outbox"  # by name: tasks stand above this module
CONNECT_SECONDS = 0.5
PAUSE_AFTER_FAILURE = 20.0  # seconds during which this process does not try again
FORGET_AFTER = 60  # seconds: a nudge that nobody took by then is worth nothing

_quiet_until = 0.0


def wake_after_commit() -> None:
    """Nudge once when the present transaction commits, however many messages it queues."""
    calls: list[object] = [entry[1] for entry in connection.run_on_commit]
    if wake not in calls:
        transaction.on_commit(wake, robust=True)


def wake() -> bool:
    """Put one drain task into the broker; whether that worked. Takes at most about a second, once."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return False
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
                DRAIN, connection=line, retry=False, ignore_result=True, expires=FORGET_AFTER
            )
    except Exception as error:
        _quiet_until = time.monotonic() + PAUSE_AFTER_FAILURE
        log.warning("the worker could not be woken (%s); the clock will do it", type(error).__name__)
        return False
    return True
