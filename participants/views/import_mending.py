"""Mending a checked list: one row, one cause in all its rows, rows left out, doubles, registered people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from okoce.accounts.access import WrongRole, requires
from okoce.accounts.roles import has_permission
from okoce.ui import errors
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import number
from participants import import_cells, import_fields, import_merging, import_report
from participants.forms.importing import CauseForm, PassForm, RowForm, TakeForm
from participants.import_report import Choice
from participants.models import ImportBatch, ImportRow
from participants.models.imports import BatchState, RowOutcome
from participants.services import import_comparing, import_mending, import_rechecking, import_rest
from participants.services.changes import TooManyUnmasked
from participants.services.import_mending import NothingToMend
from participants.services.importing import NotReady
from participants.views.importing import crumbs, found_batch, tell_not_ready


@requires("participants.import")
@require_http_methods(["GET", "POST"])
def row(request: HttpRequest, uid: UUID, position: int) -> HttpResponse:
    """One row: type its cells anew and have it checked again. The report sends single cells here too."""
    found, wanted = _row(request, uid, position)
    if found.state != BatchState.CHECKED:
        return redirect("participants:import", uid=uid)
    initial = _initial(wanted)
    form = RowForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            mended = import_mending.mend(row=wanted, changes=form.changes(), by=request.user)
        except NotReady:
            tell_not_ready(request)
            return _back(request, found)
        if mended.status not in import_report.LEFT:
            words = _("Row %(row)s is right now and will be saved with the others.") % {"row": wanted.row}
            messages.success(request, words)
            return _back(request, found)
        wanted = mended
        missing = {name: text for name, text in initial.items() if name not in request.POST}
        form = _whole(request, missing)
    return _row_page(request, found, wanted, form)


@requires("participants.import")
@require_POST
def open_row(request: HttpRequest, uid: UUID, position: int) -> HttpResponse:
    """The row with its NIK, phone and birth date, on this answer only. A POST: each opening is recorded."""
    if not has_permission(request.user, "participants.unmask"):
        raise WrongRole("participants.unmask")
    found, wanted = _row(request, uid, position)
    if found.state != BatchState.CHECKED:
        return redirect("participants:import", uid=uid)
    try:
        opened = import_mending.open_row(row=wanted, by=request.user)
    except TooManyUnmasked:
        return errors.too_many(request, minutes=60)
    return _row_page(request, found, wanted, RowForm(initial=_initial(wanted)), opened=opened)


def _initial(wanted: ImportRow) -> dict[str, str]:
    cells = import_fields.shown(import_rechecking.cells_of(wanted))
    return {name: text for name, text in cells.items() if name not in import_fields.HIDDEN}


def _row_page(
    request: HttpRequest,
    found: ImportBatch,
    wanted: ImportRow,
    form: RowForm,
    opened: dict[str, str] | None = None,
) -> HttpResponse:
    line = import_cells.lines([wanted], found)[0]
    context = {
        "batch": found,
        "line": line,
        "form": form,
        "opened": opened,
        "may_open": has_permission(request.user, "participants.unmask"),
        "pass_form": PassForm() if line.is_warned else None,
        "is_left_out": wanted.status == import_report.IGNORED,
        "back": _back_query(request),
        "crumbs": crumbs(found.file_name, _("Row %(row)s") % {"row": wanted.row}, uid=found.uid),
    }
    return render_page(request, "participants/import_row.html", context)


def _whole(request: HttpRequest, missing: dict[str, str]) -> RowForm:
    """What was typed, in a form with all cells: the report may have sent only one of them."""
    data = request.POST.copy()
    for name, text in missing.items():
        data[name] = text
    return RowForm(data)


@requires("participants.import")
@require_POST
def cause(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The same replacement in all rows of one cause with the same words."""
    found = found_batch(request, uid)
    form = CauseForm(request.POST, city=found.city_id)
    if not form.is_valid():
        messages.error(request, next(iter(form.errors.values()))[0])
        return _back(request, found)
    return _deed(
        request,
        found,
        lambda: import_mending.mend_cause(
            batch=found,
            cause=form.cleaned_data["sebab"],
            written=form.written,
            changes=form.changes,
            by=request.user,
        ),
        _said_of_cause,
    )


