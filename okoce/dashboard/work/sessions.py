"""Sessions that come, and attendance lists that nobody closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.accounts.roles import has_permission
from okoce.dashboard.work.item import INFO, SOON, URGENT, Work, url_of
from okoce.ui.templatetags.okoce_ui import clock, day_month, number
from trainings.enums import SessionState
from trainings.models import TrainingSession

DRAFTS_WITHIN = timedelta(days=14)
EMPTY_SEATS_MATTER = 0.8  # a session tomorrow with fewer seats taken than this share is worth a call


def coming(user: Any, now: datetime) -> Iterator[Work]:
    """Tomorrow's sessions that are too full or too empty, those without trainer, and drafts."""
    if not has_permission(user, "trainings.manage"):
        return
    tomorrow = timezone.localtime(now).date() + timedelta(days=1)
    coming = (
        TrainingSession.objects.visible_to(user)
        .upcoming(now=now)
        .filter(starts_at__lt=now + DRAFTS_WITHIN, state__in=[SessionState.DRAFT, SessionState.PUBLISHED])
        .with_places()
        .with_seats()
        .order_by("starts_at", "pk")[:60]
    )
    for session in coming:
        place = {"place": session.kecamatan.name, "day": day_month(session.starts_at)}
        url, is_tomorrow = url_of("trainings:session", session.pk), _day(session) == tomorrow
        over = session.seated_count - session.venue.capacity
        if session.state == SessionState.DRAFT:
            days = (_day(session) - timezone.localtime(now).date()).days
            yield Work(
                SOON if days <= 3 else INFO,
                "calendar-plus",
                _("The session of %(day)s in %(place)s is still a draft") % place,
                _("Nobody can be invited before it is published."),
                url_of("trainings:publish", session.pk) or url,
                _("Publish the session"),
            )
        elif over > 0:
            yield Work(
                URGENT,
                "exclamation-triangle-fill",
                _("%(count)s people are booked for %(day)s in %(place)s, the room holds %(room)s")
                % {**place, "count": number(session.seated_count), "room": number(session.venue.capacity)},
                ngettext(
                    "Make another session or move %(count)d person.",
                    "Make another session or move %(count)d people.",
                    over,
                )
                % {"count": over},
                url,
                _("Arrange the session"),
            )
        elif session.trainer_id is None:
            yield Work(
                URGENT if is_tomorrow else SOON,
                "person-x",
                _("The session of %(day)s in %(place)s has no trainer") % place,
                _("Choose one who is free at that time."),
                url_of("trainings:session_edit", session.pk) or url,
                _("Choose a trainer"),
            )
        elif is_tomorrow and session.seated_count < session.capacity * EMPTY_SEATS_MATTER:
            yield Work(
                SOON,
                "calendar3",
                _("Only %(count)s of %(capacity)s seats are taken tomorrow in %(place)s")
                % {**place, "count": number(session.seated_count), "capacity": number(session.capacity)},
                _("%(activity)s, %(time)s. Invite more people today.")
                % {"activity": session.activity.name, "time": clock(session.starts_at)},
                url_of("trainings:invite", session.pk) or url,
                _("Invite people"),
            )
        elif session.waiting_count and session.seated_count >= session.capacity:
            yield Work(
                INFO,
                "people-fill",
                ngettext(
                    "%(count)d person waits for a seat on %(day)s in %(place)s",
                    "%(count)d people wait for a seat on %(day)s in %(place)s",
                    session.waiting_count,
                )
                % {**place, "count": session.waiting_count},
                _("The session is full. Another one for the same activity would serve them."),
                url_of("trainings:session_create") or url,
                _("Make a session"),
            )


def attendance(user: Any, now: datetime) -> Iterator[Work]:
    """Lists to take today, and lists of past sessions that nobody closed."""
    if not has_permission(user, "trainings.attendance"):
        return
    today = timezone.localtime(now).date()
    mine = TrainingSession.objects.visible_to(user).with_places()
    for session in mine.on_day(today).filter(state=SessionState.PUBLISHED, ends_at__gt=now)[:5]:
        yield Work(
            URGENT,
            "list-check",
            _("Today %(time)s in %(place)s: take attendance")
            % {"time": clock(session.starts_at), "place": session.venue.name},
            session.activity.name,
            url_of("trainings:attendance", session.pk),
            _("Take attendance"),
        )
    for session in mine.unclosed(now=now).order_by("-starts_at")[:5]:
        yield Work(
            SOON,
            "list-check",
            _("The list of %(day)s in %(place)s is not closed")
            % {"day": day_month(session.starts_at), "place": session.venue.name},
            _("%(activity)s. Nobody's progress is final before that.") % {"activity": session.activity.name},
            url_of("trainings:attendance", session.pk),
            _("Close the list"),
        )


def _day(session: TrainingSession) -> Any:
    return timezone.localtime(session.starts_at).date()
