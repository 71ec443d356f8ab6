"""The counter: NIK, form, result. Three pages, keyboard only."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from okoce.accounts.access import requires
from okoce.ui import errors
from okoce.ui.responses import render_page
from okoce.values import nik as nik_values
from participants import counters, drafts
from participants.forms.registration import NikForm, RegistrationForm
from participants.models import Participant
from participants.services import asking, registration
from participants.services.registration import AlreadyRegistered

NOT_TYPED = ("csrfmiddlewaretoken", "is_compared")


def _crumbs() -> list[dict[str, str]]:
    return [
        {"label": _("Participants"), "url": reverse("participants:list")},
        {"label": _("Register a participant"), "url": ""},
    ]


@requires("participants.register")
@require_http_methods(["GET", "POST"])
def nik(request: HttpRequest) -> HttpResponse:
    """First the NIK: says at once whether this person exists, and where."""
    form, known = NikForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        if asking.is_too_many(by=request.user, now=timezone.now()):
            return errors.too_many(request, minutes=60)
        number = form.cleaned_data["nik"]
        known = registration.whereabouts(nik=number, by=request.user)
        if not known.is_registered:
            token = drafts.begin(request.session, number)
            return redirect("participants:register_form", token=token)
    context = {"form": form, "known": known, "draft": drafts.newest(request.session), "crumbs": _crumbs()}
    return render_page(request, "participants/register_nik.html", context)


@requires("participants.register")
@require_http_methods(["GET", "POST"])
def form(request: HttpRequest, token: str) -> HttpResponse:
    """The form. What was typed stays in the sealed draft until it is saved."""
    draft = drafts.read(request.session, token)
    if draft is None:
        return _without_draft(request, token)
    today, typed = timezone.localdate(), draft.get("typed")
    extra: dict[str, Any] = {"user": request.user, "nik": draft["nik"], "today": today}
    if request.method == "POST":
        filled = RegistrationForm(request.POST, **extra)
        if filled.is_valid():
            return _register(request, filled, token)
        kept = {k: v for k, v in request.POST.items() if k not in NOT_TYPED}
        drafts.keep(request.session, token, {**draft, "typed": kept})
    else:
        filled = RegistrationForm(
            initial={**RegistrationForm.proposed(draft["nik"], today), **(typed or {})}, **extra
        )
    return _show(request, filled, draft["nik"])


def _show(request: HttpRequest, filled: RegistrationForm, number: str, taken: Any = None) -> HttpResponse:
    context = {
        "form": filled,
        "masked_nik": nik_values.mask(number).replace("*", "•"),
        "taken": taken,
        "crumbs": _crumbs(),
    }
    return render_page(request, "participants/register_form.html", context)


def _register(request: HttpRequest, filled: RegistrationForm, token: str) -> HttpResponse:
    now = timezone.now()
    try:
        participant = registration.register_participant(
            nik=filled.nik, by=request.user, today=filled.today, now=now, **filled.for_service()
        )
    except AlreadyRegistered as known:
        other = known.participant
        if other.registered_by_id != request.user.pk or (now - other.created_at).total_seconds() > 600:
            taken = registration.whereabouts(nik=filled.nik, by=request.user)
            return _show(request, filled, filled.nik, taken)
        participant = other
        messages.info(request, _("This form arrived twice; the participant was registered once."))
    drafts.finish(request.session, token, participant.number)
    counters.forget(request.user, today=filled.today)
    return redirect("participants:registered", number=participant.number)


def _without_draft(request: HttpRequest, token: str) -> HttpResponse:
    """The same form sent again, or a draft of another session."""
    if number := drafts.number_of(request.session, token):
        messages.info(request, _("This form was already saved; the participant was registered once."))
        return redirect("participants:registered", number=number)
    messages.warning(request, _("This form is no longer here. Begin with the NIK; nothing was saved."))
    return redirect("participants:register")


@requires("participants.register")
@require_GET
def registered(request: HttpRequest, number: str) -> HttpResponse:
    """The number, the card, and the next one."""
    visible = Participant.objects.visible_to(request.user)
    participant = get_object_or_404(visible, number=number)
    context = {"participant": participant, "has_phone": bool(participant.phone_lookup), "crumbs": _crumbs()}
    return render_page(request, "participants/registered.html", context)
