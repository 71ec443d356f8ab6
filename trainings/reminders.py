"""Tomorrow's sessions. Fired as often as the clock likes; each person is reminded once."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from okoce.notifications.services import Draft, queue_many
from trainings import messages
from trainings.models import Booking


def queue_session_reminders(*, on: date, now: datetime | None = None) -> int:
    """Reminders for everybody with a seat in a published session on the day ``on``; how many are new.

    Due now, or in the morning when it is night; void from the start of the session. Two statements.
    """
    now = now or timezone.now()
    due_at = messages.decent(now)
    seats = Booking.objects.seated().of_published_sessions_on(on)
    drafts = [
        Draft(
            key=messages.key(session, person, messages.reminder_occasion(version)),
            participant_id=person,
            cause=(messages.CAUSE, session),
            city=city,
            kecamatan=kecamatan,
            due_at=min(due_at, now) if due_at >= starts_at else due_at,
            expires_at=starts_at,
        )
        for session, person, version, city, kecamatan, starts_at in seats.values_list(
            "session_id",
            "participant_id",
            "session__plan_version",
            "session__city_id",
            "session__kecamatan_id",
            "session__starts_at",
        )
        if starts_at > now
    ]
    return queue_many(kind=messages.REMINDER, drafts=drafts) if drafts else 0
