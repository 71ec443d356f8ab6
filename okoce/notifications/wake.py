"""A nudge to the worker after a commit, so that a sign-in code leaves in a second and not at the next beat.

Best effort and nothing more: the row is in PostgreSQL, and the clock drains every 15 seconds anyway. A broker
that is down or silent must neither fail nor hold up a web request.
"""

from __future__ import annotations

import time

from django.db import connection, transaction

from okoce.db import background

DRAIN = "okoce.notifications.tasks.drain_outbox"  # by name: tasks stand above this module
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
    if not background.nudge(DRAIN, forget_after=FORGET_AFTER):
        _quiet_until = time.monotonic() + PAUSE_AFTER_FAILURE
        return False
    return True
