"""The trail as auditors read it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from okoce.accounts.access import requires
from okoce.audit import filters, history, targets, words
from okoce.audit.forms import EventFilter
from okoce.audit.models import AuditEvent
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page


def _row(event: AuditEvent, names: dict[tuple[str, str], str]) -> dict[str, Any]:
    """An event in words. ``who`` is empty when nobody was signed in."""
    name = names.get((event.target_type, event.target_id), event.target_id)
    return {
        "url": reverse("audit:event", args=[event.pk]),
        "at": event.at,
        "who": event.actor.full_name if event.actor else "",
        "unit": event.unit,
        "what": words.action(event.action),
        "target": words.target(event.target_type) if event.target_type else "",
        "target_name": name,
        "count": event.count,
    }


@requires("audit.view")
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    form = EventFilter(request.GET or None)
    rows = filters.chosen(AuditEvent.objects.visible_to(request.user).select_related("actor"), form.chosen)
    page = keyset_page(rows, request, order=("-at", "-pk"))
    names = targets.describe(page.rows)
    context = {"form": form, "page": page, "rows": [_row(event, names) for event in page.rows]}
    return render_page(request, "audit/events.html", context, fragment="rows")


@requires("audit.view")
@require_safe
def event(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(AuditEvent.objects.visible_to(request.user).select_related("actor"), pk=pk)
    row = _row(found, targets.describe([found]))
    address = reverse("audit:events")
    same = urlencode({"sasaran": f"{found.target_type}:{found.target_id}"})
    context = {
        "event": found,
        "row": row,
        "details": [(words.field(key), value) for key, value in found.details.items()],
        "changes": history.changes_of(found.target_type, found.target_id),
        "same_target_url": f"{address}?{same}" if found.target_id else "",
        "crumbs": [{"label": _("Audit trail"), "url": address}, {"label": capfirst(row["what"]), "url": ""}],
    }
    return render_page(request, "audit/event.html", context)
