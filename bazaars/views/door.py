"""The entrance of a bazaar on a phone: the page and the store of the door of sessions, with vendors' names.

What is sent once counts once, also hours later (bazaars.services.days.receive).
"""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bazaars import door_words
from bazaars.arrivals import Day
from bazaars.enums import ArrivedBy
from bazaars.models import Application, ArrivalScan, Site
from bazaars.services import days as services
from bazaars.views.events import visible_site
from okoce.accounts.access import public, requires
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import clock, long_date
from participants.services import cards
from trainings import door_queue
from trainings.views.door import digest_of, owner_of, worker_of

PREFIX = "bazar"  # names lists of bazaars on a phone, apart from those of sessions


@requires("bazaars.days")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The same for every place and everybody: a phone keeps it to open it without a line."""
    context = {
        "texts": door_words.texts() | {"back_url": reverse("bazaars:bazaars")},
        "asks": "tempat",
        "prefix": PREFIX,
        "words": json.dumps(door_words.for_the_page(), ensure_ascii=False),
        "list_url": reverse("bazaars:door_list", args=[0]),
        "send_url": reverse("bazaars:door_send", args=[0]),
        "attendance_url": reverse("bazaars:day", args=[0]),
        "worker_url": reverse("bazaars:door_worker"),
        "decoder_url": static("vendor/qr-decode.min.js"),
    }
    return render_page(request, "trainings/door.html", context)


@public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    return worker_of(request, reverse("bazaars:door"), door=PREFIX)


@requires("bazaars.days")
@require_safe
def day_list(request: HttpRequest, pk: int) -> HttpResponse:
    """What the phone keeps for one day: stalls, names, participant numbers, digests of card tokens."""
    site, now = visible_site(request, pk), timezone.now()
    day = Day(site, request.user, now)
    opens = timezone.make_aware(datetime.combine(day.day, time()))
    until = opens + timedelta(days=1, hours=3)
    is_kept = services.is_day_of(site, day.day) and opens - timedelta(days=7) <= now < until
    response = JsonResponse(
        {
            "owner": owner_of(request),
            "officer": request.user.get_full_name() or request.user.get_username(),  # type: ignore[union-attr]
            "csrf": get_token(request),
            "now": now.isoformat(),
            "session": {
                "id": f"{PREFIX}{site.pk}",
                "title": site.name,
                "where": f"{site.bazaar.name}, {long_date(day.day)}",
                "opens": opens.isoformat(),
                "until": until.isoformat(),
                "counts_hours": False,
                "may_take": True,
            },
            "people": _people(request, site, day) if is_kept else [],
        }
    )
    response["Cache-Control"] = "no-store, private"
    return response


def _people(request: HttpRequest, site: Site, day: Day) -> list[dict[str, Any]]:
    """Vendors by stall, then the reserve list in its order; who is nobody's to be met here is left out."""
    stalls = {row.allocation.application_id: row.number for row in day.rows}
    places = day.places
    asked = Application.objects.visible_to(request.user).submitted().filter(site=site)
    rows = [one for one in asked.select_related("participant") if one.pk in stalls or one.public_id in places]
    rows.sort(key=lambda one: (one.pk not in stalls, stalls.get(one.pk, ""), places.get(one.public_id, 0)))
    tokens = cards.tokens_of(one.participant_id for one in rows)
    return [
        {
            "number": one.participant.number,
            "name": f"{stalls.get(one.pk) or _reserve(places[one.public_id])} {one.participant.full_name}",
            "cards": [digest_of(f"{PREFIX}{site.pk}", token) for token in tokens.get(one.participant_id, [])],
            "at": clock(day.arrivals[one.pk].at) if one.pk in day.arrivals else "",
            "out": "",
        }
        for one in rows
    ]


def _reserve(place: int) -> str:
    return _("Reserve %(place)s:") % {"place": place}


@requires("bazaars.days")
@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a part of the phone's queue. 409: it belongs to another account; 400: not from our page."""
    site = visible_site(request, pk)
    try:
        sent = door_queue.read(
            request.body, owner=owner_of(request), does=services.DOES, hows=ArrivedBy.values
        )
    except door_queue.NotTaken as refusal:
        return JsonResponse({"problem": refusal.code}, status=refusal.status)
    rows = services.receive(
        site_id=site.pk,
        entries=sent.entries,
        device=sent.device,
        device_now=sent.device_now,
        by=request.user,
        now=timezone.now(),
    )
    return JsonResponse({"told": [_told(row) for row in rows]})


def _told(scan: ArrivalScan) -> dict[str, Any]:
    """A name only of people who applied here."""
    person = scan.application.participant if scan.application else None
    return {
        "nonce": str(scan.nonce),
        "result": door_words.RESULTS[scan.result],
        "tone": door_words.tone_of(scan.result),
        "text": door_words.sentence_of(scan.result, person.full_name if person else ""),
        "number": person.number if person else "",
        "name": person.full_name if person else "",
        "at": clock(scan.happened_at),
    }
