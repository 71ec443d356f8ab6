"""The staff dashboard: the work that waits first, figures after."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.accounts.scope import scope_of
from okoce.dashboard import work
from okoce.dashboard.figures import Figures, figures_for, target_of_area
from okoce.notifications import health
from okoce.notifications.health_words import how_long
from okoce.regions import shapes
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import clock, number, percent_of
from participants import areas
from participants.enums import Step
from trainings.enums import SessionState
from trainings.models import TrainingSession

SESSION_DAYS = 7
SESSIONS_SHOWN = 8
# (from this percentage on, level of the scale); the legend says the same.
LEVELS = ((100, 5), (90, 4), (75, 3), (50, 2), (0, 1))


@requires("dashboard.view")
@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    user, now = request.user, timezone.now()
    today = timezone.localdate()
    waiting = work.work_for(user, now=now)
    shown = waiting if request.GET.get("kerja") == "semua" else waiting[: work.SHOWN]
    figures = figures_for(user, now=now, today=today)
    context = {
        "heading": _heading(user),
        "now": now,
        "work": shown,
        "work_count": len(waiting),
        "hidden_count": len(waiting) - len(shown),
        "figures": figures,
        "tiles": _tiles(figures) if figures else [],
        "area": _area(user, figures) if figures else None,
        "steps": _steps(figures) if figures else [],
        "largest_gap": _largest_gap(figures) if figures else None,
        "sessions": _sessions(user, now),
        "sending": _sending(user, now),
        "may_register": has_permission(user, "participants.register"),
        "may_see_sessions": has_permission(user, "trainings.view"),
    }
    return render_page(request, "dashboard/staff.html", context)


def _sending(user: Any, now: datetime) -> dict[str, Any] | None:
    """How messages go out, for those who look after the portal."""
    if not has_permission(user, "notifications.health"):
        return None
    seen = health.look(now=now)
    resting = [str(channel.label) for channel in seen.channels if channel.rests_seconds]
    return {
        "is_fine": not seen.alarms,
        "oldest": how_long(seen.oldest_unsent_seconds),
        "waiting": seen.counts["pending"],
        "dead": seen.counts["dead"],
        "resting": ", ".join(resting),
    }


def _heading(user: Any) -> str:
    scope = scope_of(user)
    place = areas.short_name(scope.city) or areas.name_of(scope.kecamatan)
    if scope.everything:
        place = "Jakarta"
    return _("%(place)s today") % {"place": place} if place else _("Today")


def _tiles(figures: Figures) -> list[dict[str, Any]]:
    """Four figures, each against what it is measured by. Definitions: docs/indicators.md."""

    def tile(label: str, value: int, whole: int, of: str) -> dict[str, Any]:
        percent = percent_of(value, whole)
        return {
            "label": label,
            "value": value,
            "of": of % {"count": number(whole)} if whole else "",
            "percent": min(percent, 100) if whole else None,
            "tone": "ok" if percent >= 95 else "brand",
            "percent_label": _("%(percent)s percent") % {"percent": percent},
        }

    of, target = _("of %(count)s"), _("target %(count)s")
    reachable = figures.registered - figures.without_phone
    return [
        tile(_("Registered participants"), figures.registered, figures.target, target),
        tile(_("Three activities completed"), figures.completed, figures.registered, of),
        tile(_("Came at least once this year"), figures.attended, figures.registered, of),
        tile(_("Can be reached by phone"), reachable, figures.registered, of),
    ]


def _area(user: Any, figures: Figures) -> dict[str, Any]:
    """People by area against the target: a map where there is one, the same as a table below it."""
    scope = scope_of(user)
    has_target = bool(figures.target) and not scope.kecamatan
    names = _area_names(scope)
    rows = []
    for code, name in names:
        count = figures.by_area.get(code, 0)
        if not count and not has_target and not scope.kecamatan:
            continue  # a mentor sees where the own people live, not every kecamatan of Jakarta
        target = target_of_area(code) if has_target else 0
        percent = percent_of(count, target) if target else 0
        rows.append({"code": code, "name": name, "count": count, "target": target, "percent": percent})
    most = max((row["count"] for row in rows), default=0)
    for row in rows:
        row["length"] = percent_of(row["count"], most)
    code = "31" if scope.everything else scope.city
    drawn = shapes.drawn(code, {r["code"]: _figure(r, scope) for r in rows}) if code and has_target else None
    rows.sort(key=lambda row: (row["percent"] if has_target else -row["count"], row["name"]))
    return {
        "map": drawn,
        "rows": rows,
        "has_target": has_target,
        "legend": _legend(),
        "is_city": code == "31",
    }


def _area_names(scope: Any) -> list[tuple[str, str]]:
    if scope.everything:
        codes = sorted(code for code in areas.area_names() if len(code) == 5)
        return [(code, areas.short_name(code)) for code in codes]
    if scope.kecamatan:
        return areas.kelurahan_within(scope.kecamatan)
    return areas.kecamatan_within(scope.city or areas.JAKARTA)


def _figure(row: dict[str, Any], scope: Any) -> shapes.Figure:
    level = next(level for from_percent, level in LEVELS if row["percent"] >= from_percent)
    words = _("%(name)s: %(count)s of %(target)s people") % {
        "name": row["name"],
        "count": number(row["count"]),
        "target": number(row["target"]),
    }
    url = "" if scope.everything else f"{reverse('participants:list')}?kecamatan={row['code']}"
    return shapes.Figure(f"{row['percent']}%", level, words, url)


def _legend() -> list[tuple[int, str]]:
    return [
        (1, _("below 50 percent")),
        (2, "50-74%"),
        (3, "75-89%"),
        (4, "90-99%"),
        (5, pgettext("target", "reached")),
    ]


def _steps(figures: Figures) -> list[dict[str, Any]]:
    whole = figures.registered
    return [
        {
            "label": f"{step.value}. {step.label}",
            "percent": percent_of(figures.reached[step], whole),
            "value": figures.reached[step],
            "note": f"({percent_of(figures.reached[step], whole)}%)",
        }
        for step in Step
    ]


def _largest_gap(figures: Figures) -> dict[str, str] | None:
    """Where most people stop: registered and three activities not completed yet."""
    missing = figures.registered - figures.completed
    if missing <= 0:
        return None
    text = ngettext(
        "%(count)s participant has not completed three activities this year.",
        "%(count)s participants have not completed three activities this year.",
        missing,
    ) % {"count": number(missing)}
    return {"text": text, "url": f"{reverse('participants:list')}?tampilan=satu-lagi"}


def _sessions(user: Any, now: Any) -> list[dict[str, Any]]:
    """Sessions of the next days with their seats, in one query."""
    found = (
        TrainingSession.objects.visible_to(user)
        .active()
        .filter(ends_at__gt=now, starts_at__lt=now + timedelta(days=SESSION_DAYS))
        .with_places()
        .with_seats()
        .order_by("starts_at", "pk")[:SESSIONS_SHOWN]
    )
    return [_session_row(session) for session in found]


def _session_row(session: TrainingSession) -> dict[str, Any]:
    tone, label, icon = _session_state(session)
    starts = timezone.localtime(session.starts_at)
    try:
        url = reverse("trainings:session", args=[session.pk])
    except NoReverseMatch:
        url = ""
    return {
        "url": url,
        "place": session.kecamatan.name,
        "when": f"{date_format(starts, 'D j M')} {clock(starts)}, {session.venue.name}",
        "activity": f"{session.activity.position}. {session.activity.name}",
        "trainer": session.trainer.name if session.trainer else _("None yet"),
        "seats": f"{session.seated_count}/{session.capacity}",
        "tone": tone,
        "label": label,
        "icon": icon,
    }


def _session_state(session: TrainingSession) -> tuple[str, str, str]:
    over = session.seated_count - session.venue.capacity
    if session.state == SessionState.DRAFT:
        return "", _("Draft"), "pencil"
    if over > 0:
        return "bad", _("%(count)d too many") % {"count": over}, ""
    if session.trainer_id is None:
        return "warn", _("No trainer"), ""
    if session.seated_count >= session.capacity:
        return "ok", _("Full"), ""
    return "ok", _("Ready"), ""
