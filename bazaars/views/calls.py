"""The call list of a bazaar's place: vendors whom no message reached, on a page to note and on paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from bazaars import crumbs, errors
from bazaars.models import Allocation, Site
from bazaars.services import confirming, releasing
from bazaars.views.desk import ORDER, desk_of
from bazaars.views.events import visible_site
from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.audit.services import record
from okoce.notifications import call_sheets
from okoce.notifications.desk import CALL, why_words
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page

COMES, GIVES_BACK = "datang", "tidak"


def _to_call(request: HttpRequest, site: Site, *, now: datetime) -> Any:
    """Stalls that are held and whose vendors must be called."""
    held = Allocation.objects.visible_to(request.user).filter(stall__site=site).taken()
    desk = desk_of(site)
    return desk.narrowed(desk.judged(held, now=now), CALL).select_related("participant__kelurahan", "stall")


@never_cache
@require_safe
@requires("bazaars.manage")
def call_list(request: HttpRequest, pk: int) -> HttpResponse:
    site, now = visible_site(request, pk), timezone.now()
    page = keyset_page(_to_call(request, site, now=now), request, order=ORDER)
    words = why_words()
    context = {
        "site": site,
        "page": page,
        "rows": [{"allocation": one, "why": words.get(one.why, "")} for one in page.rows],
        "may_print": has_permission(request.user, "participants.unmask"),
        "crumbs": crumbs.of_site(site, _("Call list")),
    }
    return render_page(request, "bazaars/call_list.html", context)


@never_cache
@require_POST
@requires("participants.unmask")
def call_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The list on paper with full phone numbers, on this answer only. Recorded for each person."""
    if not has_permission(request.user, "bazaars.manage"):
        raise Http404
    site, now = visible_site(request, pk), timezone.now()
    rows = list(_to_call(request, site, now=now).order_by(*ORDER)[: call_sheets.MOST])
    for one in rows:
        record(request.user, "bazaars.call_list.printed", one.participant, site=site.pk)
    context = {
        "site": site,
        "printed_at": now,
        "back": reverse("bazaars:site_call_list", args=[pk]),
    }
    return call_sheets.call_sheet(request, "bazaars/call_sheet.html", context, rows)


@require_POST
@requires("bazaars.manage")
def note_call(request: HttpRequest, pk: int) -> HttpResponse:
    """What the vendor said on the phone counts like the own answer."""
    found = Allocation.objects.visible_to(request.user).select_related("stall__site", "participant")
    allocation = get_object_or_404(found, pk=pk)
    said, now = request.POST.get("hasil"), timezone.now()
    words = {"name": allocation.participant.full_name, "number": allocation.stall.number}
    try:
        if said == COMES:
            confirming.confirm(allocation_id=pk, by=request.user, now=now)
            messages.success(request, _("Noted: %(name)s comes to stall %(number)s.") % words)
        elif said == GIVES_BACK:
            releasing.give_back(allocation_id=pk, by=request.user, now=now)
            messages.success(request, _("Noted: %(name)s gives stall %(number)s back.") % words)
        else:
            messages.error(request, _("Choose what the person said. Nothing has changed yet."))
    except errors.Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("bazaars:site_call_list", allocation.stall.site_id)
