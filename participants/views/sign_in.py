"""Participants sign in: phone number, code, and with a shared phone the choice who they are."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from cryptography.exceptions import InvalidTag
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from okoce.accounts import browsers, sessions
from okoce.accounts.access import home_of, public, safe_next
from okoce.accounts.services import begin_session
from okoce.db.encryption import decrypt, encrypt
from okoce.ui.responses import render_page
from okoce.values import phone as phone_values
from participants.forms.sign_in import CodeForm, PhoneForm, WhoForm
from participants.services import sign_in as services
from participants.services.sign_in import Problem, TooManyCodes

ASKED, PROVED = "code_asked", "phone_proved"
PROOF_SECONDS = 600
COLUMN = "participants.sign_in_phone"
BACKEND = "okoce.accounts.backends.AccountBackend"


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The phone number. Registered or not, the answer is the page that asks for the code."""
    if request.user.is_authenticated:
        return redirect(safe_next(request, home_of(request.user)))
    form = PhoneForm(request.POST or None)
    if form.is_valid():
        try:
            _ask(request, form.cleaned_data["phone"], safe_next(request, ""))
        except TooManyCodes:
            form.add_error("phone", _too_many())
        else:
            return redirect("participants:sign_in_code")
    context = {"form": form, "next": safe_next(request, "")}
    return render_page(request, "participants/sign_in.html", context)


def _ask(request: HttpRequest, phone: str, following: str) -> None:
    """A new code for this browser. The number is kept sealed, so that a new code can be asked for by one
    button.
    """
    asked = request.session.get(ASKED, {})
    browser = asked.get("browser") or services.new_browser()
    address = browsers.source_of(browsers.address_of(request))
    services.request_code(phone=phone, browser=browser, address=address, now=timezone.now())
    row = uuid.uuid4()
    request.session[ASKED] = {
        "browser": browser,
        "phone": base64.b64encode(encrypt(phone, column=COLUMN, row=row)).decode(),
        "row": str(row),
        "next": following,
    }
    request.session.pop(PROVED, None)


def _phone_asked_for(request: HttpRequest) -> str:
    asked = request.session.get(ASKED)
    if not asked:
        return ""
    try:
        return decrypt(base64.b64decode(asked["phone"]), column=COLUMN, row=uuid.UUID(asked["row"]))
    except (InvalidTag, KeyError):
        return ""


def _too_many() -> str:
    return _(
        "Too many codes were asked for. Wait one hour, open the address on your card, "
        "or ask the kecamatan office"
    )


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(home_of(request.user))
    phone = _phone_asked_for(request)
    if not phone and request.method != "POST":
        return redirect("participants:sign_in")
    if phone and "again" in request.POST:
        return _send_again(request, phone)
    form, needs_new_code = CodeForm(request.POST or None), False
    if form.is_valid():
        browser = request.session.get(ASKED, {}).get("browser", "")
        verdict = services.check_code(typed=form.cleaned_data["code"], browser=browser, now=timezone.now())
        if verdict.phone_lookup is not None:
            return _proved(request, verdict.phone_lookup, is_own_phone=form.cleaned_data["is_own_phone"])
        form.add_error("code", _words(verdict.problem, verdict.tries_left))
        needs_new_code = verdict.tries_left == 0
    context = {
        "form": form,
        "phone": phone_values.mask(phone).replace("*", "•") if phone else "",
        "needs_new_code": needs_new_code,
    }
    return render_page(request, "participants/sign_in_code.html", context)


def _send_again(request: HttpRequest, phone: str) -> HttpResponse:
    try:
        _ask(request, phone, request.session[ASKED].get("next", ""))
    except TooManyCodes:
        messages.error(request, _too_many() + ".")
    else:
        messages.success(request, _("A new code is on its way. Only the newest one works."))
    return redirect("participants:sign_in_code")


def _words(problem: Problem | None, tries_left: int) -> str:
    """What happened and how to mend it."""
    if problem is Problem.WRONG:
        return ngettext(
            "The code is not right. Compare it with the message: you can try %(count)s more time",
            "The code is not right. Compare it with the message: you can try %(count)s more times",
            tries_left,
        ) % {"count": tries_left}
    return {
        Problem.NOT_ASKED: _(
            "This browser has not asked for a code. Write your phone number here first, then the code we send"
        ),
        Problem.SPENT: _("The code was wrong three times and is void now. Ask for a new one"),
        Problem.LATE: _("The code is older than five minutes. Ask for a new one"),
        Problem.USED: _("The code has been used already. Ask for a new one"),
        Problem.EARLIER: _(
            "This code belongs to an earlier request or to another phone number. Write the newest one"
        ),
    }[problem or Problem.NOT_ASKED]


def _proved(request: HttpRequest, phone_lookup: bytes, *, is_own_phone: bool) -> HttpResponse:
    people = list(services.people_with(phone_lookup)[:2])
    following = request.session[ASKED].get("next", "")
    if len(people) == 1:
        return _enter(request, people[0].pk, is_own_phone=is_own_phone, following=following)
    request.session[PROVED] = {
        "phone": phone_lookup.hex(),
        "at": timezone.now().timestamp(),
        "is_own_phone": is_own_phone,
        "next": following,
    }
    return redirect("participants:sign_in_who")


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_who(request: HttpRequest) -> HttpResponse:
    """Several participants share the phone that was proved a moment ago."""
    proved: dict[str, Any] | None = request.session.get(PROVED)
    if proved is None or timezone.now().timestamp() - proved["at"] > PROOF_SECONDS:
        messages.warning(request, _("The code has been used already. Ask for a new one."))
        return redirect("participants:sign_in")
    form = WhoForm(request.POST or None, people=list(services.people_with(bytes.fromhex(proved["phone"]))))
    if form.is_valid():
        return _enter(
            request, form.participant.pk, is_own_phone=proved["is_own_phone"], following=proved["next"]
        )
    return render_page(request, "participants/sign_in_who.html", {"form": form})


def _enter(request: HttpRequest, participant_id: int, *, is_own_phone: bool, following: str) -> HttpResponse:
    user = services.account_of(participant_id)
    if not user.is_active:
        return redirect("account_inactive")
    for spent in (ASKED, PROVED):
        request.session.pop(spent, None)
    login(request, user, backend=BACKEND)
    kind = sessions.OWN_PHONE if is_own_phone else sessions.PARTICIPANT
    begin_session(request, user, kind=kind, now=timezone.now())
    return redirect(following or reverse("dashboard:status"))
