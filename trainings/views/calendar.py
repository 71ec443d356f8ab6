"""The overview of an office's sessions: a month, or a list to print."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.accounts.scope import scope_of
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from participants.models import Participant
from trainings import areas, calendar_grid, shown
from trainings.enums import SessionState
from trainings.filters import SessionFilter
from trainings.models import Activity, TrainingSession
from trainings.querysets import need_by_activity
from trainings.services import calendar

WEEK, LIST = "minggu", "daftar"
COMING = 4  # sessions in the card of seats
ATTENTION = 7
STANDS = (SessionState.DRAFT, SessionState.PUBLISHED)


@requires("trainings.view")
def sessions(request: HttpRequest) -> HttpResponse:
    now, today = timezone.now(), timezone.localdate()
    view = request.GET.get("tampilan", "")
    view = view if view in (WEEK, LIST) else ""
    first = calendar_grid.month_of(request.GET.get("bulan", ""), today=today)
    monday = calendar_grid.monday_of(request.GET.get("minggu", ""), today=today)
    form = SessionFilter(request.GET, user=request.user)
    mine = form.apply(TrainingSession.objects.visible_to(request.user)).with_places()
    label = week_name(monday) if view == WEEK else month_name(first)
    context: dict[str, Any] = {
        "form": form,
        "heading": heading(request.user, form),
        "subheading": _("%(month)s. Today is %(day)s.")
        % {"month": label, "day": date_format(today, "LONG_DATE_FORMAT")},
        "view": view,
        "month_label": label,
        "may_plan": has_permission(request.user, "trainings.manage"),
        "sees_resources": has_permission(request.user, "trainings.resources"),
        "is_trainer": scope_of(request.user).trainer_id is not None,
        **links(form, view, first, monday),
    }
    if view == LIST:
        context["page"] = listed(request, mine, first, now)
    else:
        rows = (
            week(request.user, mine, monday, now=now, today=today)
            if view == WEEK
            else month(request.user, mine, first, now=now, today=today)
        )
        days = [day.on for row in rows for day in row if day.on is not None]
        area = area_of(request.user, form)
        facts = calendar.facts_between(days[0], days[-1], area=area)
        calendar_grid.mark(rows, facts.holidays, today=today)
        context["weeks"] = rows
        context["weekdays"] = [date_format(date(2024, 1, n), "l") for n in range(1, 8)]
        context["is_empty"] = not any(day.events for row in rows for day in row)
        context |= around(request.user, form, now=now, today=today)
    return render_page(request, "trainings/sessions.html", context, fragment="results")


def area_of(user: Any, form: SessionFilter) -> str:
    """Whose days off are shown: those of the chosen kecamatan, of the own area, of all Jakarta."""
    kecamatan = form.chosen.get("kecamatan")
    membership = user.active_membership
    return kecamatan.pk if kecamatan is not None else (membership.area_id or "31")


def heading(user: Any, form: SessionFilter) -> str:
    if (kecamatan := form.chosen.get("kecamatan")) is not None:
        return _("Schedule of %(area)s") % {"area": kecamatan.name}
    if scope_of(user).trainer_id is not None:
        return _("My sessions")
    area = user.active_membership.area
    return _("Schedule of %(area)s") % {"area": area.short_name} if area else _("Training schedule")


def month_name(first: date) -> str:
    return date_format(first, "F Y")


def week_name(monday: date) -> str:
    return _("%(first)s to %(last)s") % {
        "first": date_format(monday, "DAY_MONTH_FORMAT"),
        "last": date_format(monday + timedelta(days=6), "SHORT_DATE_FORMAT"),
    }


def links(form: SessionFilter, view: str, first: date, monday: date) -> dict[str, Any]:
    """Addresses of what comes before and after, and of the other views; the filters go with them."""

    def address(view: str, *, month: date = first, week: date = monday) -> str:
        query = {"bulan": f"{month:%Y-%m}"} | form.query
        if view:
            query["tampilan"] = view
        if view == WEEK:
            query["minggu"] = week.isoformat()
        return f"?{urlencode(query)}"

    before, after = calendar_grid.previous_month(first), calendar_grid.next_month(first)
    around = {
        "before": {"label": date_format(before, "F"), "url": address(view, month=before)},
        "after": {"label": date_format(after, "F"), "url": address(view, month=after)},
    }
    if view == WEEK:
        around = {
            "before": {
                "label": _("Week before"),
                "url": address(WEEK, week=monday - timedelta(days=7)),
            },
            "after": {"label": _("Week after"), "url": address(WEEK, week=monday + timedelta(days=7))},
        }
    return around | {
        "month_url": address(""),
        "week_url": address(WEEK),
        "list_url": address(LIST),
        "month_value": f"{first:%Y-%m}",
        "week_value": monday.isoformat() if view == WEEK else "",
    }


def listed(request: HttpRequest, mine: Any, first: date, now: datetime) -> Any:
    """Sessions from the first of the month on, nearest first."""
    coming = mine.filter(starts_at__gte=calendar_grid.at_midnight(first)).with_counts()
    page = keyset_page(coming, request, order=("starts_at", "pk"), size=50)
    may_attend = has_permission(request.user, "trainings.attendance")
    for session in page.rows:
        session.shown_state = shown.state_of(session, now=now)
        session.address = shown.address_of(session, now=now, may_attend=may_attend)
    return page


def month(user: Any, mine: Any, first: date, *, now: datetime, today: date) -> Any:
    rows = events(user, mine.between(first, calendar_grid.last_day(first)), now=now)
    return calendar_grid.weeks(first, rows, today=today)


def week(user: Any, mine: Any, monday: date, *, now: datetime, today: date) -> Any:
    rows = events(user, mine.between(monday, monday + timedelta(days=6)), now=now)
    parts = (_("morning"), _("afternoon"))
    return calendar_grid.halves(monday, rows, today=today, parts=parts)


def _is_wide(user: Any) -> bool:
    """Whether the person sees more than one kecamatan, so that a session has to name its own."""
    return not areas.kecamatan_to_filter(user).query.is_empty()


def events(user: Any, sessions: Any, *, now: datetime) -> list[Any]:
    wide = _is_wide(user)
    may_attend = has_permission(user, "trainings.attendance")
    rows = list(sessions.with_counts().order_by("starts_at", "pk"))
    for session in rows:
        session.event = shown.event_of(session, now=now, show_kecamatan=wide, may_attend=may_attend)
    return rows


def around(user: Any, form: SessionFilter, *, now: datetime, today: date) -> dict[str, Any]:
    """What needs the office's hand, seats of the next sessions, and who has no session yet."""
    mine = TrainingSession.objects.visible_to(user).with_places()
    if (kecamatan := form.chosen.get("kecamatan")) is not None:
        mine = mine.filter(kecamatan=kecamatan)
    coming = list(mine.public().upcoming(now=now).with_seats().order_by("starts_at", "pk")[:COMING])
    wide = _is_wide(user)
    for session in coming:
        session.seats_text = shown.seats_text(session)
        session.shown_place = session.kecamatan.name if wide else ""
    waiting = mine.unclosed(now=now) | mine.stale_drafts(now=now)
    may_plan = has_permission(user, "trainings.manage")
    troubled = mine.filter(state__in=STANDS).upcoming(now=now).in_trouble() if may_plan else []
    found: dict[str, Any] = {
        "clashes": [clash(session) for session in troubled.order_by("starts_at", "pk")[:ATTENTION]]
        if may_plan
        else [],
        "untold": untold(mine, now=now) if may_plan else None,
        "coming": coming,
        "attention": list(waiting.order_by("starts_at", "pk")[:ATTENTION])
        if has_permission(user, "trainings.attendance")
        else [],
    }
    if has_permission(user, "participants.view") and not (scope_of(user).everything and kecamatan is None):
        found["need"] = need(user, kecamatan, now=now, today=today)
    return found


def clash(session: Any) -> dict[str, str]:
    """What stands in the way of a session, and where it is mended."""
    move = reverse("trainings:session_move", args=[session.pk])
    if session.is_room_closed:
        return {
            "where": shown.when_and_venue(session),
            "what": _("The venue is closed on that day."),
            "url": move,
            "label": _("Move the session"),
        }
    if session.is_trainer_away:
        return {
            "where": shown.when_and_venue(session),
            "what": _("%(trainer)s is away on that day.") % {"trainer": session.trainer.name},
            "url": move,
            "label": _("Choose another trainer"),
        }
    return {
        "where": shown.when_and_venue(session),
        "what": _("%(seated)s people have a seat, the venue holds %(room)s.")
        % {"seated": session.seated_count, "room": session.venue.capacity},
        "url": move,
        "label": _("Choose a larger venue"),
    }


def untold(mine: Any, *, now: datetime) -> int:
    """Sessions that changed and that people have not heard of."""
    count: int = mine.filter(changed_at__isnull=False, state=SessionState.PUBLISHED, ends_at__gt=now).count()
    return count


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
