"""Outgoing messages for visitors of the demonstration, so that they can read their sign-in code, and phones
on which WhatsApp messages have arrived, to be answered as the person who has them.
"""

from __future__ import annotations

from uuid import UUID

import urllib3
from django.conf import settings
from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from okoce.accounts.access import public
from okoce.notifications import demo
from okoce.notifications.models import Message
from okoce.notifications.views.rows import row
from okoce.ui.responses import render_page

NEWEST = 50
LONGEST = 500


@public
@require_GET
def messages(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    rows = [{"shown": one, "row": row(one.message, one.person)} for one in demo.newest(limit=NEWEST)]
    context = {"rows": rows, "newest": NEWEST, "has_phones": demo.has_phones()}
    return _private(render_page(request, "notifications/demo.html", context))


@public
@require_GET
def phones(request: HttpRequest) -> HttpResponse:
    """Phones on which WhatsApp has delivered something."""
    if not demo.has_phones():
        raise Http404
    rows = [{"shown": one, "row": row(one.message, one.person)} for one in demo.arrived()]
    return _private(render_page(request, "notifications/demo_phones.html", {"rows": rows}))


@public
@require_http_methods(["GET", "POST"])
def phone(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One phone: what arrived there, and a field to answer as the person who has it."""
    if not demo.has_phones():
        raise Http404
    message = get_object_or_404(Message, uid=uid)
    shown = demo.phone_of(message)
    if shown is None:
        raise Http404
    if request.method == "POST":
        text = (request.POST.get("cepat") or request.POST.get("teks", "")).strip()[:LONGEST]
        quoted = request.POST.get("menjawab", "")
        if not text:
            notices.error(request, _("Write an answer first."))
        else:
            _write(request, shown, text, quoted if quoted in {line.wamid for line in shown.lines} else "")
        return redirect("demo:phone", uid=uid)
    context = {"phone": shown, "uid": uid, "longest": LONGEST}
    return _private(render_page(request, "notifications/demo_phone.html", context))


def _write(request: HttpRequest, shown: demo.Phone, text: str, quoted: str) -> None:
    try:
        is_read = demo.write(shown, text, answering=quoted)
    except (urllib3.exceptions.HTTPError, ValueError):
        notices.error(request, _("The stand-in of WhatsApp does not answer. Start the demonstration anew."))
        return
    if not is_read:
        notices.info(request, _("The message is on its way. Load the page again in a moment."))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    return response
