"""Moving somebody to another area, asking another office for somebody, and answering such requests."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from participants import areas, counters
from participants.forms.standing import AskForm, RefuseForm, TransferForm
from participants.models import Participant, RequestState, TransferRequest
from participants.services import transfers
from participants.services.transfers import TransferProblem, TransferRefused
from participants.views.finding import crumbs_of, person_of

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
ASKABLE = "transfer_askable"  # session: whom the office met at the counter, by token
ASKABLE_KEPT = 10
ASKABLE_SECONDS = 3600
TONES = {
    RequestState.WAITING: "warn",
    RequestState.ACCEPTED: "ok",
    RequestState.REFUSED: "bad",
    RequestState.EXPIRED: "",
    RequestState.WITHDRAWN: "",
}


def _problem_words(problem: TransferProblem) -> str:
    return {
        TransferProblem.FUTURE: _("This day lies in the future. Record it when it has happened"),
        TransferProblem.BEFORE_REGISTRATION: _("This day is before the registration. Compare the year"),
        TransferProblem.NOT_YOURS: _("Moves between cities are for the Sudin. Ask the Sudin of your city"),
        TransferProblem.ALREADY_YOURS: _("This person is registered in your area already"),
        TransferProblem.ANSWERED: _("This request was answered meanwhile"),
        TransferProblem.LAPSED: _("This request has lapsed. The other office can ask again"),
        TransferProblem.NO_AGENCY: _("Choose the agency that is left, or the one that is joined"),
        TransferProblem.DIED: _("This person is recorded as dead. If that is wrong, take the record back"),
    }[problem]


@requires("participants.transfer")
@get_or_post
def transfer(request: HttpRequest, number: str) -> HttpResponse:
    """The office moves somebody it holds to another kecamatan."""
    participant, today = person_of(request, number), timezone.localdate()
    form = TransferForm(request.POST or None, participant=participant, user=request.user, today=today)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            transfers.transfer(
                participant_id=participant.pk,
                to_kelurahan=data["kelurahan"],
                moved_on=data["day"],
                reason=data["reason"],
                by=request.user,
                today=today,
            )
        except TransferRefused as refused:
            form.add_error(None, _problem_words(refused.problem))
        else:
            counters.forget(request.user, today=today)
            words = {"name": participant.full_name, "place": areas.name_of(data["kelurahan"][:8])}
            messages.success(
                request, _("%(name)s belongs to %(place)s now; the office there sees it.") % words
            )
            return _to_person_or_list(request, participant)
    context = {
        "participant": participant,
        "form": form,
        "place": areas.name_of(participant.kecamatan_id),
        "crumbs": crumbs_of(participant, _("Move")),
    }
    return render_page(request, "participants/transfer.html", context)


def _to_person_or_list(request: HttpRequest, participant: Participant) -> HttpResponse:
    """To the person while the office still sees them."""
    if Participant.objects.visible_to(request.user).filter(pk=participant.pk).exists():
        return redirect(participant)
    return redirect("participants:list")


# ---------------------------------------------------------------- asking


def ask_url(request: HttpRequest, participant_id: int) -> str:
    """Where the office asks for somebody whose NIK it just typed at the counter; empty for nobody."""
    if not participant_id or not has_permission(request.user, "participants.transfer"):
        return ""
    kept = request.session.get(ASKABLE, {})
    token = next((t for t, entry in kept.items() if entry["pk"] == participant_id), "")
    token = token or secrets.token_urlsafe(12)
    newest = sorted(kept.items(), key=lambda item: item[1]["at"])[-(ASKABLE_KEPT - 1) :]
    entry = {"pk": participant_id, "at": timezone.now().timestamp()}
    request.session[ASKABLE] = {**dict(newest), token: entry}
    return reverse("participants:transfer_ask", args=[token])


@requires("participants.transfer")
@get_or_post
def ask(request: HttpRequest, token: str) -> HttpResponse:
    """Asks the office that holds somebody. Shows what the counter said, and nothing more."""
    entry, today = request.session.get(ASKABLE, {}).get(token), timezone.localdate()
    if entry is None or timezone.now().timestamp() - entry["at"] > ASKABLE_SECONDS:
        messages.warning(request, _("Type the NIK once more: this page is kept for an hour only."))
        return redirect("participants:register")
    form = AskForm(request.POST or None, user=request.user, today=today)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            asked = transfers.request_transfer(
                participant_id=entry["pk"],
                to_kelurahan=data["kelurahan"],
                moved_on=data["day"],
                reason=data["reason"],
                by=request.user,
                today=today,
            )
        except TransferRefused as refused:
            form.add_error(None, _problem_words(refused.problem))
        else:
            messages.success(request, _("The request is sent. The other office answers within two weeks."))
            return redirect("participants:transfer_request", uid=asked.uid)
    context = {
        "form": form,
        "held_at": transfers.held_at(entry["pk"]),
        "crumbs": [
            {"label": _("Register a participant"), "url": reverse("participants:register")},
            {"label": _("Ask for a participant"), "url": ""},
        ],
    }
    return render_page(request, "participants/transfer_ask.html", context)


@requires("participants.transfer")
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """What waits for the office's answer, what it asked for itself, and who came lately."""
    today, user = timezone.localdate(), request.user
    waiting = TransferRequest.objects.visible_to(user).to_be_decided_by(user).waiting(today)
    asked = TransferRequest.objects.visible_to(user).asked_by_office_of(user).select_related("asked_by")
    page = keyset_page(asked, request, order=["-asked_at", "-pk"], size=20)
    arrived = list(transfers.arrived_in(user, since=today - timedelta(days=30))[:20])
    context = {
        "waiting": [_held_row(row) for row in waiting.select_related("participant", "asked_unit")[:50]],
        "page": page,
        "asked": [_asked_row(row, today) for row in page.rows],
        "arrived": [_arrived_row(row) for row in arrived],
        "crumbs": _crumbs(),
    }
    return render_page(request, "participants/transfer_requests.html", context)


