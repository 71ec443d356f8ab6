"""The overview of an office's sessions: a month, or a list to print."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.accounts.scope import scope_of
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from participants.models import Participant
from trainings import calendar_grid, rules
from trainings.filters import SessionFilter
from trainings.models import Activity, TrainingSession
from trainings.querysets import need_by_activity
from trainings.views import shown

COMING = 4  # sessions in the card of seats
ATTENTION = 7


@requires("trainings.view")
def sessions(request: HttpRequest) -> HttpResponse:
    now, today = timezone.now(), timezone.localdate()
    first = calendar_grid.month_of(request.GET.get("bulan", ""), today=today)
    is_list = request.GET.get("tampilan") == "daftar"
    form = SessionFilter(request.GET, user=request.user)
    mine = form.apply(TrainingSession.objects.visible_to(request.user)).with_places()
    context: dict[str, Any] = {
        "form": form,
        "heading": heading(request.user, form),
        "subheading": _("%(month)s. Today is %(day)s.")
        % {"month": month_name(first), "day": date_format(today, "LONG_DATE_FORMAT")},
        "is_list": is_list,
        "may_plan": has_permission(request.user, "trainings.manage"),
        **links(form, first),
    }
    if is_list:
        context["page"] = listed(request, mine, first, now)
    else:
        context["weeks"] = month(request.user, mine, first, now=now, today=today)
        context["weekdays"] = [date_format(date(2024, 1, n), "l") for n in range(1, 8)]
        context["month_label"] = month_name(first)
        context["is_empty"] = not any(day.events for week in context["weeks"] for day in week)
        context |= around(request.user, form, now=now, today=today)
    return render_page(request, "trainings/sessions.html", context, fragment="results")


def heading(user: Any, form: SessionFilter) -> str:
    if (kecamatan := form.chosen.get("kecamatan")) is not None:
        return _("Schedule of %(area)s") % {"area": kecamatan.name}
    if scope_of(user).trainer_id is not None:
        return _("My sessions")
    area = user.active_membership.area
    return _("Schedule of %(area)s") % {"area": area.short_name} if area else _("Training schedule")


def month_name(first: date) -> str:
    return date_format(first, "F Y")


def links(form: SessionFilter, first: date) -> dict[str, Any]:
    """Addresses of the neighbouring months and of the other view; the filters go with them."""

    def address(month: date, view: str) -> str:
        query = {"bulan": f"{month:%Y-%m}", **form.query}
        if view:
            query["tampilan"] = view
        return f"?{urlencode(query)}"

    view = form.data.get("tampilan", "")
    view = view if view == "daftar" else ""
    before, after = calendar_grid.previous_month(first), calendar_grid.next_month(first)
    return {
        "before": {"label": date_format(before, "F"), "url": address(before, view)},
        "after": {"label": date_format(after, "F"), "url": address(after, view)},
        "month_url": address(first, ""),
        "list_url": address(first, "daftar"),
        "month_value": f"{first:%Y-%m}",
    }


def listed(request: HttpRequest, mine: Any, first: date, now: datetime) -> Any:
    """Sessions from the first of the month on, nearest first."""
    coming = mine.filter(starts_at__gte=calendar_grid.at_midnight(first)).with_counts()
    page = keyset_page(coming, request, order=("starts_at", "pk"), size=50)
    for session in page.rows:
        session.shown_state = shown.state_of(session, now=now)
        session.address = shown.address_of(session, now=now)
    return page


def month(user: Any, mine: Any, first: date, *, now: datetime, today: date) -> Any:
    held = mine.between(first, calendar_grid.last_day(first)).with_counts().order_by("starts_at", "pk")
    wide = not rules.kecamatan_to_filter(user).query.is_empty()
    rows = list(held)
    for session in rows:
        session.event = shown.event_of(session, now=now, show_kecamatan=wide)
    return calendar_grid.weeks(first, rows, today=today)


def around(user: Any, form: SessionFilter, *, now: datetime, today: date) -> dict[str, Any]:
    """What needs the office's hand, seats of the next sessions, and who has no session yet."""
    mine = TrainingSession.objects.visible_to(user).with_places()
    if (kecamatan := form.chosen.get("kecamatan")) is not None:
        mine = mine.filter(kecamatan=kecamatan)
    coming = list(mine.public().upcoming(now=now).with_seats().order_by("starts_at", "pk")[:COMING])
    for session in coming:
        session.seats_text = shown.seats_text(session)
    waiting = mine.unclosed(now=now) | mine.stale_drafts(now=now)
    found: dict[str, Any] = {
        "coming": coming,
        "attention": list(waiting.order_by("starts_at", "pk")[:ATTENTION])
        if has_permission(user, "trainings.attendance")
        else [],
    }
    if has_permission(user, "participants.view") and not (scope_of(user).everything and kecamatan is None):
        found["need"] = need(user, kecamatan, now=now, today=today)
    return found


def need(user: Any, kecamatan: Any, *, now: datetime, today: date) -> list[dict[str, Any]]:
    people = Participant.objects.visible_to(user)
    if kecamatan is not None:
        people = people.of_kecamatan(kecamatan.pk)
    activities = list(Activity.objects.visible_to(user).required())
    counts = need_by_activity(people, activities, year=today.year, now=now)
    longest = max(counts.values(), default=0)
    return [
        {
            "label": activity.label,
            "count": counts[activity.pk],
            "percent": counts[activity.pk] * 100 // longest if longest else 0,
        }
        for activity in activities
    ]
