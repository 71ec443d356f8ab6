"""Lists of participants: upload, progress, report, mending, saving."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okoce.accounts.access import requires
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page, wants_fragment
from okoce.ui.templatetags.okoce_ui import number
from participants import areas, import_files, import_report
from participants.forms.importing import RowForm, SaveForm, UploadForm
from participants.import_report import Choice
from participants.import_words import PHASES, refusal
from participants.models import ImportBatch, ImportRow
from participants.models.imports import BatchState
from participants.services import import_mending, importing
from participants.services.importing import NotReady

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires("participants.import")
@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """The lists of the city, newest first."""
    batches = ImportBatch.objects.visible_to(request.user).select_related("uploaded_by")
    page = keyset_page(batches, request, order=["-uploaded_at"])
    rows = [{"batch": batch, "tone": import_report.STATE_TONES[batch.state]} for batch in page.rows]
    return render_page(request, "participants/imports.html", {"page": page, "rows": rows})


@requires("participants.import")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_bound and form.is_valid():
        membership = request.user.active_membership
        batch, is_new = importing.receive(
            content=form.content,
            file_name=form.cleaned_data["file"].name,
            city=membership.area_id,
            organisation=membership.organisation,
            by=request.user,
            as_of=form.cleaned_data["as_of"],
        )
        if not is_new:
            messages.info(request, _("This file was uploaded already; here is its report."))
        return redirect("participants:import", uid=batch.uid)
    city = areas.short_name(request.user.active_membership.area_id)
    return render_page(
        request,
        "participants/import_upload.html",
        {"form": form, "city": city, "crumbs": _crumbs(_("Upload a list"))},
    )


@requires("participants.import")
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    return _attachment(import_files.empty_list(request.user.active_membership.area_id), "daftar-peserta.xlsx")


@requires("participants.import")
@require_GET
def batch(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Progress while somebody works on it, then the report."""
    found = _found(request, uid)
    if found.state in importing.WORKING:
        importing.queue_if_waiting(found)
        context = {"batch": found, "crumbs": _crumbs(found.file_name), **_progress(found)}
        return render_page(request, "participants/import_progress.html", context, fragment="kemajuan")
    if wants_fragment(request) and request.htmx.target == "kemajuan":
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"  # the work is done: the whole page changes
        return response
    return _report(request, found)


def _progress(found: ImportBatch) -> dict[str, Any]:
    is_saving = found.state == BatchState.SAVING
    title = _("The list is being saved") if is_saving else _("The list is being checked")
    text = str(PHASES.get(found.phase, PHASES[""]))
    if found.rows_total:
        text = _("%(phase)s: %(done)s of %(total)s rows") % {
            "phase": text,
            "done": number(found.rows_done),
            "total": number(found.rows_total),
        }
    percent = found.rows_done * 100 // found.rows_total if found.rows_total else 0
    return {"title": title, "text": text, "percent": min(percent, 99)}


def _report(request: HttpRequest, found: ImportBatch) -> HttpResponse:
    chosen = Choice.read(request.GET)
    rows = ImportRow.objects.visible_to(request.user).filter(batch=found)
    page = keyset_page(chosen.apply(rows), request, order=["position"], count_cap=20_000)
    chips = import_report.causes(found, chosen)
    context = {
        "batch": found,
        "base": reverse("participants:import", args=[found.uid]),
        "crumbs": _crumbs(found.file_name),
        "is_checked": found.state == BatchState.CHECKED,
        "is_saved": found.state == BatchState.SAVED,
        "is_discarded": found.state == BatchState.DISCARDED,
        "refusal": refusal(found.refusal, found.refusal_params) if found.refusal else None,
        "tiles": import_report.tiles(found),
        "chips": [chip for chip in chips if not chip["is_warning"]],
        "warnings": [chip for chip in chips if chip["is_warning"]],
        "is_warning_chosen": chosen.cause.startswith("W_"),
        "kecamatan": import_report.by_kecamatan(rows),
        "chosen": chosen,
        "page": page,
        "lines": import_report.lines(page.rows, found),
        "left_over": found.totals.get("rejected", 0) + found.totals.get("duplicate", 0),
        "sheets_left_out": import_report.sheets_left_out(found),
        "other_city": areas.short_name(found.notes.get("other_kota")),
        "city": areas.short_name(found.city_id),
        "before": importing.saved_before(found) if found.state == BatchState.CHECKED else None,
    }
    return render_page(request, "participants/import_report.html", context, fragment="baris")