def _crumbs(here: str = "") -> list[dict[str, str]]:
    items = [
        {"label": _("Participants"), "url": reverse("participants:list")},
        {"label": _("Moves"), "url": reverse("participants:transfers") if here else ""},
    ]
    return [*items, {"label": here, "url": ""}] if here else items


def _held_row(row: TransferRequest) -> dict[str, Any]:
    return {
        "url": reverse("participants:transfer_request", args=[row.uid]),
        "name": row.participant.full_name,
        "number": row.participant.number,
        "unit": row.asked_unit.short_name if row.asked_unit else "",
        "place": _place(row.to_kelurahan_id),
        "asked_at": row.asked_at,
        "expires_on": row.expires_on,
    }


def _asked_row(row: TransferRequest, today: Any) -> dict[str, Any]:
    """Of the person nothing but where they are; the name once they are handed over is on their own page."""
    state = _state_of(row, today)
    return {
        "url": reverse("participants:transfer_request", args=[row.uid]),
        "held_at": row.held_at,
        "asked_at": row.asked_at,
        "by": row.asked_by.full_name,
        "state": RequestState(state).label,
        "tone": TONES[RequestState(state)],
    }


def _arrived_row(row: Any) -> dict[str, Any]:
    return {
        "url": row.participant.get_absolute_url(),
        "name": row.participant.full_name,
        "number": row.participant.number,
        "old": areas.name_of(row.from_kecamatan_id),
        "moved_on": row.moved_on,
    }


def _state_of(row: TransferRequest, today: Any) -> str:
    is_late = row.state == RequestState.WAITING and row.expires_on < today
    return RequestState.EXPIRED if is_late else row.state


def _place(kelurahan: str) -> str:
    parts = (areas.name_of(kelurahan), areas.name_of(kelurahan[:8]), areas.short_name(kelurahan[:5]))
    return ", ".join(filter(None, parts))


@requires("participants.transfer")
@get_or_post
def transfer_request(request: HttpRequest, uid: str) -> HttpResponse:
    """One request: the holder answers it, the asking office sees how it stands."""
    today, user = timezone.localdate(), request.user
    row = get_object_or_404(
        TransferRequest.objects.visible_to(user).select_related(
            "participant", "asked_unit", "asked_by", "decided_by"
        ),
        uid=uid,
    )
    mine = TransferRequest.objects.visible_to(user).asked_by_office_of(user).filter(pk=row.pk).exists()
    may_decide = TransferRequest.objects.visible_to(user).to_be_decided_by(user).filter(pk=row.pk).exists()
    may_see = Participant.objects.visible_to(user).filter(pk=row.participant_id).exists()
    form = RefuseForm(request.POST if request.POST.get("answer") == "refuse" else None)
    problem = ""
    if request.method == "POST":
        try:
            if _answer(request, row, form):
                counters.forget(user, today=today)
                return redirect("participants:transfer_request", uid=uid)
        except TransferRefused as refused:
            problem = _problem_words(refused.problem)
    state = RequestState(_state_of(row, today))
    context = {
        "row": row,
        "form": form,
        "problem": problem,
        "is_mine": mine,
        "participant": row.participant if may_see else None,
        "place": _place(row.to_kelurahan_id),
        "state": state.label,
        "tone": TONES[state],
        "is_waiting": state is RequestState.WAITING,
        "may_decide": may_decide and state is RequestState.WAITING,
        "crumbs": _crumbs(_("Request to move a participant")),
    }
    return render_page(request, "participants/transfer_request.html", context)


def _answer(request: HttpRequest, row: TransferRequest, form: RefuseForm) -> bool:
    """Whether an answer was given."""
    today, by = timezone.localdate(), request.user
    if request.POST.get("answer") == "accept":
        transfers.accept(request_id=row.pk, by=by, today=today)
        messages.success(request, _("The person is handed over. Earlier quarters count as before."))
        return True
    if request.POST.get("answer") == "refuse" and form.is_valid():
        transfers.refuse(request_id=row.pk, answer=form.cleaned_data["reason"], by=by, today=today)
        messages.success(request, _("The request is refused; the other office sees your reason."))
        return True
    return False


@requires("participants.transfer")
@require_POST
def withdraw(request: HttpRequest, uid: str) -> HttpResponse:
    """The asking office takes its request back."""
    row = get_object_or_404(
        TransferRequest.objects.visible_to(request.user).asked_by_office_of(request.user), uid=uid
    )
    try:
        transfers.withdraw(request_id=row.pk, by=request.user)
    except TransferRefused as refused:
        messages.warning(request, _problem_words(refused.problem))
    else:
        messages.success(request, _("The request is taken back."))
    return redirect("participants:transfers")
