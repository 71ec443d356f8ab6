"""My data and consents: what a participant sees and decides about the own data, made for a phone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from okoce.accounts.access import participant_only
from okoce.audit import services as audit
from okoce.db.sealed_files import private_response
from okoce.notifications import pauses
from okoce.ui.responses import render_page
from participants import areas, clock, copying, trails
from participants.enums import Channel, Purpose, RequestKind
from participants.forms.rights import CorrectionForm, WishForm
from participants.models import DataRequest, Participant
from participants.services import consents, rights

ASKED_HERE = (RequestKind.ERASURE, RequestKind.RESTRICTION)


def _me(request: HttpRequest) -> Participant:
    return get_object_or_404(Participant.objects.visible_to(request.user).named())


@participant_only
@never_cache
@require_safe
def own_data(request: HttpRequest) -> HttpResponse:
    """The own data, the four consents, what was asked, and what can be asked."""
    participant, now = _me(request), timezone.now()
    asked = list(participant.data_requests.order_by("-received_at", "-pk")[:20])
    context = {
        "participant": participant,
        "data": _data(participant),
        "businesses": list(participant.businesses.select_related("sector")),
        "consents": consents.standing_of(participant),
        "pause": pauses.told_of(participant.pk, on=timezone.localtime(now).date()),
        "rows": [
            {"row": row, "left": clock.left(row.due_at, now=now) if row.is_open else None} for row in asked
        ],
        "waiting": {row.kind for row in asked if row.is_open},
    }
    return render_page(request, "participants/rights/own_data.html", context)


def _data(participant: Participant) -> dict[str, Any]:
    return {
        "nik": participant.masked_nik.replace("*", "•"),
        "phone": participant.masked_phone.replace("*", "•"),
        "area": ", ".join(
            filter(None, (areas.name_of(participant.kelurahan_id), areas.name_of(participant.kecamatan_id)))
        ),
    }


@participant_only
@require_POST
def consent(request: HttpRequest, purpose: str) -> HttpResponse:
    """Yes or no to one purpose; it holds from this moment."""
    participant = _me(request)
    if purpose not in Purpose.values:
        raise Http404
    is_given = request.POST.get("answer") == "yes"
    deed = consents.give if is_given else consents.withdraw
    deed(participant_id=participant.pk, purpose=purpose, channel=Channel.SELF, by=request.user)
    words = {"purpose": Purpose(purpose).label}
    text = (
        _("Thank you. You agree: %(purpose)s.") % words
        if is_given
        else _("You have withdrawn: %(purpose)s. It stops now; your place in the programme stays.") % words
    )
    messages.success(request, text)
    return redirect("own_data:own_data")


@participant_only
@never_cache
@require_POST
def copy(request: HttpRequest) -> HttpResponse:
    """The copy of all own data, at once."""
    participant = _me(request)
    audit.record(request.user, "participants.copy.made", participant)
    content = copying.archive(participant, now=timezone.now())
    return private_response(content, content_type="application/zip", file_name="data-saya.zip")


@participant_only
@never_cache
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    lines = trails.trail_of(_me(request))
    return render_page(request, "participants/rights/own_trail.html", {"lines": lines, "shown": trails.SHOWN})


@participant_only
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: HttpRequest) -> HttpResponse:
    """Proposed values; the office compares them with the card and answers."""
    participant, now = _me(request), timezone.now()
    form = CorrectionForm(request.POST or None, participant=participant, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        rights.receive(
            participant_id=participant.pk,
            kind=RequestKind.CORRECTION,
            channel=Channel.SELF,
            note=form.cleaned_data["note"],
            values=form.proposed(),
            by=request.user,
            now=now,
        )
        messages.success(request, _("Your correction is with the kecamatan office. The answer comes here."))
        return redirect("own_data:own_data")
    return render_page(request, "participants/rights/own_correction.html", {"form": form})


@participant_only
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, kind: str) -> HttpResponse:
    """Erasure or restriction: what it means, then the request."""
    if kind not in ASKED_HERE:
        raise Http404
    participant, form = _me(request), WishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        rights.receive(
            participant_id=participant.pk,
            kind=kind,
            channel=Channel.SELF,
            note=form.cleaned_data["note"],
            by=request.user,
            now=timezone.now(),
        )
        messages.success(request, _("Your request is with the kecamatan office. The answer comes here."))
        return redirect("own_data:own_data")
    context = {"form": form, "is_erasure": kind == RequestKind.ERASURE}
    return render_page(request, "participants/rights/own_ask.html", context)


@participant_only
@require_POST
def take_back(request: HttpRequest, uid: Any) -> HttpResponse:
    row = get_object_or_404(DataRequest.objects.visible_to(request.user), uid=uid)
    try:
        rights.take_back(request_id=row.pk, by=request.user, now=timezone.now())
    except rights.Decided:
        messages.info(request, _("This request has been answered already."))
    else:
        messages.success(request, _("You have taken the request back."))
    return redirect("own_data:own_data")
