"""The steps around a list: its columns, what changed since the last one, the second person, the roll-back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okoce.accounts.access import requires
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import number
from participants import import_changes, import_groups, import_report, import_words
from participants.forms.import_columns import ColumnsForm
from participants.forms.importing import SendBackForm
from participants.importing.codes import ImportRefused
from participants.models import ImportBatch, ImportRow
from participants.models.imports import BatchState, Kind
from participants.services import import_approval, import_columns, import_comparing, import_undoing, importing
from participants.services.import_approval import OwnRequest
from participants.services.import_undoing import BuiltOn
from participants.services.importing import NotReady
from participants.views.importing import crumbs, found_batch, tell_not_ready

MATCHABLE = (BatchState.CHECKED, BatchState.REFUSED)


# ---------------------------------------------------------------- columns
@requires("participants.import")
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Which column holds what, sheet by sheet, with masked samples: corrected here, the file is read anew."""
    found = found_batch(request, uid)
    if found.state not in MATCHABLE or not found.file or found.kind != Kind.FILE:
        return redirect("participants:import", uid=uid)
    try:
        sheets = import_columns.described(importing.opened(found))
    except (ImportRefused, FileNotFoundError):  # a restored database may be without its files
        messages.warning(request, _("The file is not there any more. Upload the list again."))
        return redirect("participants:import", uid=uid)
    form = ColumnsForm(request.POST if request.method == "POST" else None, sheets=sheets, batch=found)
    if request.method == "POST" and form.is_valid():
        try:
            importing.match_columns(
                batch=found,
                mapping=form.mapping,
                sheets=sheets,
                as_of=form.cleaned_data["as_of"],
                by=request.user,
            )
        except NotReady:
            tell_not_ready(request)
        return redirect("participants:import", uid=uid)
    context = {
        "batch": found,
        "form": form,
        "sheets": form.shown(),
        "mended": found.mendings.filter(undone_at=None).count(),
        "crumbs": crumbs(found.file_name, _("Columns"), uid=uid),
    }
    return render_page(request, "participants/import_columns.html", context)


# ---------------------------------------------------------------- the list before
@requires("participants.import")
@require_GET
def comparison(request: HttpRequest, uid: UUID) -> HttpResponse:
    """New, changed, same and gone against the sender's list before."""
    found = found_batch(request, uid)
    if found.compared_with_id is None:
        return redirect("participants:import", uid=uid)
    part = request.GET.get("bagian", "")
    part = part if part in import_changes.PARTS else import_comparing.CHANGED
    rows = import_changes.rows_of(found, part, ImportRow.objects.visible_to(request.user))
    page = keyset_page(rows, request, order=["position"], known_count=found.comparison.get(part, 0))
    is_checked = found.state == BatchState.CHECKED
    changed = import_changes.rows_of(
        found, import_comparing.CHANGED, ImportRow.objects.visible_to(request.user)
    )
    counts = import_groups.counted_takes(changed) if is_checked else {}
    context = {
        "batch": found,
        "earlier": found.compared_with,
        "part": part,
        "chips": import_changes.chips(found, part),
        "is_checked": is_checked,
        "choices": [
            {"name": name, "label": import_words.TAKE_LABELS[name], "count": count}
            for name, count in counts.items()
            if count
        ],
        "page": page,
        "lines": import_changes.lines(page.rows, found, part),
        "back": request.GET.urlencode(),
        "crumbs": crumbs(found.file_name, _("Difference"), uid=uid),
    }
    return render_page(request, "participants/import_comparison.html", context)


# ---------------------------------------------------------------- the second person
@requires("participants.approve_import")
@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What would be saved, who asked, and the answer: agree, or send back with a reason."""
    found = found_batch(request, uid)
    if found.state != BatchState.WAITING:
        return redirect("participants:import", uid=uid)
    is_return = request.method == "POST" and request.POST.get("putusan") == "kembalikan"
    form = SendBackForm(request.POST if is_return else None)
    if request.method == "POST" and (not is_return or form.is_valid()):
        try:
            if is_return:
                import_approval.send_back(batch=found, by=request.user, reason=form.cleaned_data["reason"])
                messages.success(request, _("The list is sent back. Your colleague sees the reason."))
            else:
                import_approval.approve(batch=found, by=request.user)
        except NotReady:
            tell_not_ready(request)
        except OwnRequest:
            messages.warning(request, _("You asked for this yourself. Another officer has to agree."))
        return redirect("participants:import", uid=uid)
    asked = import_approval.open_request(found)
    if asked is None:
        return redirect("participants:import", uid=uid)
    context = {
        "batch": found,
        "asked": asked,
        "is_own": asked.asked_by_id == request.user.pk,
        "form": form,
        "tiles": import_report.tiles(found),
        "action": ngettext("Agree and save %(count)s row", "Agree and save %(count)s rows", asked.rows_count)
        % {"count": number(asked.rows_count)},
        "crumbs": crumbs(found.file_name, _("Second person"), uid=uid),
    }
    return render_page(request, "participants/import_approve.html", context)


@requires("participants.import")
@require_POST
def withdraw(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = found_batch(request, uid)
    try:
        import_approval.withdraw(batch=found, by=request.user)
    except NotReady:
        tell_not_ready(request)
    except OwnRequest:
        messages.warning(request, _("Only the officer who asked can take the request back."))
    else:
        messages.success(request, _("The request is taken back. The list can be mended again."))
    return redirect("participants:import", uid=uid)


# ---------------------------------------------------------------- the roll-back
@requires("participants.import")
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What a roll-back of a saved list would take away; refused in words when somebody has built on it."""
    found = found_batch(request, uid)
    if found.state != BatchState.SAVED:
        return redirect("participants:import", uid=uid)
    if request.method == "POST":
        try:
            import_undoing.ask_to_undo(batch=found, by=request.user)
        except NotReady:
            tell_not_ready(request)
        except BuiltOn as refused:
            return _undo_page(request, found, refused.loss, status=409)
        return redirect("participants:import", uid=uid)
    return _undo_page(request, found, import_undoing.loss_of(found))


def _undo_page(
    request: HttpRequest, found: ImportBatch, loss: import_undoing.Loss, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "batch": found,
        "loss": loss,
        "obstacles": [
            {
                "words": import_words.obstacle(one.code, one.count),
                "people": one.people,
                "more": one.count - len(one.people),
            }
            for one in loss.obstacles
        ],
        "consequences": _losses(loss),
        "action": ngettext(
            "Roll the list back, remove %(count)s person",
            "Roll the list back, remove %(count)s people",
            loss.people,
        )
        % {"count": number(loss.people)},
        "crumbs": crumbs(found.file_name, _("Roll back"), uid=found.uid),
    }
    return render_page(request, "participants/import_undo.html", context, status=status)


def _losses(loss: import_undoing.Loss) -> list[str]:
    said = [
        ngettext(
            "%(count)s person is removed, with business, enrolment, first step, consent and history.",
            "%(count)s people are removed, with businesses, enrolments, first steps, consents and history.",
            loss.people,
        )
        % {"count": number(loss.people)}
    ]
    if loss.put_back:
        said.append(
            ngettext(
                "%(count)s person who was registered before gets back what the register said.",
                "%(count)s people who were registered before get back what the register said.",
                loss.put_back,
            )
            % {"count": number(loss.put_back)}
        )
    said.append(_("Everybody else stays untouched. Their participant numbers are not given again."))
    said.append(_("The trail keeps who saved the list and who rolled it back."))
    said.append(_("It happens whole or not at all."))
    return said
