"""Papers that vendors sent: the list of those that wait, the paper itself, the decision."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bazaars import errors
from bazaars.models import PaperSent
from bazaars.paper_forms import DecidePaperForm, SendPapersForm
from bazaars.services import papers as services
from bazaars.views.events import get_or_post
from okoce.accounts.access import requires
from okoce.db.sealed_files import private_response
from okoce.ui import errors as pages
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from participants.models import Participant
from participants.services.dossier import EXTENSIONS, TooManyOpened


def posted(request: HttpRequest) -> tuple[Any, Any]:
    """What a form of files is bound to; nothing unless the page was posted."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def send_papers(request: HttpRequest, form: SendPapersForm, me: Participant, *, now: datetime) -> int:
    """Keeps what a vendor has chosen, and says so; how many."""
    for kind, content, content_type in form.files_sent:
        services.send(
            participant_id=me.pk,
            paper=kind,
            content=content,
            content_type=content_type,
            by=request.user,
            now=now,
        )
        words = _("%(paper)s has arrived and is being checked.")
        messages.success(request, words % {"paper": kind.name})
    return len(form.files_sent)


@requires("bazaars.check_papers")
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits in the own area, the oldest first."""
    rows = PaperSent.objects.visible_to(request.user).waiting().select_related("participant", "paper")
    page = keyset_page(rows, request, order=["sent_at", "pk"], size=25)
    return render_page(request, "bazaars/papers_waiting.html", {"page": page})


def _sent(request: HttpRequest, uid: UUID) -> PaperSent:
    rows = PaperSent.objects.visible_to(request.user).select_related("participant", "paper")
    return get_object_or_404(rows, uid=uid)


@requires("bazaars.check_papers")
@get_or_post
def decide(request: HttpRequest, uid: UUID) -> HttpResponse:
    sent, now = _sent(request, uid), timezone.now()
    form = DecidePaperForm(request.POST or None, today=timezone.localdate(now))
    if request.method == "POST" and form.is_valid():
        try:
            said = _decide(form, sent, request, now)
        except errors.Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, said)
        return redirect("bazaars:papers_waiting")
    context = {
        "sent": sent,
        "form": form,
        "crumbs": [
            {"label": _("Papers to check"), "url": reverse("bazaars:papers_waiting")},
            {"label": sent.participant.full_name, "url": ""},
        ],
    }
    return render_page(request, "bazaars/paper_decide.html", context)


def _decide(form: DecidePaperForm, sent: PaperSent, request: HttpRequest, now: datetime) -> str:
    data = form.cleaned_data
    if data["decision"] == "accept":
        services.accept(
            uid=sent.uid, valid_until=data["valid_until"], by=request.user, today=form.today, now=now
        )
        return _("Accepted. The paper counts for every bazaar from now on.")
    services.refuse(uid=sent.uid, reason=data["reason"], by=request.user, now=now)
    return _("Refused. The vendor reads your reason and can send another.")


@requires("bazaars.check_papers")
@require_POST
def open_paper(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The paper itself: a photo in the window, a PDF as a download. A POST, for each opening is recorded."""
    sent = _sent(request, uid)
    try:
        content = services.open_file(sent, by=request.user, now=timezone.now())
    except TooManyOpened:
        return pages.too_many(request, minutes=60)
    except FileNotFoundError:
        raise Http404 from None
    name = (
        "" if sent.is_photo else f"{sent.participant.number}-{sent.paper_id}.{EXTENSIONS[sent.content_type]}"
    )
    return private_response(content, content_type=sent.content_type, file_name=name)
