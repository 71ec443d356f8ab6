"""Notes, papers, and the whole history of one person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.db import sealed_files
from okoce.ui import errors
from okoce.ui.responses import render_page
from participants import history
from participants.forms.dossier import DocumentForm, NoteForm
from participants.forms.standing import WhyForm
from participants.models import Document, Note, Participant
from participants.services import dossier
from participants.services.dossier import TooManyOpened
from participants.views.finding import crumbs_of, person_of

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


# ---------------------------------------------------------------- history


@requires("participants.view")
@require_safe
def timeline(request: HttpRequest, number: str) -> HttpResponse:
    """Everything that happened, narrowed by kind, thirty at a time."""
    participant, today = person_of(request, number), timezone.localdate()
    kind = request.GET.get("jenis", "")
    kind = kind if kind in history.KINDS else ""
    events = history.events_of(participant, user=request.user, today=today)
    if kind:
        events = [event for event in events if (event.kind or history.OTHER) == kind]
    wanted = request.GET.get("halaman", "")
    number_of_page = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else 1
    last = max(1, -(-len(events) // history.PAGE))
    at = min(max(1, number_of_page), last)
    base = reverse("participants:timeline", args=[number])
    context = {
        "participant": participant,
        "events": [history.shown(e, today) for e in events[(at - 1) * history.PAGE : at * history.PAGE]],
        "chips": _chips(base, kind),
        "count": len(events),
        "page": at,
        "pages": last,
        "newer": _address(base, kind, at - 1) if at > 1 else "",
        "older": _address(base, kind, at + 1) if at < last else "",
        "crumbs": crumbs_of(participant, _("History")),
    }
    return render_page(request, "participants/timeline.html", context)


def _address(base: str, kind: str, page: int) -> str:
    parts = [f"jenis={kind}"] if kind else []
    return f"{base}?{'&'.join([*parts, f'halaman={page}'])}"


def _chips(base: str, chosen: str) -> list[dict[str, Any]]:
    chips = [{"label": _("Everything"), "url": base, "is_current": not chosen}]
    for kind, label in history.KINDS.items():
        chips.append({"label": label, "url": f"{base}?jenis={kind}", "is_current": kind == chosen})
    return chips


@requires("participants.view")
@require_safe
def changes(request: HttpRequest, number: str) -> HttpResponse:
    """What was changed in the data: before and after, numbers masked."""
    participant = person_of(request, number)
    context = {
        "participant": participant,
        "changes": history.changes_of(participant, limit=100),
        "crumbs": crumbs_of(participant, _("Changed data")),
    }
    return render_page(request, "participants/changes.html", context)


# ---------------------------------------------------------------- notes


@requires("participants.notes")
@get_or_post
def notes(request: HttpRequest, number: str) -> HttpResponse:
    """All notes that the reader may see, and a new one."""
    participant, user = person_of(request, number), request.user
    may_be_sensitive = has_permission(user, "participants.notes_sensitive")
    form = NoteForm(request.POST or None, may_be_sensitive=may_be_sensitive)
    if request.method == "POST" and form.is_valid():
        dossier.write_note(
            participant_id=participant.pk,
            text=form.cleaned_data["text"],
            is_sensitive=bool(form.cleaned_data.get("is_sensitive")),
            by=user,
        )
        messages.success(request, _("The note is kept."))
        return redirect("participants:notes", number=number)
    context = {
        "participant": participant,
        "form": form,
        "notes": notes_for(participant, user)[:200],
        "crumbs": crumbs_of(participant, _("Notes")),
    }
    return render_page(request, "participants/notes.html", context)


def notes_for(participant: Participant, user: Any) -> list[dict[str, Any]]:
    """The notes as the templates show them, newest first."""
    found = Note.objects.visible_to(user).filter(participant=participant)
    return [
        {
            "uid": note.uid,
            "text": note.text,
            "is_gone": note.taken_back_at is not None,
            "is_sensitive": note.is_sensitive,
            "author": note.author.full_name,
            "unit": note.unit.short_name if note.unit else note.get_role_display(),
            "at": note.written_at,
            "is_own": note.author_id == user.pk and note.taken_back_at is None,
        }
        for note in found.select_related("author", "unit")
    ]


@requires("participants.notes")
@require_POST
def note_take_back(request: HttpRequest, number: str, uid: str) -> HttpResponse:
    participant = person_of(request, number)
    found = Note.objects.visible_to(request.user).filter(participant=participant, author=request.user)
    dossier.take_note_back(note_id=get_object_or_404(found, uid=uid).pk, by=request.user)
    messages.success(request, _("The note is taken back."))
    return redirect("participants:notes", number=number)


# ---------------------------------------------------------------- papers


@requires("participants.documents")
@get_or_post
def document_add(request: HttpRequest, number: str) -> HttpResponse:
    participant = person_of(request, number)
    form = DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content, content_type = form.cleaned_data["file"]
        dossier.add_document(
            participant=participant,
            kind=form.cleaned_data["kind"],
            title=form.cleaned_data["title"],
            content=content,
            content_type=content_type,
            by=request.user,
        )
        messages.success(request, _("The paper is kept."))
        return redirect(participant)
    context = {
        "participant": participant,
        "form": form,
        "crumbs": crumbs_of(participant, _("Keep a paper")),
    }
    return render_page(request, "participants/document_add.html", context)


def _document(request: HttpRequest, number: str, uid: str) -> Document:
    participant = person_of(request, number)
    found = Document.objects.visible_to(request.user).kept().select_related("participant")
    return get_object_or_404(found, participant=participant, uid=uid)


@requires("participants.documents")
@require_POST
def document_open(request: HttpRequest, number: str, uid: str) -> HttpResponse:
    """The paper itself, for this reader; each opening is recorded."""
    document = _document(request, number, uid)
    try:
        content = dossier.open_document(document=document, by=request.user)
    except TooManyOpened:
        return errors.too_many(request, minutes=60)
    except FileNotFoundError:
        raise Http404 from None
    name = f"{document.participant.number}-{document.kind}.{dossier.EXTENSIONS[document.content_type]}"
    return sealed_files.private_response(content, content_type=document.content_type, file_name=name)


@requires("participants.documents")
@get_or_post
def document_remove(request: HttpRequest, number: str, uid: str) -> HttpResponse:
    document = _document(request, number, uid)
    participant, form = document.participant, WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        dossier.remove_document(document_id=document.pk, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("The paper is removed."))
        return redirect(participant)
    words = {"paper": str(document), "name": participant.full_name}
    context = {
        "question": _("Remove “%(paper)s” of %(name)s?") % words,
        "consequences": [
            _("The file is deleted and cannot be brought back."),
            _("That there was one, who removed it and why stays in the history."),
        ],
        "form": form,
        "action_label": _("Remove the paper"),
        "cancel_url": participant.get_absolute_url(),
        "cancel_label": _("Keep the paper"),
        "crumbs": crumbs_of(participant, _("Remove a paper")),
    }
    return render_page(request, "participants/confirm.html", context)