@requires("participants.import")
@require_http_methods(["GET", "POST"])
def save(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The question before saving, and the answer."""
    found = _found(request, uid)
    if found.state != BatchState.CHECKED or not found.new_count:
        return redirect("participants:import", uid=uid)
    form = SaveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            importing.request_save(
                batch=found, by=request.user, messages_consented=form.cleaned_data["messages_consented"]
            )
        except NotReady:
            messages.warning(
                request, _("Somebody else has dealt with this list meanwhile. Nothing was changed by you.")
            )
        return redirect("participants:import", uid=uid)
    context = {
        "batch": found,
        "form": form,
        "crumbs": _crumbs(found.file_name, _("Save"), uid=uid),
        "question": ngettext(
            "Save %(count)s participant of %(file)s?",
            "Save %(count)s participants of %(file)s?",
            found.new_count,
        )
        % {"count": number(found.new_count), "file": found.file_name},
        "consequences": _consequences(found),
        "action": ngettext("Save %(count)s row", "Save %(count)s rows", found.new_count)
        % {"count": number(found.new_count)},
    }
    return render_page(request, "participants/import_save.html", context)


def _consequences(found: ImportBatch) -> list[str]:
    left = found.totals.get("rejected", 0) + found.totals.get("duplicate", 0)
    said = [
        ngettext(
            "%(count)s person becomes a participant, with a number and the first step.",
            "%(count)s people become participants, each with a number and the first step.",
            found.new_count,
        )
        % {"count": number(found.new_count)}
    ]
    if found.existing_count:
        said.append(
            ngettext(
                "%(count)s person is registered already and stays as it is.",
                "%(count)s people are registered already and stay as they are.",
                found.existing_count,
            )
            % {"count": number(found.existing_count)}
        )
    if left:
        said.append(
            ngettext(
                "%(count)s row is not saved; you can mend it and upload it later.",
                "%(count)s rows are not saved; you can mend them and upload them later.",
                left,
            )
            % {"count": number(left)}
        )
    said.append(_("It happens whole or not at all."))
    return said


@requires("participants.import")
@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = _found(request, uid)
    if found.state not in (BatchState.CHECKED, BatchState.REFUSED):
        return redirect("participants:import", uid=uid)
    if request.method == "POST":
        try:
            importing.discard(batch=found, by=request.user)
        except NotReady:
            messages.warning(
                request, _("Somebody else has dealt with this list meanwhile. Nothing was changed by you.")
            )
            return redirect("participants:import", uid=uid)
        messages.success(request, _("The report was discarded. No participant was changed."))
        return redirect("participants:imports")
    context = {"batch": found, "form": None, "crumbs": _crumbs(found.file_name, _("Discard"), uid=uid)}
    return render_page(request, "participants/import_discard.html", context)


@requires("participants.import")
@require_POST
def rows_to_mend(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The rows that were not accepted, as a workbook with their full NIKs. A recorded POST."""
    found = _found(request, uid)
    rows = importing.hand_back(batch=found, by=request.user)
    return _attachment(import_files.rows_to_mend(rows), f"perbaikan-impor-{found.pk}.xlsx")


@requires("participants.import")
@require_http_methods(["GET", "POST"])
def row(request: HttpRequest, uid: UUID, position: int) -> HttpResponse:
    """One row that was not accepted: mend its cells and have it checked again."""
    found = _found(request, uid)
    rows = ImportRow.objects.visible_to(request.user).filter(batch=found, status__in=import_report.NOT_SAVED)
    wanted = get_object_or_404(rows, position=position)
    if found.state != BatchState.CHECKED:
        return redirect("participants:import", uid=uid)
    form = RowForm(request.POST if request.method == "POST" else None, initial=import_mending.shown(wanted))
    if request.method == "POST" and form.is_valid():
        mended = import_mending.mend(row=wanted, changes=form.cleaned_data, by=request.user)
        if mended.status not in import_report.NOT_SAVED:
            messages.success(
                request,
                _("Row %(row)s is right now and will be saved with the others.") % {"row": wanted.row},
            )
            return redirect("participants:import", uid=uid)
        wanted = mended
    context = {
        "batch": found,
        "line": import_report.lines([wanted], found)[0],
        "form": form,
        "crumbs": _crumbs(found.file_name, _("Row %(row)s") % {"row": wanted.row}, uid=uid),
    }
    return render_page(request, "participants/import_row.html", context)


def _found(request: HttpRequest, uid: UUID) -> ImportBatch:
    visible = ImportBatch.objects.visible_to(request.user).select_related("uploaded_by", "saved_by")
    return get_object_or_404(visible, uid=uid)


def _crumbs(*labels: str, uid: UUID | None = None) -> list[dict[str, str]]:
    crumbs = [{"label": _("Import data"), "url": reverse("participants:imports")}]
    for label in labels:
        crumbs.append({"label": label, "url": reverse("participants:import", args=[uid]) if uid else ""})
    return crumbs


def _attachment(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
