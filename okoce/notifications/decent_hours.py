"""The province sets the hours; what waits for an opening is decided anew."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.notifications import decency
from okoce.notifications.decency import Hours
from okoce.notifications.enums import State
from okoce.notifications.models import DecentHours, Message
from okoce.notifications.wake import wake_after_commit

SHOWN = 10


@transaction.atomic
def set_hours(*, hours: Hours, by: User, now: datetime) -> bool:
    """Keep new hours; whether they differ from those before. Setting the same twice is one version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('notifications.decenthours'))")
    if decency.hours_set() == hours:
        return False
    row = DecentHours.objects.create(set_by=by, **vars(hours))
    waiting = Message.objects.filter(state=State.PENDING, reason__in=decency.OF_THE_HOUR, due_at__gt=now)
    waiting.update(due_at=now)
    record(by, "notifications.hours.set", row, ordinary=str(row))
    wake_after_commit()
    return True


def versions() -> list[DecentHours]:
    """The newest first."""
    return list(DecentHours.objects.select_related("set_by")[:SHOWN])