def _said_of_cause(mending: Any) -> str:
    left = mending.rows_count - mending.fine_count
    done = ngettext(
        "“%(old)s” became “%(new)s” in %(count)s row.",
        "“%(old)s” became “%(new)s” in %(count)s rows.",
        mending.rows_count,
    ) % {"old": mending.old, "new": mending.new, "count": number(mending.rows_count)}
    fine = ngettext(
        "%(count)s of them is right now.", "%(count)s of them are right now.", mending.fine_count
    ) % {"count": number(mending.fine_count)}
    if not left:
        return f"{done} {fine}"
    rest = ngettext(
        "%(count)s has something else to mend.", "%(count)s have something else to mend.", left
    ) % {"count": number(left)}
    return f"{done} {fine} {rest}"


@requires("participants.import")
@require_POST
def leave_out(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One row, or all rows that the report shows for a cause."""
    found = found_batch(request, uid)
    rows = _meant(request, found)
    return _deed(
        request,
        found,
        lambda: import_mending.leave_out(batch=found, rows=rows, by=request.user),
        lambda mending: (
            ngettext(
                "%(count)s row is left out and will not be saved.",
                "%(count)s rows are left out and will not be saved.",
                mending.rows_count,
            )
            % {"count": number(mending.rows_count)}
        ),
    )


@requires("participants.import")
@require_POST
def take_in(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = found_batch(request, uid)
    rows = _meant(request, found)
    return _deed(
        request,
        found,
        lambda: import_mending.take_in(batch=found, rows=rows, by=request.user),
        lambda mending: (
            ngettext("%(count)s row counts again.", "%(count)s rows count again.", mending.rows_count)
            % {"count": number(mending.rows_count)}
        ),
    )


def _meant(request: HttpRequest, found: ImportBatch) -> Any:
    """The row that is named, else all rows of the choice that is named; none without either."""
    rows = ImportRow.objects.visible_to(request.user).filter(batch=found)
    if (position := request.POST.get("baris", "")).isdecimal() and len(position) < 9:
        return rows.filter(position=int(position))
    chosen = Choice.read(request.POST)
    if chosen.cause.startswith("W_") or chosen.cause == import_report.SHARED_PHONE:
        return import_report.warned(rows, chosen.cause)
    if chosen.cause or chosen.status:
        written = {
            name: request.POST[f"tulisan_{name}"][:60]
            for name in import_fields.GROUPED.get(chosen.cause, ())
            if f"tulisan_{name}" in request.POST
        }
        return chosen.apply(rows).filter(**{f"written__{name}": text for name, text in written.items()})
    return rows.none()


@requires("participants.import")
@require_POST
def pass_warnings(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Warned rows that are right: one row with all its warnings, or all rows of one cause."""
    found = found_batch(request, uid)
    form = PassForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"{next(iter(form.errors.values()))[0]}.")
        return _back(request, found)
    rows, chosen = _meant(request, found), Choice.read(request.POST)
    return _deed(
        request,
        found,
        lambda: import_mending.pass_warnings(
            batch=found, rows=rows, cause=chosen.cause, reason=form.cleaned_data["alasan"], by=request.user
        ),
        lambda mending: (
            ngettext(
                "%(count)s row is accepted as it is.",
                "%(count)s rows are accepted as they are.",
                mending.rows_count,
            )
            % {"count": number(mending.rows_count)}
        ),
    )


