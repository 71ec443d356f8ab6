"""Lists of participants: upload, progress, report, mending, saving."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okoce.accounts.access import requires
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page, wants_fragment
from okoce.ui.templatetags.okoce_ui import number
from participants import areas, import_cells, import_files, import_groups, import_report
from participants.forms.importing import PassForm, PasteForm, SaveForm, UploadForm
from participants.import_report import Choice
from participants.import_words import PASS_REASONS, PHASES, TAKE_LABELS, refusal
from participants.models import ImportBatch, ImportRow
from participants.models.imports import BatchState, Kind
from participants.services import import_approval, import_mending, import_rest, importing
from participants.services.importing import NotReady

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires("participants.import")
@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """The lists of the city, newest first."""
    batches = ImportBatch.objects.visible_to(request.user).select_related("uploaded_by", "organisation")
    page = keyset_page(batches, request, order=["-uploaded_at"])
    rows = [{"batch": batch, "tone": import_report.STATE_TONES[batch.state]} for batch in page.rows]
    return render_page(request, "participants/imports.html", {"page": page, "rows": rows})


@requires("participants.import")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    bound = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*bound, user=request.user)
    if form.is_bound and form.is_valid():
        return _received(request, form, form.cleaned_data["file"].name, Kind.FILE)
    return _begin(request, "participants/import_upload.html", form, _("Upload a list"))


@requires("participants.import")
@require_http_methods(["GET", "POST"])
def paste(request: HttpRequest) -> HttpResponse:
    """Rows copied from a chat or a sheet: read like a file."""
    form = PasteForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_bound and form.is_valid():
        day = date_format(form.cleaned_data["as_of"], "SHORT_DATE_FORMAT")
        return _received(request, form, _("Pasted rows, %(day)s") % {"day": day}, Kind.PASTE)
    return _begin(request, "participants/import_paste.html", form, _("Paste rows"))


def _begin(request: HttpRequest, template: str, form: Any, label: str) -> HttpResponse:
    city = areas.short_name(request.user.active_membership.area_id)
    limit = number(settings.IMPORT_APPROVAL_ABOVE)
    context = {"form": form, "city": city, "limit": limit, "crumbs": crumbs(label)}
    return render_page(request, template, context)


def _received(request: HttpRequest, form: Any, name: str, kind: str) -> HttpResponse:
    batch, is_new = importing.receive(
        content=form.content,
        file_name=name,
        city=request.user.active_membership.area_id,
        organisation=form.cleaned_data["organisation"],
        by=request.user,
        as_of=form.cleaned_data["as_of"],
        kind=kind,
    )
    if not is_new:
        messages.info(request, _("This file was uploaded already; here is its report."))
    return redirect("participants:import", uid=batch.uid)


@requires("participants.import")
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    return _attachment(import_files.empty_list(request.user.active_membership.area_id), "daftar-peserta.xlsx")


@requires("participants.import")
@require_GET
def batch(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Progress while somebody works on it, then the report."""
    found = found_batch(request, uid)
    if found.state in importing.WORKING:
        importing.queue_if_waiting(found)
        context = {"batch": found, "crumbs": crumbs(found.file_name), **_progress(found)}
        return render_page(request, "participants/import_progress.html", context, fragment="kemajuan")
    if wants_fragment(request) and request.htmx.target == "kemajuan":
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"  # the work is done: the whole page changes
        return response
    return _report(request, found)


