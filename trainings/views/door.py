"""The page at the door: works without a line, with the day's list sealed on the phone (static/js/door.js)."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from okoce.accounts.access import public, requires
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from participants.services import cards
from trainings import door_queue, door_words, rules, scheduling, shown
from trainings.enums import SessionState
from trainings.models import AttendanceScan, Booking, TrainingSession
from trainings.services import door
from trainings.views.sessions import find

ASSETS = (
    "vendor/bootstrap.min.css", "css/okoce.css", "css/okoce-values.css", "css/okoce-data.css",
    "css/okoce-trainings.css", "js/portal.js", "js/door-wipe.js", "js/door-store.js", "js/door-camera.js",
    "js/door.js", "vendor/qr-decode.min.js", "img/icons.svg", "img/favicon.svg",
    "fonts/plus-jakarta-sans-subset.woff2",
)  # fmt: skip


@requires("trainings.attendance")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The same for every session and everybody: a phone keeps it to open it without a line."""
    context = {
        "texts": door_words.texts() | {"back_url": reverse("trainings:sessions")},
        "asks": "sesi",
        "words": json.dumps(door_words.for_the_page(), ensure_ascii=False),
        "list_url": reverse("trainings:door_list", args=[0]),
        "send_url": reverse("trainings:door_send", args=[0]),
        "attendance_url": reverse("trainings:attendance", args=[0]),
        "worker_url": reverse("trainings:door_worker"),
        "decoder_url": static("vendor/qr-decode.min.js"),
    }
    return render_page(request, "trainings/door.html", context)


@public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: keeps the page and its files, nobody's data."""
    return worker_of(request, reverse("trainings:door"), door="sesi")


