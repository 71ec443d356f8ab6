"""Sessions as an iCalendar file (RFC 5545). A session keeps its UID; every change raises its SEQUENCE.

No name, number or phone of any participant is in it: the file lies on servers of calendar services.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone

from trainings.enums import SessionState
from trainings.models import TrainingSession

WIB = ZoneInfo("Asia/Jakarta")
REFRESH = timedelta(hours=1)


def calendar(sessions: Iterable[TrainingSession], *, name: str) -> bytes:
    """``sessions`` with their places. Times are written in Jakarta time, with the zone's definition."""
    file = Calendar()
    file.add("prodid", "-//OK OCE//Portal//ID")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    file.add("x-wr-calname", name)
    file.add("x-wr-timezone", "Asia/Jakarta")
    file.add("refresh-interval", REFRESH)
    file.add("x-published-ttl", "PT1H")
    file.add_component(Timezone.from_tzinfo(WIB, first_date=date(2018, 1, 1)))
    for session in sessions:
        file.add_component(_event(session))
    return file.to_ical()  # type: ignore[no-any-return]


def _event(session: TrainingSession) -> Event:
    event = Event()
    event.add("uid", f"sesi-{session.pk}@{_host()}")
    event.add("sequence", _sequence(session))
    event.add("dtstamp", session.updated_at)
    event.add("last-modified", session.updated_at)
    event.add("dtstart", session.starts_at.astimezone(WIB))
    event.add("dtend", session.ends_at.astimezone(WIB))
    words = {"activity": session.activity.title, "kecamatan": session.kecamatan.name}
    event.add("summary", _("OK OCE %(activity)s, kecamatan %(kecamatan)s") % words)
    event.add("location", ", ".join(filter(None, (session.venue.name, session.venue.address))))
    is_off = session.state == SessionState.CANCELLED
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if is_off else "OPAQUE")
    return event


def _sequence(session: TrainingSession) -> int:
    """Grows with every change of plan; a cancellation is the last one."""
    return session.plan_version + (session.state == SessionState.CANCELLED)


def _host() -> str:
    return settings.PORTAL_URL.split("//")[-1].split("/")[0].split(":")[0]


def file_of(feed: Any, *, now: datetime) -> bytes:
    """The file of a feed, in Indonesian."""
    sessions = TrainingSession.objects.for_feed(feed, now=now)
    name = f"OK OCE {feed.subject}".strip()
    return calendar(sessions, name=name)
