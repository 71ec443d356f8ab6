"""Pages for everybody: the bazaars, and the open draw of each site with its record, hash and script."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bazaars import conditions, crumbs, curation
from bazaars import draw as rules_of_the_draw
from bazaars.after import published_record
from bazaars.models import Application, Bazaar, Site
from bazaars.overview import SiteOverview
from okoce.accounts.access import public
from okoce.accounts.roles import acts_as_participant
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page

SCRIPT = Path(settings.BASE_DIR) / "bazaars" / "verify_draw.py"


@public
@require_safe
def bazaars(request: HttpRequest) -> HttpResponse:
    page = keyset_page(Bazaar.objects.public().with_sites(), request, order=["-starts_on", "-pk"], size=20)
    return render_page(request, "bazaars/public.html", {"page": page, "now": timezone.now()})


@public
@require_safe
def bazaar(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Bazaar.objects.public().with_sites(), slug=slug)
    applied: set[int] = set()
    if acts_as_participant(request.user):
        own = Application.objects.visible_to(request.user).submitted().filter(site__bazaar=found)
        applied = set(own.values_list("site_id", flat=True))
    context = {
        "bazaar": found,
        "sites": found.public_sites,
        "now": timezone.now(),
        "applied": applied,
        "conditions": conditions.published(found),
        "crumbs": crumbs.of_public(found),
    }
    return render_page(request, "bazaars/public_bazaar.html", context)


def _public_site(pk: int) -> Site:
    return get_object_or_404(Site.objects.public().with_event(), pk=pk)


@public
@require_safe
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    """The draw of one site at every stage: rules and commitments, frozen hash, result."""
    view = SiteOverview(_public_site(pk), None, timezone.now())
    context = {
        "view": view,
        "order": view.public_order(),
        "rules": view.published_rules(),
        "events": view.events,
        "outside": view.outside_draw(),
        "curation": curation.in_numbers(view.site),
        "crumbs": crumbs.of_public(view.site.bazaar, _("Open draw")),
    }
    return render_page(request, "bazaars/public_draw.html", context)


@public
@require_safe
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """The published record, byte for byte the same until somebody changes a result by hand."""
    view = SiteOverview(_public_site(pk), None, timezone.now())
    if view.draw is None or view.record is None:
        raise Http404(_("This draw has not been run yet"))
    return _json_file(published_record(view.draw), f"undian-{pk}.json")


@public
@require_safe
def frozen_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The frozen list in canonical form: its SHA-256 is the published hash."""
    view = SiteOverview(_public_site(pk), None, timezone.now())
    if view.draw is None:
        raise Http404(_("This list is not frozen yet"))
    response = HttpResponse(
        rules_of_the_draw.canonical_json(view.draw.frozen), content_type="application/json; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="daftar-{pk}.json"'
    return response


@public
@require_safe
def script(request: HttpRequest) -> FileResponse:
    """The script that checks a record, as it stands in this portal's code."""
    return FileResponse(
        SCRIPT.open("rb"),
        as_attachment=True,
        filename=SCRIPT.name,
        content_type="text/x-python; charset=utf-8",
    )


def _json_file(value: object, name: str) -> JsonResponse:
    response = JsonResponse(
        value,
        json_dumps_params={"ensure_ascii": False, "indent": 1},
        content_type="application/json; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