def worker_of(request: HttpRequest, page: str, *, door: str) -> HttpResponse:
    """``door`` keeps the files of one kind of door apart from those of another."""
    files = [static(name) for name in ASSETS]
    context = {
        "page": page,
        "door": door,
        "files": files,
        "version": hashlib.sha256("".join(files).encode()).hexdigest()[:12],
    }
    response = render(request, "trainings/door_worker.js", context, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


# ---------------------------------------------------------------- the list of the day


@requires("trainings.attendance")
@require_safe
def day_list(request: HttpRequest, pk: int) -> HttpResponse:
    """What the phone keeps: names, participant numbers, digests of card tokens. Nothing else of anybody."""
    session, now = find(request, pk), timezone.now()
    response = JsonResponse(
        {
            "owner": owner_of(request),
            "officer": request.user.get_full_name() or request.user.get_username(),  # type: ignore[union-attr]
            "csrf": get_token(request),
            "now": now.isoformat(),
            "session": about(request, session, now=now),
            "people": people_of(request, session) if is_kept(session, now=now) else [],
        }
    )
    response["Cache-Control"] = "no-store, private"
    return response


def owner_of(request: HttpRequest) -> str:
    """A name for this account that says nothing: what one person recorded, only that person sends."""
    return salted_hmac("trainings.door", str(request.user.pk)).hexdigest()[:24]


def is_kept(session: TrainingSession, *, now: datetime) -> bool:
    """From a week before, so that it can be fetched where there is a line, until its day is over."""
    is_on = session.state in (SessionState.PUBLISHED, SessionState.HELD)
    return is_on and session.starts_at - timedelta(days=7) <= now < kept_until(session)


def kept_until(session: TrainingSession) -> datetime:
    """Three hours after midnight: who closes a door late in the evening is not cut off."""
    return scheduling.at(scheduling.day_of(session.starts_at) + timedelta(days=1), time(3))


def about(request: HttpRequest, session: TrainingSession, *, now: datetime) -> dict[str, Any]:
    day = scheduling.day_of(session.starts_at)
    return {
        "id": session.pk,
        "title": session.activity.title,
        "where": shown.where_and_when(session),
        "opens": scheduling.at(day, time()).isoformat(),
        "until": kept_until(session).isoformat(),
        "counts_hours": session.activity.counts_hours,
        "may_take": rules.may_take_attendance(request.user, session, today=scheduling.day_of(now)),
    }


def people_of(request: HttpRequest, session: TrainingSession) -> list[dict[str, Any]]:
    """A card is named by a salted digest: what lies on the phone opens no card's page."""
    rows = list(
        Booking.objects.visible_to(request.user)
        .filter(session=session)
        .enrolled()
        .with_presence()
        .select_related("participant")
        .order_by("participant__name_key", "pk")
    )
    tokens = cards.tokens_of(b.participant_id for b in rows)
    out = session.scans.out_now() if session.activity.counts_hours else {}
    return [
        {
            "number": b.participant.number,
            "name": b.participant.full_name,
            "cards": [digest_of(session.pk, token) for token in tokens.get(b.participant_id, [])],
            "at": rules.clock(b.present_at) if b.present_at else "",
            "out": rules.clock(out[b.participant_id]) if b.participant_id in out else "",
        }
        for b in rows
    ]


def digest_of(session: int | str, token: str) -> str:
    """static/js/door-store.js computes the same. A token is 128 random bits: no list of guesses opens it."""
    return hashlib.sha256(f"okoce-door:{session}:{token}".encode()).hexdigest()[:32]


# ---------------------------------------------------------------- what was recorded


@requires("trainings.attendance")
@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a part of the phone's queue. 409: it belongs to another account; 400: not from our page."""
    session = find(request, pk)
    try:
        sent = door_queue.read(request.body, owner=owner_of(request), does=door.DOES, hows=door.HOWS)
    except door_queue.NotTaken as refusal:
        return JsonResponse({"problem": refusal.code}, status=refusal.status)
    rows = door.receive(
        session_id=session.pk,
        entries=sent.entries,
        device=sent.device,
        device_now=sent.device_now,
        by=request.user,
        now=timezone.now(),
    )
    return JsonResponse({"told": [told(request, session, row) for row in rows]})


def told(request: HttpRequest, session: TrainingSession, scan: AttendanceScan) -> dict[str, Any]:
    """A name only of people whom the person may find at the door anyway."""
    is_known = bool(findable(request, session, {scan.participant_id} - {None}))
    person = scan.participant if is_known else None
    sentence = door_words.sentence_of(
        scan, session, name=person.full_name if person else "", shows_elsewhere=person is not None
    )
    return {
        "nonce": str(scan.nonce),
        "result": scan.result,
        "tone": door_words.tone_of(scan.result),
        "text": sentence,
        "number": person.number if person else "",
        "name": person.full_name if person else "",
        "at": rules.clock(scan.happened_at),
    }


# ---------------------------------------------------------------- the log


@requires("trainings.attendance")
@require_safe
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """Every attempt with its device, both clocks and what became of it; nothing here is ever changed."""
    session = find(request, pk)
    scans = AttendanceScan.objects.visible_to(request.user).filter(session=session)
    only_refused = request.GET.get("tampilkan") == "ditolak"
    if only_refused:
        scans = scans.refused()
    page = keyset_page(
        scans.select_related(
            "participant", "recorded_by", "elsewhere__activity", "elsewhere__kecamatan", "session"
        ),
        request,
        order=("-pk",),
        size=50,
    )
    known = findable(request, session, {scan.participant_id for scan in page.rows} - {None})
    for scan in page.rows:
        scan.is_known = scan.participant_id in known
        scan.tone = door_words.tone_of(scan.result)
        scan.clock_note = clock_note(scan.clock_ahead)
        scan.waited = scan.received_at - scan.happened_at > timedelta(minutes=2)
    context = {
        "session": session,
        "where_and_when": shown.where_and_when(session),
        "page": page,
        "only_refused": only_refused,
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()),
            (_("Attendance"), reverse("trainings:attendance", args=[pk])),
            (_("Scan log"), ""),
        ),
    }
    return render_page(request, "trainings/scan_log.html", context, fragment="rows")


def findable(request: HttpRequest, session: TrainingSession, people: set[Any]) -> set[int]:
    """Whose names may be told at this door: those of the list, and whom the person may admit."""
    on_list = Booking.objects.visible_to(request.user).filter(session=session, participant__in=people)
    others = rules.walk_ins_for(request.user, session).filter(pk__in=people)
    return {*on_list.values_list("participant_id", flat=True), *others.values_list("pk", flat=True)}


def clock_note(ahead: timedelta) -> str:
    """Empty while the device's clock is right within two minutes."""
    minutes = round(ahead.total_seconds() / 60)
    if abs(minutes) < 2:
        return ""
    hours, rest = divmod(abs(minutes), 60)
    said = {"hours": hours, "minutes": rest}
    if minutes > 0:
        return _("The phone's clock was %(hours)s h %(minutes)s min ahead") % said
    return _("The phone's clock was %(hours)s h %(minutes)s min behind") % said
