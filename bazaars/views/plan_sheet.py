"""The plan for everybody: on the screen, on A4, and as a board for the entrance."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bazaars import crumbs, plan_words
from bazaars.models import PlanVersion, Site
from bazaars.overview import SiteOverview
from bazaars.services import plans
from okoce.accounts.access import public
from okoce.db import sealed_files
from okoce.ui.responses import render_page


def _site(request: HttpRequest, pk: int) -> Site:
    """A place that was announced; a draft for whoever prepares it."""
    everybody, own = Site.objects.public(), Site.objects.visible_to(request.user)
    site = everybody.with_event().filter(pk=pk).first() or own.with_event().filter(pk=pk).first()
    if site is None:
        raise Http404
    return site


def _context(request: HttpRequest, site: Site) -> dict[str, Any]:
    """Without a name of any vendor, whoever asks: the sheet hangs at the entrance."""
    view = SiteOverview(site, None, timezone.now())
    rows = view.stall_rows()
    return {
        "view": view,
        "site": site,
        "rows": rows,
        "marks": plan_words.legend(),
        "has_marks": any(placed.marks for placed in view.placed),
    }


@public
@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    site = _site(request, pk)
    here = _("Stall plan")
    path = crumbs.of_public(site.bazaar, here) if site.is_public else crumbs.of_site(site, here)
    context = _context(request, site) | {"crumbs": path}
    return render_page(request, "bazaars/plan.html", context)


@public
@require_safe
def board(request: HttpRequest, pk: int) -> HttpResponse:
    """Big letters: zone by zone who stands where."""
    site = _site(request, pk)
    context = _context(request, site)
    zones: dict[str, list[dict[str, Any]]] = {}
    for row in context["rows"]:
        words = row["owner"] if row["is_free"] else row["who"] or row["kind"]
        zones.setdefault(str(row["letter"]), []).append({"number": row["number"], "words": words})
    context["zones"] = [{"letter": letter, "rows": rows} for letter, rows in zones.items()]
    return render_page(request, "bazaars/plan_board.html", context)


@public
@require_safe
def photo(request: HttpRequest, pk: int, uid: str) -> HttpResponse:
    """The picture below the plan, or below an earlier version for whoever prepares the place."""
    site = _site(request, pk)
    current = getattr(getattr(site, "ground", None), "photo", None)
    if current is None or current.uid != uid:
        earlier = PlanVersion.objects.visible_to(request.user).filter(site=site, photo__uid=uid)
        current = get_object_or_404(earlier.select_related("photo")[:1]).photo
    try:
        content = plans.photo_of(current)
    except FileNotFoundError:
        raise Http404 from None
    return sealed_files.private_response(content, content_type="image/jpeg")
