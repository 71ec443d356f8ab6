"""The counter: NIK, form, result. Three pages, keyboard only, and nothing typed is lost."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okoce.accounts.access import requires
from okoce.db.encryption import lookup
from okoce.ui import errors
from okoce.ui.responses import render_page, wants_fragment
from okoce.ui.steady import is_steady, steady
from okoce.values import nik as nik_values
from participants import counters, drafts, qr
from participants.forms.photo import PhotoForm
from participants.forms.registration import OUTSIDE_DKI, NikForm, RegistrationForm
from participants.models import IdentityPhoto, Participant
from participants.services import asking, cards, registration
from participants.services.registration import AlreadyRegistered
from participants.views import transfers

NOT_TYPED = ("csrfmiddlewaretoken", "is_compared")
RECENT, RECENT_COUNT = "last_kelurahan", 3


def _crumbs() -> list[dict[str, str]]:
    return [
        {"label": _("Participants"), "url": reverse("participants:list")},
        {"label": _("Register a participant"), "url": ""},
    ]


@steady
@requires("participants.register")
@require_http_methods(["GET", "POST"])
def nik(request: HttpRequest) -> HttpResponse:
    """First the NIK: whether this person exists, and where. Told as it is typed, and by the button."""
    form, known = NikForm(request.POST if request.method == "POST" else None), None
    if request.method == "POST" and form.is_valid():
        now, number = timezone.now(), form.cleaned_data["nik"]
        digest = lookup(number, column="participants.nik")
        is_new = asking.is_new(by=request.user, digest=digest, now=now)
        if is_new and asking.is_too_many(by=request.user, now=now):
            return errors.too_many(request, minutes=60)
        known = registration.whereabouts(nik=number, by=request.user, is_new_question=is_new)
        if not known.is_registered and not wants_fragment(request):
            reason = form.cleaned_data.get("card_reason", "")
            token = drafts.begin(user=request.user, nik=number, now=now, card_reason=reason)
            return redirect("participants:register_form", token=token)
    context = {
        "form": form,
        "known": known,
        "ask_url": transfers.ask_url(request, known.elsewhere_id) if known else "",
        "says": _what_it_says(form) if known else None,
        "drafts": [] if wants_fragment(request) else drafts.unfinished(user=request.user),
        "crumbs": _crumbs(),
    }
    return render_page(request, "participants/register_nik.html", context, fragment="jawaban")


def _what_it_says(form: NikForm) -> dict[str, Any] | None:
    """Birth date and sex of the NIK, to be compared with the card before anything is typed."""
    parsed = nik_values.parse(form.cleaned_data["nik"], is_card_seen=True)
    if not parsed.has_possible_date:
        return None
    return {"birth_date": parsed.birth_date(timezone.localdate()), "is_female": parsed.is_female}


@steady
@requires("participants.register")
@require_http_methods(["GET", "POST"])
def form(request: HttpRequest, token: str) -> HttpResponse:
    """The form. What was typed stays in the sealed draft until it is saved."""
    draft = drafts.read(user=request.user, token=token)
    if draft is None:
        return _without_draft(request, token)
    today = timezone.localdate()
    extra: dict[str, Any] = {
        "user": request.user,
        "nik": draft.nik,
        "today": today,
        "card_reason": draft.card_reason,
        "recent": request.session.get(RECENT, ()),
    }
    if request.method == "POST":
        filled = RegistrationForm(request.POST, **extra)
        drafts.keep(user=request.user, token=token, fields=_typed(request), now=timezone.now())
        if filled.is_valid():
            return _register(request, filled, token)
    else:
        filled = RegistrationForm(
            initial={**RegistrationForm.proposed(draft.nik, today), **draft.fields}, **extra
        )
    return _show(request, filled, draft, token)


def _typed(request: HttpRequest) -> dict[str, str]:
    return {k: v for k, v in request.POST.items() if k not in NOT_TYPED}


def _show(
    request: HttpRequest, filled: RegistrationForm, draft: drafts.Typed, token: str, taken: Any = None
) -> HttpResponse:
    context = {
        "form": filled,
        "token": token,
        "masked_nik": nik_values.mask(draft.nik).replace("*", "•"),
        "taken": taken,
        "kept_at": draft.touched_at if draft.fields else None,
        "crumbs": _crumbs(),
    }
    return render_page(request, "participants/register_form.html", context)


def _register(request: HttpRequest, filled: RegistrationForm, token: str) -> HttpResponse:
    now = timezone.now()
    try:
        participant = registration.register_participant(
            nik=filled.nik, by=request.user, today=filled.today, now=now, **filled.for_service()
        )
        cards.issue(participant_id=participant.pk, by=request.user)
    except AlreadyRegistered as known:
        other = known.participant
        if other.registered_by_id != request.user.pk or (now - other.created_at).total_seconds() > 600:
            taken = registration.whereabouts(nik=filled.nik, by=request.user)
            draft = drafts.read(user=request.user, token=token)
            return _show(request, filled, draft or drafts.Typed(filled.nik), token, taken)
        participant = other
        messages.info(request, _("This form arrived twice; the participant was registered once."))
    drafts.finish(user=request.user, token=token, number=participant.number, now=now)
    counters.forget(request.user, today=filled.today)
    _remember_kelurahan(request, filled.cleaned_data["kelurahan"])
    return redirect("participants:registered", number=participant.number)


def _remember_kelurahan(request: HttpRequest, code: str) -> None:
    """The next person in the queue mostly lives where the last ones live."""
    if code != OUTSIDE_DKI:
        before = [other for other in request.session.get(RECENT, ()) if other != code]
        request.session[RECENT] = [code, *before][:RECENT_COUNT]


def _without_draft(request: HttpRequest, token: str) -> HttpResponse:
    """The same form sent again, or a draft of somebody else."""
    if number := drafts.number_of(user=request.user, token=token):
        messages.info(request, _("This form was already saved; the participant was registered once."))
        return redirect("participants:registered", number=number)
    messages.warning(request, _("This form is no longer here. Begin with the NIK; nothing was saved."))
    return redirect("participants:register")


@requires("participants.register")
@require_POST
def keep(request: HttpRequest, token: str) -> HttpResponse:
    """What stands in the form now, saved as somebody types; without a script it leads back to the form."""
    is_kept = drafts.keep(user=request.user, token=token, fields=_typed(request), now=timezone.now())
    if is_steady(request):
        return HttpResponse(status=204 if is_kept else 409)
    return redirect("participants:register_form", token=token)


@requires("participants.register")
@require_POST
def discard(request: HttpRequest, token: str) -> HttpResponse:
    """An unfinished draft is thrown away. Nothing was registered with it."""
    if drafts.discard(user=request.user, token=token):
        messages.success(request, _("The draft is thrown away. Nobody was registered with it."))
    return redirect("participants:register")


@requires("participants.register")
@require_GET
def registered(request: HttpRequest, number: str) -> HttpResponse:
    """The number, the card ready to print, and the next one."""
    visible = Participant.objects.visible_to(request.user)
    participant = get_object_or_404(visible, number=number)
    card = participant.card_tokens.filter(revoked_at=None).select_related("participant").first()
    context = {
        "participant": participant,
        "has_phone": bool(participant.phone_lookup),
        "code": qr.draw(cards.address_of(card), border=1) if card else None,
        "photo_form": PhotoForm(),
        "has_photo": IdentityPhoto.objects.visible_to(request.user).filter(participant=participant).exists(),
        "crumbs": _crumbs(),
    }
    return render_page(request, "participants/registered.html", context)