@requires("participants.import")
@require_POST
def rest(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What a saved list left over, as a list of its own that can be mended and saved."""
    found = found_batch(request, uid)
    try:
        made, _is_new = import_rest.begin_rest(batch=found, by=request.user)
    except NotReady:
        tell_not_ready(request)
        return redirect("participants:import", uid=uid)
    except NothingToMend:
        messages.info(request, _("This list has left no row over that can still be mended."))
        return redirect("participants:import", uid=uid)
    return redirect("participants:import", uid=made.uid)


@requires("participants.import")
@require_POST
def undo_mending(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The last mending; its number is on the page, so that two officers never undo each other's."""
    found = found_batch(request, uid)
    deed = request.POST.get("langkah", "")
    return _deed(
        request,
        found,
        lambda: import_mending.undo_last(
            batch=found, deed=int(deed) if deed.isdecimal() and len(deed) < 12 else 0, by=request.user
        ),
        lambda mending: _("The last mending is undone; the rows are as they were before."),
    )


@requires("participants.import")
@require_POST
def choose(request: HttpRequest, uid: UUID, position: int) -> HttpResponse:
    """Of rows that stand for one person: this one counts, or both do because they are two people."""
    found, wanted = _row(request, uid, position)
    are_two = request.POST.get("cara") == "dua"

    def done(mended: ImportRow) -> str:
        if mended.outcome == RowOutcome.EXISTING:
            words = _(
                "Row %(row)s is of somebody who is registered already. Compare what the list says otherwise."
            )
            return words % {"row": mended.row}
        if mended.status in import_report.LEFT:
            return _("Row %(row)s still cannot be saved; the reason stands beside it.") % {"row": mended.row}
        if are_two:
            return _("Row %(row)s is saved as another person.") % {"row": mended.row}
        return _("Row %(row)s counts now, the other one gives way.") % {"row": mended.row}

    return _deed(
        request,
        found,
        lambda: import_mending.choose(row=wanted, by=request.user, are_two_people=are_two),
        done,
    )


@requires("participants.import")
@require_http_methods(["GET", "POST"])
def registered(request: HttpRequest, uid: UUID, position: int) -> HttpResponse:
    """Somebody who is registered already: what the register says, what the list says, and what counts."""
    found, wanted = _row(request, uid, position)
    person = import_comparing.registered([wanted], found).get(bytes(wanted.nik_lookup or b""))
    if found.state != BatchState.CHECKED or person is None or wanted.differs is None:
        return redirect("participants:import", uid=uid)
    form = TakeForm(
        request.POST if request.method == "POST" else None,
        only=wanted.differs,
        initial={"ambil": wanted.takes or []},
    )
    if request.method == "POST" and form.is_valid():
        rows = ImportRow.objects.visible_to(request.user).filter(batch=found, position=position)
        return _deed(
            request,
            found,
            lambda: import_mending.take(
                batch=found, rows=rows, fields=form.cleaned_data["ambil"], by=request.user
            ),
            lambda mending: (
                _("Your choice for row %(row)s is kept; it happens when the list is saved.")
                % {"row": wanted.row}
            ),
        )
    context = {
        "batch": found,
        "row": wanted,
        "person": person,
        "facts": import_merging.facts(wanted, person, found),
        "form": form,
        "back": _back_query(request),
        "crumbs": crumbs(found.file_name, _("Row %(row)s") % {"row": wanted.row}, uid=uid),
    }
    return render_page(request, "participants/import_registered.html", context)


@requires("participants.import")
@require_POST
def take_all(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The same choice for every registered person of the list, or of those that changed since."""
    found = found_batch(request, uid)
    form = TakeForm(request.POST)
    if not form.is_valid():
        return _back(request, found)
    rows = ImportRow.objects.visible_to(request.user).filter(batch=found)
    if request.POST.get("hanya") == import_comparing.CHANGED:
        rows = rows.filter(compared=import_comparing.CHANGED)
    fields = form.cleaned_data["ambil"]

    def done(mending: Any) -> str:
        count = {"count": number(mending.rows_count)}
        if not fields:
            return (
                ngettext(
                    "%(count)s person stays as the register has it.",
                    "%(count)s people stay as the register has them.",
                    mending.rows_count,
                )
                % count
            )
        return (
            ngettext(
                "For %(count)s person the list counts; it happens when the list is saved.",
                "For %(count)s people the list counts; it happens when the list is saved.",
                mending.rows_count,
            )
            % count
        )

    return _deed(
        request,
        found,
        lambda: import_mending.take(batch=found, rows=rows, fields=fields, by=request.user),
        done,
    )


# ---------------------------------------------------------------- what they share
def _row(request: HttpRequest, uid: UUID, position: int) -> tuple[ImportBatch, ImportRow]:
    found = found_batch(request, uid)
    rows = ImportRow.objects.visible_to(request.user).filter(batch=found)
    return found, get_object_or_404(rows, position=position)


def _deed(request: HttpRequest, found: ImportBatch, do: Any, words: Any) -> HttpResponse:
    """Does it once, says what came of it, and goes back to the part of the report that was open."""
    try:
        result = do()
    except NotReady:
        tell_not_ready(request)
    except NothingToMend:
        messages.info(request, _("There was nothing left to change: it was done already."))
    else:
        messages.success(request, words(result))
    return _back(request, found)


def _back_query(request: HttpRequest) -> str:
    """The choice and page of the report that was open, as an address understands it."""
    return QueryDict((request.POST.get("kembali") or request.GET.get("kembali") or "")[:400]).urlencode()


def _back(request: HttpRequest, found: ImportBatch) -> HttpResponse:
    page = "import_comparison" if request.POST.get("dari") == "beda" else "import"
    query = _back_query(request)
    url = reverse(f"participants:{page}", args=[found.uid])
    return redirect(f"{url}?{query}#baris" if query else url)
