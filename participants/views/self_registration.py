"""Registering oneself on a phone: pages for everybody, one group of questions each, gone on with by a code.

An address holds a random id that opens nothing by itself: the browser must have begun this registration, or
have given its code, within the last hour.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from okoce.accounts import browsers, drafts
from okoce.accounts.access import public
from okoce.ui import errors
from okoce.ui.responses import render_page
from okoce.ui.steady import steady
from participants import ages, self_steps, self_summary
from participants.enums import SelfState
from participants.forms.self_registration import FORMS, AnswerForm, CodeForm
from participants.models import SelfRegistration
from participants.services import identity_photos
from participants.services import self_registration as services
from participants.services.self_registration import AlreadyDecided, NotComplete, TooMany

OPENED = "self_registrations"
OPEN_SECONDS, OPEN_AT_ONCE = 3600, 6
LAYOUT = "layouts/public.html"


def _source(request: HttpRequest) -> str:
    return browsers.source_of(browsers.address_of(request))


def _opened(request: HttpRequest) -> dict[str, Any]:
    """What this browser has opened within the hour: {uid: {"at": …, "own": typed here}}."""
    now = timezone.now().timestamp()
    kept = request.session.get(OPENED, {})
    return {uid: entry for uid, entry in kept.items() if now - entry["at"] < OPEN_SECONDS}


def _open(request: HttpRequest, row: SelfRegistration, *, is_own: bool) -> None:
    before = list(_opened(request).items())[-(OPEN_AT_ONCE - 1) :]
    entry = {"at": timezone.now().timestamp(), "own": is_own}
    request.session[OPENED] = {**dict(before), row.uid.hex: entry}


def _find(request: HttpRequest, uid: UUID) -> SelfRegistration | None:
    """The registration that this browser has opened; each page opened keeps it open for another hour."""
    entry = _opened(request).get(uid.hex)
    row = services.find(uid) if entry is not None else None
    if row is None:
        return None
    _open(request, row, is_own=entry["own"])
    return row


def _ask_for_code(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("Write your code to go on: this page was closed, or opened in another browser."))
    return redirect("participants:self_open")


def _keep_and_ask_for_code(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Closed meanwhile: what was typed on the page waits, sealed, for whoever has the code of this one."""
    if request.method == "POST" and drafts.keep(request, user_id=f"self:{uid.hex}", now=timezone.now()):
        words = _(
            "This page was closed meanwhile. What you typed is kept: write your code, then send it again."
        )
        messages.warning(request, words)
        return redirect("participants:self_open")
    return _ask_for_code(request)


@public
@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What is needed, before anything begins."""
    opened = [services.find(UUID(uid)) for uid in _opened(request)]
    drafts = [row for row in opened if row is not None]
    context = {"drafts": drafts, "minimum_age": ages.minimum(), "code_form": CodeForm()}
    return render_page(request, "participants/self/start.html", context)


@public
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    try:
        row = services.begin(address=_source(request), language=get_language() or "id", now=timezone.now())
    except TooMany:
        return errors.too_many(request, minutes=60)
    _open(request, row, is_own=True)
    return redirect("participants:self_step", uid=row.uid, step=self_steps.IDENTITY)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_with_code(request: HttpRequest) -> HttpResponse:
    """Goes on with a draft, or shows where a sent registration stands."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            row = services.find_by_code(
                typed=form.cleaned_data["code"], address=_source(request), now=timezone.now()
            )
        except TooMany:
            return errors.too_many(request, minutes=60)
        if row is not None:
            _open(request, row, is_own=False)
            draft = drafts.of(request, now=timezone.now(), owner=f"self:{row.uid.hex}")
            if draft is not None:
                drafts.drop(request)
                return render_page(request, "accounts/resume.html", {"draft": draft, "layout": LAYOUT})
            return redirect("participants:self_status", uid=row.uid)
        form.add_error("code", _("No registration has this code. Compare it letter by letter"))
    return render_page(request, "participants/self/open.html", {"form": form})


@steady
@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, uid: UUID, step: str) -> HttpResponse:
    """One group of questions."""
    if step not in FORMS:
        raise Http404
    row = _find(request, uid)
    if row is None:
        return _keep_and_ask_for_code(request, uid)
    if row.state not in (SelfState.DRAFT, SelfState.ASKED):
        return redirect("participants:self_status", uid=uid)
    typed, today = services.typed_in(row), timezone.localdate()
    if step == self_steps.ADDRESS and not typed.get("kecamatan"):
        return redirect("participants:self_step", uid=uid, step=self_steps.AREA)
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = FORMS[step](*data, typed=typed, today=today, shows_numbers=_opened(request)[uid.hex]["own"])
    if form.is_bound and form.is_valid():
        return _keep(request, row, step, form)
    has_photo = step == self_steps.PHOTO and hasattr(row, "photo")
    context = {**_frame(row, typed, step), "form": form, "has_photo": has_photo}
    return render_page(request, "participants/self/step.html", context)


