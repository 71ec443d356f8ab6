"""Whom a breach of data concerns, from the trail: how many, and the list with how to reach them (art. 46)."""

from __future__ import annotations

import io
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.audit import services as audit
from okoce.db.sealed_files import private_response
from okoce.ui.responses import render_page
from okoce.values import sheets
from participants import affected
from participants.forms.affected import BreachForm
from participants.models import Participant

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires("participants.breach")
@never_cache
@require_safe
def breach(request: HttpRequest) -> HttpResponse:
    """How many people, what was done, and by which way they are reached; nobody is named here."""
    form = BreachForm(request.GET if "since_day" in request.GET else None, now=timezone.now())
    return _page(request, form)


def _page(request: HttpRequest, form: BreachForm) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "may_take": has_permission(request.user, "participants.breach_list"),
        "crumbs": [
            {"label": _("Data requests"), "url": reverse("rights:requests")},
            {"label": _("Breach of data"), "url": ""},
        ],
    }
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        found = affected.between(data["since"], data["until"], actor_id=getattr(data["officer"], "pk", None))
        context |= {"found": found, "count": len(found.people), **data}
        audit.record(request.user, "participants.breach.counted", count=len(found.people))
    return render_page(request, "participants/rights/breach.html", context)


@requires("participants.breach_list")
@require_POST
def breach_list(request: HttpRequest) -> HttpResponse:
    """The people with how to reach them, for this answer only: nothing of it is kept. Recorded."""
    form = BreachForm(request.POST, now=timezone.now())
    if not form.is_valid():
        return _page(request, form)
    data = form.cleaned_data
    found = affected.between(data["since"], data["until"], actor_id=getattr(data["officer"], "pk", None))
    people = Participant.objects.visible_to(request.user).filter(pk__in=list(found.people))
    content = io.BytesIO()
    rows = affected.rows_of(people, found)
    sheets.write_xlsx(content, rows, affected.columns(), title=_("People concerned"))
    audit.record(
        request.user,
        "participants.breach.list_taken",
        count=len(found.people),
        since=data["since"].isoformat(),
        until=data["until"].isoformat(),
        officer=getattr(data["officer"], "pk", None),
    )
    return private_response(content.getvalue(), content_type=XLSX, file_name="orang-terdampak.xlsx")
