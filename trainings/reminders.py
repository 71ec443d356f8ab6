"""Reminders of sessions, at the times before it that the province has set. Fired as often as the clock likes;
each person is reminded once at each time.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db.models import Case, DateTimeField, F, Q, TextField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from okoce.notifications import kinds, timing
from okoce.notifications.bulk import key_of, queue_from
from trainings import messages
from trainings.enums import SessionState
from trainings.models import Booking
from trainings.querysets.booking import BookingQuerySet
from trainings.scheduling import at

A_DAY = timedelta(days=1)


def queue_session_reminders(*, now: datetime | None = None) -> int:
    """Reminders for everybody with a seat in a published session that is so long ahead; how many are new.

    A time of whole days means that whole day before (tomorrow, a week from today), so that a portal that was
    down for some hours still reminds. Hours mean the hours. A time that had passed when the session was
    published is left out: the invitation has just said the same. One statement for each time.
    """
    now = now or timezone.now()
    return sum(_queue(before, now=now) for before in timing.of(kinds.get(messages.REMINDER)))


def _queue(before: timedelta, *, now: datetime) -> int:
    due = messages.decent(now)
    return queue_from(
        _seats(before, now=now),
        kind=messages.REMINDER,
        key=_key(before),
        participant_id=F("participant_id"),
        cause=(messages.CAUSE, F("session_id")),
        city=F("session__city_id"),
        kecamatan=F("session__kecamatan_id"),
        due_at=Case(
            When(session__starts_at__lte=due, then=Value(now)),
            default=Value(due),
            output_field=DateTimeField(),
        ),
        expires_at=F("session__starts_at"),
    )


def _seats(before: timedelta, *, now: datetime) -> BookingQuerySet:
    """Seats in sessions for which it is time."""
    seated = Booking.objects.seated().filter(session__starts_at__gt=now)
    if before % A_DAY == timedelta(0):
        return seated.of_published_sessions_on(timezone.localtime(now).date() + before)
    return seated.of_published_sessions_between(now + before / 2, now + before).filter(
        session__published_at__lte=F("session__starts_at") - before
    )


def people_between(now: datetime, until: datetime) -> BookingQuerySet:
    """Seats that will be reminded between two moments and are not in the outbox yet: what is due today was
    put there at midnight.
    """
    tomorrow = at(timezone.localtime(now).date() + A_DAY, time())
    last = at(timezone.localtime(until).date() + A_DAY, time())
    due = Q(pk__in=())
    for before in timing.of(kinds.get(messages.REMINDER)):
        first, end = (tomorrow, last) if before % A_DAY == timedelta(0) else (now, until)
        due |= Q(session__starts_at__gte=first + before, session__starts_at__lt=end + before)
    return Booking.objects.seated().filter(due, session__state=SessionState.PUBLISHED)


def _key(before: timedelta) -> Combinable:
    """As messages.key says it, with the plan's version when the session has moved."""
    version = Case(
        When(session__plan_version=1, then=Value("")),
        default=Concat(Value("-v"), Cast("session__plan_version", TextField()), output_field=TextField()),
        output_field=TextField(),
    )
    occasion = f":reminder-{timing.occasion(before)}"
    return key_of("session:", F("session_id"), ":participant:", F("participant_id"), occasion, version)
