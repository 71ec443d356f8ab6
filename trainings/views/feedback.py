"""Three taps at the end of a session, and what the trainer learns from them: a trend, never who said what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from okoce.accounts.access import participant_only, public, requires
from okoce.ui.responses import render_page
from trainings import links, shown
from trainings.models import Booking, TrainingSession
from trainings.services import feedback as services

LAST = 12  # sessions of the trend


@dataclass(frozen=True)
class Question:
    code: str
    asks: str
    short: str
    answers: tuple[tuple[int, str], ...]


def questions() -> tuple[Question, ...]:
    return (
        Question(
            "clear",
            _("Was it easy to understand?"),
            _("Easy to understand"),
            ((3, _("Yes")), (2, _("Partly")), (1, _("No"))),
        ),
        Question(
            "useful",
            _("Will it help your business?"),
            _("Helps the business"),
            ((3, _("Yes")), (2, _("A little")), (1, _("No"))),
        ),
        Question(
            "trainer",
            _("How was the trainer?"),
            _("The trainer"),
            ((3, _("Good")), (2, _("Fair")), (1, _("Poor"))),
        ),
    )


WITH_SESSION = ("session__activity", "session__venue", "session__kecamatan", "session__trainer")


@participant_only
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """One question a page, one tap an answer; after the third it is kept. Words may be added before that."""
    seats = Booking.objects.visible_to(request.user).select_related(*WITH_SESSION)
    seat = get_object_or_404(seats, session=pk)
    return _asked(request, seat, layout="layouts/participant.html", back=reverse("dashboard:status"))


@public
def say_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same without signing in: the address belongs to one seat, shows nothing of the person and is worth
    nothing once it was used. Opening it, as a preview of a message does, changes nothing."""
    seats = links.bookings_of(token, column=links.FEEDBACK).select_related(*WITH_SESSION)
    response = _asked(request, get_object_or_404(seats), layout="layouts/public.html", back="")
    patch_cache_control(response, no_store=True, private=True)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response


def _asked(request: HttpRequest, seat: Booking, *, layout: str, back: str) -> HttpResponse:
    session = seat.session
    now, asked = timezone.now(), questions()
    answers = {
        q.code: int(request.POST[q.code])
        for q in asked
        if request.method == "POST" and request.POST.get(q.code) in ("1", "2", "3")
    }
    words = " ".join(request.POST.get("words", "").replace("\x00", "").split())[:300]
    is_open = services.may_say(session=session, participant_id=seat.participant_id, now=now)
    missing = next((q for q in asked if q.code not in answers), None)
    is_done = False
    if request.method == "POST" and missing is None and is_open:
        is_done = services.say(
            session_id=session.pk, participant_id=seat.participant_id, answers=answers, words=words, now=now
        )
    context = {
        "layout": layout,
        "back": back,
        "session": session,
        "question": missing,
        "number": len(answers) + 1,
        "answers": answers.items(),
        "words": words,
        "is_open": is_open,
        "is_done": is_done,
        "where_and_when": shown.where_and_when(session),
    }
    return render_page(request, "trainings/feedback.html", context)


# ---------------------------------------------------------------- the trainer


@requires("trainings.attendance")
def trend(request: HttpRequest) -> HttpResponse:
    """The last sessions with at least five answers, the newest first."""
    sessions = TrainingSession.objects.visible_to(request.user).with_places().order_by("-starts_at", "-pk")
    rows = services.trend(sessions)[:LAST]
    for session in rows:
        session.bars = bars(session)
        session.name = shown.short_name(session)
    context = {
        "rows": rows,
        "from_how_many": services.FROM_HOW_MANY,
        "crumbs": shown.crumbs((_("What people think"), "")),
    }
    return render_page(request, "trainings/feedback_trend.html", context)


@requires("trainings.attendance")
def about(request: HttpRequest, pk: int) -> HttpResponse:
    """The words about one session; none while fewer than five people answered."""
    sessions = TrainingSession.objects.visible_to(request.user).with_places().filter(pk=pk)
    session = get_object_or_404(sessions)
    known = services.trend(sessions)
    context = {
        "session": session,
        "where_and_when": shown.where_and_when(session),
        "bars": bars(known[0]) if known else [],
        "answer_count": known[0].answer_count if known else 0,
        "words": services.words_about(session),
        "from_how_many": services.FROM_HOW_MANY,
        "crumbs": shown.crumbs(
            (_("What people think"), reverse("trainings:feedback_trend")),
            (shown.short_date_name(session), ""),
        ),
    }
    return render_page(request, "trainings/feedback_about.html", context)


def bars(session: Any) -> list[dict[str, Any]]:
    """Each question with its average from 0 (all no) to 100 (all yes)."""
    found = []
    for question in questions():
        average = getattr(session, f"{question.code}_average")
        found.append({"label": question.short, "percent": round((average - 1) * 50)})
    return found
