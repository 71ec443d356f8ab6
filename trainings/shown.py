"""Sessions as the pages show them: worked out here, so that templates ask for nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from trainings.enums import SessionState
from trainings.models import TrainingSession
from trainings.rules import hours, long_day
from trainings.scheduling import day_of


@dataclass(frozen=True)
class State:
    """A state in words, with a tone and an icon of the look."""

    label: str
    tone: str
    icon: str


def link(sessions: Iterable[TrainingSession], user: Any, *, now: datetime) -> None:
    """Gives each its state, and its address where the person may open it."""
    rows = list(sessions)
    mine = TrainingSession.objects.visible_to(user).filter(pk__in=[s.pk for s in rows])
    seen = set(mine.values_list("pk", flat=True))
    for session in rows:
        session.shown_state = state_of(session, now=now)
        session.url = session.get_absolute_url() if session.pk in seen else ""


def state_of(session: TrainingSession, *, now: datetime) -> State:
    if session.state == SessionState.CANCELLED:
        return State(pgettext("session", "Cancelled"), "", "x-circle-fill")
    if session.state == SessionState.DRAFT:
        return State(_("Draft"), "", "pencil")
    if session.state == SessionState.HELD:
        return State(pgettext("session", "Held"), "ok", "check-circle-fill")
    if session.ends_at <= now:
        return State(_("List not closed"), "warn", "exclamation-triangle-fill")
    if day_of(session.starts_at) == day_of(now):
        return State(_("Today"), "info", "calendar-check")
    return State(_("Published"), "info", "calendar3")


@dataclass(frozen=True)
class Event:
    """A session in a cell of the calendar."""

    title: str
    text: str
    url: str
    tone: str
    icon: str


def event_of(session: Any, *, now: datetime, show_kecamatan: bool, may_attend: bool) -> Event:
    """``session`` with places and counts."""
    start = hours(session.starts_at, session.ends_at)[:5]
    title = _("%(clock)s Activity %(number)s") % {"clock": start, "number": session.activity.position}
    state = state_of(session, now=now)
    icon = state.icon if session.state == SessionState.HELD or state.tone == "warn" else ""
    tone = "brand" if state.tone == "info" else state.tone
    place = session.kecamatan.name if show_kecamatan else session.venue.name
    if session.state == SessionState.HELD:
        text = _("%(present)s/%(seated)s present") % {
            "present": session.present_count,
            "seated": session.seated_count,
        }
        text = f"{text}, {place}" if show_kecamatan else text
    elif session.state == SessionState.PUBLISHED:
        text = f"{session.seated_count}/{session.capacity}, {place}"
    else:
        text = f"{state.label}, {place}"
    return Event(title, text, address_of(session, now=now, may_attend=may_attend), tone, icon)


def address_of(session: TrainingSession, *, now: datetime, may_attend: bool) -> str:
    """On the day the attendance list is what those who take it come for."""
    is_due = session.state == SessionState.PUBLISHED and day_of(session.starts_at) <= day_of(now)
    if may_attend and is_due:
        return reverse("trainings:attendance", args=[session.pk])
    return session.get_absolute_url()


def seats_text(session: Any) -> str:
    """What the bar of seats says in words."""
    free = session.places - session.seated_count
    if free > 0:
        return ngettext("%(count)s seat left", "%(count)s seats left", free) % {"count": free}
    if session.waiting_count:
        return ngettext(
            "Full, %(count)s on the waiting list",
            "Full, %(count)s on the waiting list",
            session.waiting_count,
        ) % {"count": session.waiting_count}
    return _("Full")


def when_and_venue(session: TrainingSession) -> str:
    """Rabu 19 Agustus 2026, Kegiatan 1, Aula Kantor Kecamatan"""
    return f"{long_day(session.starts_at)}, {session.activity.label}, {session.venue.name}"


def where_and_when(session: TrainingSession) -> str:
    """The line under a session's title."""
    parts = {
        "day": long_day(session.starts_at),
        "clock": hours(session.starts_at, session.ends_at),
        "venue": session.venue.name,
        "kecamatan": session.kecamatan.name,
    }
    if session.trainer is None:
        return _("%(day)s, %(clock)s. %(venue)s, kecamatan %(kecamatan)s. Trainer not settled yet.") % parts
    return _("%(day)s, %(clock)s. %(venue)s, kecamatan %(kecamatan)s. Trainer %(trainer)s.") % (
        parts | {"trainer": session.trainer.name}
    )


def when(starts_at: datetime, ends_at: datetime) -> str:
    """Rabu 19 Agustus 2026, 09.00-12.00"""
    return f"{long_day(starts_at)}, {hours(starts_at, ends_at)}"


def short_name(session: TrainingSession) -> str:
    """Activity 1, Rabu 19 Agustus 2026: in questions and paths."""
    return _("%(activity)s, %(day)s") % {
        "activity": session.activity.label,
        "day": long_day(session.starts_at),
    }


def short_date_name(session: TrainingSession) -> str:
    """19 Agu, Kegiatan 1: in the path above a page."""
    return _("%(day)s, %(activity)s") % {
        "day": date_format(timezone.localtime(session.starts_at), "DAY_MONTH_FORMAT"),
        "activity": session.activity.label,
    }


def crumbs(*items: tuple[str, str]) -> list[dict[str, str]]:
    start = [{"label": _("Schedule"), "url": reverse("trainings:sessions")}]
    return start + [{"label": label, "url": url} for label, url in items]