def _progress(found: ImportBatch) -> dict[str, Any]:
    title = {
        BatchState.SAVING: _("The list is being saved"),
        BatchState.UNDOING: _("The list is being rolled back"),
    }.get(BatchState(found.state), _("The list is being checked"))
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
    is_checked = found.state == BatchState.CHECKED
    context = {
        "batch": found,
        "base": reverse("participants:import", args=[found.uid]),
        "back": request.GET.urlencode(),
        "crumbs": crumbs(found.file_name),
        "is_checked": is_checked,
        "is_saved": found.state == BatchState.SAVED,
        "is_waiting": found.state == BatchState.WAITING,
        "is_discarded": found.state == BatchState.DISCARDED,
        "is_undone": found.state == BatchState.UNDONE,
        "refusal": refusal(found.refusal, found.refusal_params) if found.refusal else None,
        "can_match": bool(found.file) and found.kind == Kind.FILE and (is_checked or bool(found.refusal)),
        "tiles": import_report.tiles(found),
        "chips": [chip for chip in chips if not chip["is_warning"]],
        "warnings": [chip for chip in chips if chip["is_warning"]],
        "is_warning_chosen": chosen.cause.startswith("W_") or chosen.cause == import_report.SHARED_PHONE,
        "kecamatan": import_report.by_kecamatan(rows),
        "chosen": chosen,
        "groups": import_groups.groups(rows, chosen.cause, found.city_id) if is_checked else [],
        "cause_count": page.count if is_checked and chosen.cause[:2] in ("E_", "D_") else 0,
        **_warned(rows, chosen, is_checked),
        **_rest(found),
        "taking": _taking(rows) if is_checked and chosen.cause == import_report.REGISTERED else None,
        "page": page,
        "headings": import_cells.HEADINGS,
        "lines": import_cells.lines(page.rows, found, chosen.cause),
        "left_over": found.totals.get("rejected", 0) + found.totals.get("duplicate", 0),
        "sheets_left_out": import_report.sheets_left_out(found),
        "columns_read": import_report.columns_read(found),
        "other_city": areas.short_name(found.notes.get("other_kota")),
        "city": areas.short_name(found.city_id),
        "before": importing.saved_before(found) if is_checked else None,
        **_deed(found, is_checked),
        "needs_approval": is_checked and importing.needs_approval(found, request.user),
        "approval": import_approval.open_request(found) if found.state == BatchState.WAITING else None,
        "decision": import_approval.last_decision(found) if is_checked or found.saved_at else None,
        "undo_refused": found.notes.get("undo_refused"),
    }
    context["is_own_request"] = (
        context["approval"] is not None and context["approval"].asked_by_id == request.user.pk
    )
    return render_page(request, "participants/import_report.html", context, fragment="baris")


def _warned(rows: Any, chosen: Choice, is_checked: bool) -> dict[str, Any]:
    """Rows of a warning that may be accepted all at once, with the reason asked for."""
    is_warning = chosen.cause.startswith("W_") or chosen.cause == import_report.SHARED_PHONE
    count = import_report.warned(rows, chosen.cause).count() if is_checked and is_warning else 0
    return {"warned_count": count, "pass_form": PassForm() if count else None}


def _rest(found: ImportBatch) -> dict[str, Any]:
    """Of a saved list: how many rows it left over that can be mended here, and where they are mended."""
    if found.state != BatchState.SAVED:
        return {}
    rest = import_rest.rest_of(found)
    return {"rest": rest, "rest_count": 0 if rest else import_rest.left_over(found)}


def _deed(found: ImportBatch, is_checked: bool) -> dict[str, Any]:
    deed = import_mending.last_deed(found) if is_checked else None
    return {"deed": deed, "passed_why": PASS_REASONS.get(deed.new) if deed else None}


def _taking(rows: Any) -> dict[str, Any]:
    """For registered people: what the list has otherwise, as choices that count for all of them."""
    counts = {name: count for name, count in import_groups.counted_takes(rows).items() if count}
    return {
        "choices": [
            {"name": name, "label": TAKE_LABELS[name], "count": count} for name, count in counts.items()
        ],
    }


