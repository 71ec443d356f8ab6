"""Asking for an export, watching it being made, downloading it."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page, wants_fragment
from okoce.ui.templatetags.okoce_ui import number
from participants import export_reasons, exports, filter_fields, selections
from participants.forms.exporting import ExportForm
from participants.models import ExportJob
from participants.models.lists import ExportFormat, ExportState
from participants.services import exporting

TYPES = {
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.CSV: "text/csv; charset=utf-8",
}
TONES = {
    ExportState.WAITING: "info",
    ExportState.RUNNING: "info",
    ExportState.DONE: "ok",
    ExportState.FAILED: "bad",
    ExportState.EXPIRED: "",
}


def _crumbs(*steps: tuple[str, str]) -> list[dict[str, str]]:
    crumbs = [{"label": _("Participants"), "url": reverse("participants:list")}]
    return crumbs + [{"label": label, "url": url} for label, url in steps]


@requires("participants.export")
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, token: str) -> HttpResponse:
    """Who is in it, which columns, and why; a POST asks for it."""
    user, today = request.user, timezone.localdate()
    selection = selections.find(request, token)
    may_personal = has_permission(user, "participants.export_personal")
    form = ExportForm(request.POST if request.method == "POST" else None, may_personal=may_personal)
    if request.method == "POST" and form.is_valid():
        job, is_new = _request(request, selection, form.cleaned_data)
        if not is_new:
            messages.info(request, _("You asked for this very file a moment ago. Here it is."))
        return redirect("participants:export_job", job.uid)
    people = selection.people(user, today)
    meant, usable = people.order_by().count(), exports.allowed(people, reason="").order_by().count()
    context = {
        "form": form,
        "groups": form.groups(),
        "meant": meant,
        "left_out": meant - usable,
        "asks": filter_fields.described(selection.chosen.chosen(), user, today),
        "is_ticked": selection.ids is not None,
        "back_url": reverse("participants:list") + selection.chosen.address(),
        "action_label": ngettext(
            "Make the file of %(count)s participant", "Make the file of %(count)s participants", usable
        )
        % {"count": number(usable)},
        "crumbs": _crumbs((_("Export"), "")),
    }
    return render_page(request, "participants/export_new.html", context)


def _request(
    request: HttpRequest, selection: selections.Selection, data: dict[str, Any]
) -> tuple[ExportJob, bool]:
    uid, chosen = uuid.uuid4(), selection.chosen.chosen()
    columns = [c.code for c in exports.export_columns.chosen(data["columns"], may_personal=True)]
    asked = {
        "chosen": chosen,
        "ids": selection.ids,
        "columns": columns,
        "reason": data["reason"],
        "format": data["format"],
        "language": get_language(),
    }
    return exporting.request(
        uid=uid,
        digest=exporting.digest_of(request.user, asked=asked),
        filters={name: value for name, value in chosen.items() if name != "q"},
        asked_ciphertext=selection.sealed(uid, exporting.ASKED_COLUMN),
        columns=columns,
        has_personal_numbers=data["has_personal_numbers"],
        reason=data["reason"],
        format=data["format"],
        language=get_language() or "id",
        by=request.user,
    )


@requires("participants.export")
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """The own exports, newest first."""
    page = keyset_page(ExportJob.objects.visible_to(request.user), request, order=["-made_at"], size=20)
    today = timezone.localdate()
    rows = [_told(job, request.user, today) for job in page.rows]
    context = {"page": page, "rows": rows, "crumbs": _crumbs((_("My exports"), ""))}
    return render_page(request, "participants/exports.html", context)


def _told(job: ExportJob, user: Any, today: Any) -> dict[str, Any]:
    return {
        "job": job,
        "tone": TONES[ExportState(job.state)],
        "asks": filter_fields.described(job.filters, user, today),
        "reason": export_reasons.WORDS.get(job.reason, ""),
        "is_ready": job.state == ExportState.DONE,
    }


@requires("participants.export")
@require_GET
def job(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Progress while it is made, then the file."""
    found = get_object_or_404(ExportJob.objects.visible_to(request.user), uid=uid)
    is_working = found.state in exporting.WORKING
    if is_working:
        exporting.queue_if_waiting(found)
    elif wants_fragment(request) and request.htmx.target == "kemajuan":
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"  # the file is made: the whole page changes
        return response
    said = {"done": number(found.rows_done), "total": number(found.rows_total)}
    context = {
        **_told(found, request.user, timezone.localdate()),
        "is_working": is_working,
        "is_failed": found.state == ExportState.FAILED,
        "text": _("%(done)s of %(total)s participants") % said
        if found.rows_total
        else _("It begins in a moment."),
        "percent": min(99, found.rows_done * 100 // found.rows_total) if found.rows_total else 0,
        "crumbs": _crumbs((_("My exports"), reverse("participants:exports")), (_("Export"), "")),
    }
    return render_page(request, "participants/export_job.html", context, fragment="kemajuan")


@requires("participants.export")
@require_POST
def download(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The file, to its asker only, recorded. A stream of a file that is made: no question to the database."""
    found = get_object_or_404(ExportJob.objects.visible_to(request.user), uid=uid)
    needs = "participants.export_personal" if found.has_personal_numbers else "participants.export"
    content = exporting.download(job=found, by=request.user) if has_permission(request.user, needs) else None
    if content is None:
        messages.warning(request, _("This file is not there any more. Ask for it again."))
        return redirect("participants:export_job", uid)
    response = StreamingHttpResponse(content, content_type=TYPES[ExportFormat(found.format)])
    name = f"peserta-{timezone.localtime(found.made_at):%Y%m%d-%H%M}.{found.format}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Length"] = str(found.file_size)
    response["Cache-Control"] = "private, no-store"
    return response
