"""The code on the wall: the page for the projector, and the page on which a participant says "I am here"."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from okoce.accounts.access import participant_only, public, requires
from okoce.ui.responses import render_page
from participants import qr
from participants.models import Participant
from participants.services import cards
from trainings import door_words, links, rules, scheduling, shown
from trainings.enums import ScanResult, SessionState
from trainings.models import AttendanceScan, TrainingSession
from trainings.services import feedback
from trainings.services import wall as services
from trainings.views.attendance import counts
from trainings.views.sessions import find

SEEN = "wall_seen"
SEEN_FOR = timedelta(minutes=15)  # signing in takes a while: the code was right when it was read


@requires("trainings.attendance")
@require_safe
def wall(request: HttpRequest, pk: int) -> HttpResponse:
    """For the projector: refreshes itself, and its codes count only while it does."""
    session, now = find(request, pk), timezone.now()
    is_open = session.state == SessionState.PUBLISHED and rules.may_take_attendance(
        request.user, session, today=scheduling.day_of(now)
    )
    code = ""
    if is_open:
        services.show(session.pk)
        code = services.code_at(session.pk, now)
    address = f"{settings.PORTAL_URL.rstrip('/')}{reverse('trainings:wall_seen')}"
    context = {
        "session": session,
        "where_and_when": shown.where_and_when(session),
        "is_open": is_open,
        "code": f"{code[:3]} {code[3:]}",
        "qr": qr.draw(f"{address}?{urlencode({'sesi': session.pk, 'kode': code})}", border=2)
        if code
        else None,
        "page": f"{settings.PORTAL_URL.split('//')[-1].rstrip('/')}{reverse('trainings:check_in')}",
        "refresh_in": services.seconds_left(now) + 1,
        "asks_feedback": now >= session.ends_at - timedelta(minutes=15),
        **counts(request, session),
    }
    return render_page(request, "trainings/wall.html", context, fragment="code")


# ---------------------------------------------------------------- the participant


@public
@require_safe
def seen(request: HttpRequest) -> HttpResponse:
    """What the code on the wall leads to. That it was right is remembered while the person signs in."""
    session, code, now = request.GET.get("sesi", ""), request.GET.get("kode", ""), timezone.now()
    is_number = session.isascii() and session.isdigit() and len(session) < 10
    if is_number and services.was_seen(int(session), code, now=now):
        request.session[SEEN] = {"session": int(session), "at": now.timestamp()}
        return redirect("trainings:check_in")
    return redirect(
        f"{reverse('trainings:check_in')}?{urlencode({'lama': 1})}" if session else "trainings:check_in"
    )


def seen_session(request: HttpRequest) -> int | None:
    found = request.session.get(SEEN)
    if not found or timezone.now().timestamp() - found["at"] > SEEN_FOR.total_seconds():
        return None
    return int(found["session"])


@participant_only
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: HttpRequest) -> HttpResponse:
    mine = Participant.objects.visible_to(request.user).first()
    if mine is None:
        raise Http404
    return _check_in(request, mine, layout="layouts/participant.html", back=reverse("trainings:check_in"))


@public
@require_http_methods(["GET", "HEAD", "POST"])
def check_in_by_card(request: HttpRequest, token: str) -> HttpResponse:
    """From the page of the own card: the code on the wall says that the card is in the room."""
    person = cards.open_card(token)
    if person is None:
        raise Http404
    back = reverse("trainings:check_in_by_card", args=[token])
    response = _check_in(request, person, layout="layouts/public.html", back=back)
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response


def _check_in(request: HttpRequest, person: Participant, *, layout: str, back: str) -> HttpResponse:
    now = timezone.now()
    sessions = services.sessions_of(person, now=now)
    known = seen_session(request)
    told: dict[str, Any] = {}
    if request.method == "POST":
        told = _say(person, sessions, known, request.POST.get("kode", ""), now=now)
        if told.get("tone") == "ok":
            request.session.pop(SEEN, None)
    elif "lama" in request.GET:
        told = {
            "tone": "bad",
            "text": _("The code is old or wrong. Read the one that stands on the wall now."),
        }
    context = {
        "layout": layout,
        "sessions": [
            {"title": s.activity.title, "clock": rules.hours(s.starts_at, s.ends_at), "place": s.venue.name}
            for s in sessions
        ],
        "told": told,
        "needs_code": known is None,
        "typed": request.POST.get("kode", "")[:12],
        "action": back,
        "feedback_url": _feedback_url(person, is_own=layout.endswith("participant.html"), now=now),
    }
    return render_page(request, "trainings/check_in.html", context)


def _feedback_url(person: Participant, *, is_own: bool, now: Any) -> str:
    """Where the person says how the last session was; by the card without signing in."""
    session = next(iter(feedback.open_for(person.pk, now=now)[:1]), None)
    if session is None:
        return ""
    if is_own:
        return reverse("trainings:feedback", args=[session.pk])
    return links.feedback_path_of(session.bookings.get(participant=person))


def _say(
    person: Participant, sessions: list[TrainingSession], known: int | None, typed: str, *, now: Any
) -> dict[str, Any]:
    """The sentence for the person. A code that fits none of today's sessions is kept at the first of them."""
    code = "".join(sign for sign in typed if sign.isascii() and sign.isdigit())[:6]
    own = {s.pk: s for s in sessions}
    target = known or next((pk for pk in own if services.is_right(pk, code, now=now)), next(iter(own), None))
    if target is None:
        return {"tone": "bad", "text": _("You have no seat in a session today. Ask the officer at the door.")}
    try:
        scan = services.check_in(
            session_id=target, participant_id=person.pk, code=code, is_seen=known is not None, now=now
        )
    except services.TooManyTries:
        return {
            "tone": "bad",
            "text": _("Too many wrong codes. Wait ten minutes, or ask the officer at the door."),
        }
    return {"tone": door_words.tone_of(scan.result), "text": _sentence(scan, own.get(target))}


def _sentence(scan: AttendanceScan, session: TrainingSession | None) -> str:
    if scan.result == ScanResult.NOT_BOOKED or session is None:
        return _("You have no seat in this session. Ask the officer at the door.")
    if scan.result == ScanResult.ACCEPTED:
        return _("You are present: %(activity)s, %(clock)s.") % {
            "activity": session.activity.title,
            "clock": rules.clock(scan.happened_at),
        }
    return door_words.sentence_of(scan, session, name=_("You"), shows_elsewhere=False)
