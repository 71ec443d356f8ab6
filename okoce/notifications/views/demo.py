"""Outgoing messages for visitors of the demonstration, so that they can read their sign-in code."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from okoce.accounts.access import public
from okoce.notifications import demo
from okoce.notifications.views.rows import row
from okoce.ui.responses import render_page

NEWEST = 50


@public
@require_GET
def messages(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    rows = [{"shown": one, "row": row(one.message, one.person)} for one in demo.newest(limit=NEWEST)]
    response = render_page(request, "notifications/demo.html", {"rows": rows, "newest": NEWEST})
    response["Cache-Control"] = "no-store, private"
    return response
