"""Who is near to failing the year, and where more sessions would rescue how many."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import number
from participants.models import Participant
from trainings import areas, shown
from trainings import radar as radar_of
from trainings.models import Activity
from trainings.radar import Row, ShowUp
from trainings.reach import Reach, reach_of

AT_ONCE = 50


@requires("trainings.radar")
@require_GET
def radar(request: HttpRequest) -> HttpResponse:
    """One row for each kecamatan of a city, the one first where four more sessions rescue most people."""
    now, user = timezone.now(), request.user
    cities, city = _cities(request)
    kecamatan = areas.kecamatan_of_radar(user, city=city)
    names = dict(kecamatan.values_list("code", "name"))
    year = timezone.localtime(now).year
    activities = list(Activity.objects.visible_to(user).required().taught_in(year))
    people = Participant.objects.visible_to(user).in_programme()
    codes = [activity.code for activity in activities]
    rows = radar_of.radar(people, areas=list(names), activities=codes, now=now) if names else []
    rows.sort(key=lambda row: (-row.rescued, -row.missing_out, names[row.code]))
    labels = {activity.code: activity.label for activity in activities}
    context = {
        "year": year,
        "rows": [_shown(row, names[row.code], labels, user) for row in rows],
        "total": {
            name: sum(getattr(row, name) for row in rows)
            for name in ("people", "finished", "finish", "missing_out", "out_of_reach")
        },
        "cities": cities,
        "city": city,
        "activities": activities,
        "crumbs": shown.crumbs((_("Completion radar"), "")),
    }
    return render_page(request, "trainings/radar.html", context)


def _cities(request: HttpRequest) -> tuple[Any, str | None]:
    """Cities to choose from for who sees several, and the chosen one."""
    cities = areas.cities_of_radar(request.user)
    if cities is None:
        return None, None
    wanted = request.GET.get("kota", "")
    chosen = next((c for c in cities if c.code == wanted), None)
    return cities, (chosen or areas.busiest_city(cities)).code


def _shown(row: Row, name: str, labels: dict[str, Any], user: Any) -> dict[str, Any]:
    first = max(row.more, key=lambda code: row.more[code], default="")
    query = urlencode({"kecamatan": row.code, "kegiatan": first})
    may_plan = bool(first) and has_permission(user, "trainings.manage")
    return {
        "row": row,
        "name": name,
        "percent": row.finish * 100 // max(1, row.people),
        "rescue": radar_of.words_of(row.more, labels),
        "rate": rate_in_words(row.show_up),
        "people_url": f"{reverse('trainings:at_risk')}?kecamatan={row.code}",
        "plan_url": f"{reverse('trainings:session_create')}?{query}" if may_plan else "",
    }


def rate_in_words(rate: ShowUp) -> str:
    """Of 100 with a seat 82 came: 12 sessions, 1,140 people."""
    words = {
        "rate": round(rate.rate * 100),
        "sessions": number(rate.sessions),
        "people": number(rate.people),
    }
    if rate.is_assumed:
        return _("Assumed: %(rate)s of 100 come. Too few sessions were held to know.") % words
    if rate.is_of_city:
        return (
            _(
                "%(rate)s of 100 with a seat came, in %(sessions)s sessions of the whole area with "
                "%(people)s people: too few were held here alone."
            )
            % words
        )
    return (
        _(
            "%(rate)s of 100 with a seat came: %(sessions)s sessions of the last twelve months, "
            "%(people)s people."
        )
        % words
    )


@requires("trainings.radar")
@require_GET
def at_risk(request: HttpRequest) -> HttpResponse:
    """People of a kecamatan who lack something, nearest to failing the year first."""
    now, user = timezone.now(), request.user
    wanted, mine = request.GET.get("kecamatan", ""), areas.kecamatan_of_radar(user, city=None)
    if not wanted:
        own = list(mine[:2])
        if len(own) != 1:
            messages.info(request, _("Choose a kecamatan: its name opens the list of its people."))
            return redirect("trainings:radar")
        wanted = own[0].code
    area = get_object_or_404(mine, code=wanted)
    year = timezone.localtime(now).year
    people = Participant.objects.visible_to(user).open_to(user).in_programme().usable()
    people = people.filter(kecamatan=area.code)
    reach = reach_of(people, now=now)
    order = sorted((one.fewest, one.total, pk) for pk, one in reach.items())
    after = _after(request.GET.get("sesudah", ""))
    rest = [place for place in order if after is None or place > after]
    page = rest[:AT_ONCE]
    found = people.select_related("kelurahan").in_bulk([pk for _few, _all, pk in page])
    labels = {a.code: a.label for a in Activity.objects.visible_to(user).required().taught_in(year)}
    next_url = ""
    if len(rest) > AT_ONCE:
        query = urlencode({"kecamatan": area.code, "sesudah": "-".join(map(str, page[-1]))})
        next_url = f"?{query}"
    context = {
        "area": area,
        "year": year,
        "rows": [_person(found[pk], reach[pk], labels) for _few, _all, pk in page if pk in found],
        "count": len(order),
        "none_left": sum(1 for few, _all, _pk in order if few == 0),
        "start": len(order) - len(rest) + 1,
        "end": len(order) - len(rest) + len(page),
        "next_url": next_url,
        "may_open": has_permission(user, "participants.view"),
        "crumbs": shown.crumbs((_("Completion radar"), reverse("trainings:radar")), (area.name, "")),
    }
    return render_page(request, "trainings/at_risk.html", context)


def _after(text: str) -> tuple[int, int, int] | None:
    """The place of the list after which the page begins."""
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        return None
    fewest, total, pk = map(int, parts)
    return fewest, total, pk


def _person(person: Participant, reach: Reach, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "person": person,
        "missing": [
            {"label": labels.get(code, code), "text": left(count), "tone": tone(count)}
            for code, count in sorted(reach.sessions.items())
        ],
        "fewest": reach.fewest,
    }


def left(count: int) -> str:
    if count == 0:
        return _("no session left")
    return ngettext("%(count)s session left", "%(count)s sessions left", count) % {"count": count}


def tone(count: int) -> str:
    return "bad" if count == 0 else "warn" if count == 1 else "info"
