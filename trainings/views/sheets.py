"""The list on paper, and entering it afterwards in the order of the sheet."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from okoce.accounts.access import requires
from okoce.ui.responses import render_page
from trainings import rules, scheduling, shown
from trainings.forms.attendance import SheetForm
from trainings.models import PrintedSheet
from trainings.refusals import Refused
from trainings.services import sheets
from trainings.views.attendance import places, uuid_in, with_nonces
from trainings.views.sessions import find, posted

ROWS_A_PAGE = 25


@requires("trainings.attendance")
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """25 rows a page with boxes to sign in. What each row number means is kept, for entering it later."""
    session, now = find(request, pk), timezone.now()
    rows = list(places(request, session).enrolled())
    kept = sheets.keep(session_id=pk, places=[b.pk for b in rows], now=now) if rows else None
    numbered = list(enumerate(with_nonces(rows), 1))
    pages = [numbered[at : at + ROWS_A_PAGE] for at in range(0, len(numbered), ROWS_A_PAGE)]
    context = {
        "session": session,
        "where_and_when": shown.where_and_when(session),
        "pages": pages or [[]],
        "sheet": kept,
        "printed_at": datetime.now(tz=scheduling.JAKARTA),
        "crumbs": _crumbs(session, _("Sheet")),
    }
    return render_page(request, "trainings/sheet.html", context)


@requires("trainings.attendance")
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Rows of the sheet, then their names to compare, then one press."""
    session = find(request, pk)
    if not rules.may_take_attendance(request.user, session, today=timezone.localdate()):
        return redirect("trainings:attendance", pk=pk)
    printed = list(PrintedSheet.objects.visible_to(request.user).filter(session=session).order_by("-number"))
    form = SheetForm(posted(request), sheets=printed)
    reading, refused = None, ""
    nonce = uuid_in(request, "nonce") or uuid.uuid4()
    if request.method == "POST" and printed and form.is_valid():
        data = form.cleaned_data
        if "simpan" in request.POST:
            try:
                sheets.enter(
                    sheet=data["sheet"],
                    rows=data["rows"],
                    rows_are_absent=data["rows_are_absent"],
                    by=request.user,
                    batch=nonce,
                )
            except Refused as error:
                refused = error.sentence
            else:
                return redirect(f"{reverse('trainings:attendance', args=[pk])}?tandai={nonce}")
        elif "ubah" not in request.POST:
            reading = sheets.read(data["sheet"], data["rows"], rows_are_absent=data["rows_are_absent"])
    context: dict[str, Any] = {
        "session": session,
        "where_and_when": shown.where_and_when(session),
        "form": form,
        "printed": printed,
        "reading": reading,
        "refused": refused,
        "nonce": nonce,
        "crumbs": _crumbs(session, _("Enter the sheet")),
    }
    return render_page(request, "trainings/sheet_entry.html", context)


def _crumbs(session: Any, here: str) -> list[dict[str, str]]:
    return shown.crumbs(
        (shown.short_date_name(session), session.get_absolute_url()),
        (_("Attendance"), reverse("trainings:attendance", args=[session.pk])),
        (here, ""),
    )
