"""Totals of a bazaar, their file, and the scorecard of places."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bazaars import crumbs, scorecard
from bazaars.models import Allocation, Bazaar, SalesReport, Site
from bazaars.sales import days_between
from bazaars.services.days import visitors_by_day
from bazaars.takings import BY_AGENCY, MOST_ROWS, WAYS, Takings, columns, sheet_rows
from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.audit.services import record
from okoce.db.sealed_files import private_response
from okoce.ui.responses import render_page
from okoce.values import sheets
from participants.models import Sector

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
LOOKS_BACK = timedelta(days=730)


def _takings(request: HttpRequest, slug: str) -> Takings:
    visible = Bazaar.objects.visible_to(request.user).select_related("city")
    bazaar = get_object_or_404(visible, slug=slug)
    wanted = request.GET.get("lokasi", "")
    site: Site | None = None
    if wanted:
        sites = Site.objects.visible_to(request.user).filter(bazaar=bazaar)
        site = get_object_or_404(sites, pk=int(wanted)) if _is_id(wanted) else None
    return Takings(bazaar, request.user, timezone.localdate(), site)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 18


@requires("bazaars.sales")
@require_safe
def totals(request: HttpRequest, slug: str) -> HttpResponse:
    takings = _takings(request, slug)
    ways = dict(WAYS)
    by = request.GET.get("menurut", BY_AGENCY)
    by = by if by in ways else BY_AGENCY
    parts = takings.parts(by)
    context = {
        "takings": takings,
        "bazaar": takings.bazaar,
        "total": takings.total,
        "parts": parts[:MOST_ROWS],
        "left_out": max(len(parts) - MOST_ROWS, 0),
        "heading": ways[by],
        "chips": _chips(takings, by),
        "places": _place_chips(takings, by),
        "partners": takings.partners,
        "partner_total": sum(sold for _stall, _day, sold in takings.partners),
        "may_enter": has_permission(request.user, "bazaars.enter_sales"),
        "crumbs": crumbs.of_offices(_("Sales of %(bazaar)s") % {"bazaar": takings.bazaar.name}),
    }
    return render_page(request, "bazaars/takings.html", context)


def _chips(takings: Takings, by: str) -> list[dict[str, Any]]:
    place = f"&lokasi={takings.site.pk}" if takings.site else ""
    return [
        {"label": label, "url": f"?menurut={code}{place}", "is_current": code == by} for code, label in WAYS
    ]


def _place_chips(takings: Takings, by: str) -> list[dict[str, Any]]:
    """Only where the bazaar was at several places."""
    if len(takings.sites) < 2:
        return []
    chips: list[dict[str, Any]] = [
        {"label": _("All places"), "url": f"?menurut={by}", "is_current": takings.site is None}
    ]
    return chips + [
        {
            "label": site.name,
            "url": f"?menurut={by}&lokasi={site.pk}",
            "is_current": takings.site is not None and takings.site.pk == site.pk,
        }
        for site in takings.sites
    ]


@requires("bazaars.sales")
@require_POST
def takings_file(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """Every stall day as a row, without names. Recorded."""
    if form not in ("xlsx", "csv"):
        raise Http404(_("There is no such file"))
    takings = _takings(request, slug)
    content = io.BytesIO()
    rows, heads = list(sheet_rows(takings)), columns()
    if form == "xlsx":
        sheets.write_xlsx(content, rows, heads, title=_("Sales"))
    else:
        sheets.write_csv(content, rows, heads)
    record(request.user, "bazaars.sales.exported", takings.bazaar, count=len(rows), form=form)
    return private_response(
        content.getvalue(),
        content_type=XLSX if form == "xlsx" else CSV,
        file_name=f"penjualan-{takings.bazaar.slug}.{form}",
    )


# ---------------------------------------------------------------- the scorecard


@requires("bazaars.sales")
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """Which places are worth a next bazaar, from all bazaars of the last two years."""
    rows, names = _place_days(request.user, timezone.now())
    sectors = dict(Sector.choices())
    cards = [
        {
            "score": score,
            "name": names[score.place][0],
            "kecamatan": names[score.place][1],
            "goods": [(sectors.get(code, code), rupiah) for code, rupiah in score.goods],
        }
        for score in scorecard.scores(rows, _visitors(rows))
    ]
    largest = max((card["score"].an_hour or 0 for card in cards), default=0)
    for card in cards:
        card["percent"] = round(100 * (card["score"].an_hour or 0) / largest) if largest else 0
    compared = [card for card in cards if card["score"].is_compared]
    context = {
        "cards": cards,
        "best": compared[0] if len(compared) > 1 else None,
        "last": compared[-1] if len(compared) > 1 else None,
        "enough": scorecard.ENOUGH_DAYS,
        "crumbs": crumbs.of_offices(_("Where bazaars sell")),
    }
    return render_page(request, "bazaars/places.html", context)


def _visitors(rows: list[scorecard.PlaceDay]) -> dict[tuple[str, str], int]:
    """Visitors of a day at each place where they were counted. One query."""
    place = {row.site: row.place for row in rows}
    days: dict[tuple[str, str], list[int]] = {}
    for (site, _day), visitors in visitors_by_day(list(place)).items():
        days.setdefault(place[site], []).append(visitors)
    return {where: round(sum(some) / len(some)) for where, some in days.items()}


def _place_days(
    user: Any, now: datetime
) -> tuple[list[scorecard.PlaceDay], dict[tuple[str, str], tuple[str, str]]]:
    """Stall days of the last two years, and how each place is called. Two queries."""
    today = timezone.localtime(now).date()
    since = today - LOOKS_BACK
    reports = SalesReport.objects.visible_to(user).of_vendors().counted().filter(day__gte=since)
    told = {
        (allocation, day): (sold, best)
        for allocation, day, sold, best in reports.values_list("allocation_id", "day", "sold", "best_product")
    }
    held = (
        Allocation.objects.visible_to(user)
        .taken()
        .filter(application__site__bazaar__starts_on__range=(since, today))
    )
    found: list[scorecard.PlaceDay] = []
    names: dict[tuple[str, str], tuple[str, str]] = {}
    site, bazaar = "application__site__", "application__site__bazaar__"
    for pk, vendor, place, kecamatan, code, site_id, days, opens, closes, category in held.order_by(
        f"{bazaar}starts_on", "pk"
    ).values_list(
        "pk", "participant_id", f"{site}name", f"{site}kecamatan__name", f"{site}kecamatan_id", f"{site}pk",
        "days", f"{bazaar}opens_at", f"{bazaar}closes_at",
        "application__category_id",
    ):  # fmt: skip
        key = scorecard.place_key(code, place)
        names[key] = (place, kecamatan)
        hours = (closes.hour * 60 + closes.minute - opens.hour * 60 - opens.minute) / 60
        for day in days_between(days.lower, min(days.upper - timedelta(days=1), today)):
            sold, best = told.get((pk, day), (None, ""))
            found.append(scorecard.PlaceDay(key, site_id, day, hours, vendor, category, sold, best))
    return found, names