def _frame(row: SelfRegistration, typed: dict[str, Any], step: str) -> dict[str, Any]:
    """What stands around every step: where one is, the way back, the code to keep."""
    today = timezone.localdate()
    steps = self_steps.steps_for(typed, today=today)
    return {
        "row": row,
        "code": services.shown_code(row),
        "step": step,
        "label": self_steps.LABELS[step],
        "at": steps.index(step) + 1 if step in steps else 1,
        "of": len(steps),
        "back": self_steps.before(step, typed, today=today),
        "consent_places": self_summary.places(typed) if step == self_steps.CONSENT else None,
    }


def _keep(request: HttpRequest, row: SelfRegistration, step: str, form: Any) -> HttpResponse:
    now, today = timezone.now(), timezone.localdate()
    try:
        row = services.save_step(uid=row.uid, step=step, answers=form.answers(), now=now)
    except AlreadyDecided:
        return redirect("participants:self_status", uid=row.uid)
    if photo := form.cleaned_data.get("photo"):
        identity_photos.attach(content=photo, registration=row, now=now)
    typed = services.typed_in(row)
    following = self_steps.after(step, typed, today=today)
    unanswered = self_steps.missing(typed, today=today)
    if "check" in request.GET and unanswered is None:
        following = None  # came from the last page to change one thing: back there
    if following is None:
        return redirect("participants:self_check", uid=row.uid)
    return redirect("participants:self_step", uid=row.uid, step=following)


@steady
@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Everything on one page, each part with a way to change it; then it is sent."""
    row = _find(request, uid)
    if row is None:
        return _ask_for_code(request)
    if row.state not in (SelfState.DRAFT, SelfState.ASKED):
        return redirect("participants:self_status", uid=uid)
    typed, today = services.typed_in(row), timezone.localdate()
    if missing := self_steps.missing(typed, today=today):
        return redirect("participants:self_step", uid=uid, step=missing)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (row.state == SelfState.DRAFT or form.is_valid()):
        answer = form.cleaned_data.get("answer", "") if form.is_bound and form.is_valid() else ""
        return _send(request, row, answer)
    context = {
        "row": row,
        "code": services.shown_code(row),
        "groups": self_summary.groups(
            typed, today=today, has_photo=hasattr(row, "photo"),
            shows_numbers=_opened(request)[uid.hex]["own"],
        ),
        "question": services.question_of(row),
        "form": form,
    }  # fmt: skip
    return render_page(request, "participants/self/check.html", context)


def _send(request: HttpRequest, row: SelfRegistration, answer: str) -> HttpResponse:
    try:
        services.send(uid=row.uid, answer=answer, today=timezone.localdate(), now=timezone.now())
    except TooMany:
        return errors.too_many(request, minutes=24 * 60)
    except NotComplete as incomplete:
        return redirect("participants:self_step", uid=row.uid, step=incomplete.step)
    except AlreadyDecided:
        pass
    return redirect("participants:self_status", uid=row.uid)


@public
@never_cache
@require_safe
def status(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Where it stands, by the code. A draft goes on where it was left."""
    row = _find(request, uid)
    if row is None:
        return _ask_for_code(request)
    if row.state == SelfState.DRAFT:
        typed = services.typed_in(row)
        missing = self_steps.missing(typed, today=timezone.localdate())
        if missing:
            return redirect("participants:self_step", uid=uid, step=missing)
        return redirect("participants:self_check", uid=uid)
    told = services.told(row)
    context = {
        "row": row,
        "code": services.shown_code(row),
        "question": services.question_of(row),
        "refusal": self_summary.refusal_words(row, told),
        "events": self_summary.timeline(told),
        "answer_until": row.asked_at + services.ANSWER_WITHIN if row.asked_at else None,
    }
    return render_page(request, "participants/self/status.html", context)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The applicant takes it back: what was typed is deleted."""
    row = _find(request, uid)
    if row is None:
        return _ask_for_code(request)
    if request.method == "POST":
        if services.withdraw(uid=uid, now=timezone.now()):
            messages.success(request, _("Your registration is withdrawn. What you wrote is deleted."))
        else:
            messages.info(request, _("The office has decided already; nothing was changed."))
        return redirect("participants:self_start")
    return render_page(request, "participants/self/withdraw.html", {"row": row})


@public
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """On a phone that others use: nothing opens again here without the code."""
    request.session.pop(OPENED, None)
    messages.success(request, _("Closed on this phone. With your code you go on at any time."))
    return redirect("participants:self_start")