@requires("participants.import")
@require_http_methods(["GET", "POST"])
def save(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The question before saving, and the answer. Where two people are needed it asks the second one."""
    found = found_batch(request, uid)
    if found.state != BatchState.CHECKED or not (found.new_count or found.taken_count):
        return redirect("participants:import", uid=uid)
    form = SaveForm(request.POST if request.method == "POST" else None)
    needs_approval = importing.needs_approval(found, request.user)
    if request.method == "POST" and form.is_valid():
        try:
            import_approval.ask_to_save(
                batch=found, by=request.user, messages_consented=form.cleaned_data["messages_consented"]
            )
        except NotReady:
            tell_not_ready(request)
        return redirect("participants:import", uid=uid)
    count = found.new_count + found.taken_count
    context = {
        "batch": found,
        "form": form,
        "crumbs": crumbs(found.file_name, _("Save"), uid=uid),
        "question": ngettext(
            "Save %(count)s participant of %(file)s?",
            "Save %(count)s participants of %(file)s?",
            count,
        )
        % {"count": number(count), "file": found.file_name},
        "consequences": _consequences(found, needs_approval=needs_approval),
        "action": _("Ask a second person to agree")
        if needs_approval
        else ngettext("Save %(count)s row", "Save %(count)s rows", count) % {"count": number(count)},
    }
    return render_page(request, "participants/import_save.html", context)


def _consequences(found: ImportBatch, *, needs_approval: bool) -> list[str]:
    left = found.totals.get("rejected", 0) + found.totals.get("duplicate", 0)
    said = [
        ngettext(
            "%(count)s person becomes a participant, with a number and the first step.",
            "%(count)s people become participants, each with a number and the first step.",
            found.new_count,
        )
        % {"count": number(found.new_count)}
    ]
    if found.taken_count:
        said.append(
            ngettext(
                "The data of %(count)s registered person change as you chose.",
                "The data of %(count)s registered people change as you chose.",
                found.taken_count,
            )
            % {"count": number(found.taken_count)}
        )
    if stays := found.existing_count - found.taken_count:
        said.append(
            ngettext(
                "%(count)s person is registered already and stays as it is.",
                "%(count)s people are registered already and stay as they are.",
                stays,
            )
            % {"count": number(stays)}
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
    if needs_approval:
        said.append(
            _(
                "A second officer of your Sudin has to agree first: the list changes more than %(limit)s "
                "people, or it is of another agency. Until then nothing is saved."
            )
            % {"limit": number(settings.IMPORT_APPROVAL_ABOVE)}
        )
    said.append(_("It happens whole or not at all."))
    return said


@requires("participants.import")
@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = found_batch(request, uid)
    if found.state not in (BatchState.CHECKED, BatchState.REFUSED):
        return redirect("participants:import", uid=uid)
    if request.method == "POST":
        try:
            importing.discard(batch=found, by=request.user)
        except NotReady:
            tell_not_ready(request)
            return redirect("participants:import", uid=uid)
        messages.success(request, _("The report was discarded. No participant was changed."))
        return redirect("participants:imports")
    context = {"batch": found, "form": None, "crumbs": crumbs(found.file_name, _("Discard"), uid=uid)}
    return render_page(request, "participants/import_discard.html", context)


@requires("participants.import")
@require_POST
def rows_to_mend(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The rows that were not accepted, as a workbook with their full NIKs. A recorded POST."""
    found = found_batch(request, uid)
    rows = importing.hand_back(batch=found, by=request.user)
    return _attachment(import_files.rows_to_mend(rows), f"perbaikan-impor-{found.pk}.xlsx")


def found_batch(request: HttpRequest, uid: UUID) -> ImportBatch:
    visible = ImportBatch.objects.visible_to(request.user)
    people = ("uploaded_by", "saved_by", "organisation", "undo_requested_by", "rest_of")
    return get_object_or_404(visible.select_related(*people), uid=uid)


def tell_not_ready(request: HttpRequest) -> None:
    messages.warning(
        request, _("Somebody else has dealt with this list meanwhile. Nothing was changed by you.")
    )


def crumbs(*labels: str, uid: UUID | None = None) -> list[dict[str, str]]:
    trail = [{"label": _("Import data"), "url": reverse("participants:imports")}]
    for label in labels:
        trail.append({"label": label, "url": reverse("participants:import", args=[uid]) if uid else ""})
    return trail


def _attachment(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
