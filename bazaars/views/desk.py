"""The messages of a bazaar's place: who was reached how, who confirmed, who must be called."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bazaars import call_words, crumbs
from bazaars.enums import UNANSWERED, AllocationState, SiteState
from bazaars.messages import CAUSE, PLACE_CANCELLED, STALL_MOVED
from bazaars.models import Allocation, Site
from bazaars.views.events import visible_site
from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.audit.services import record
from okoce.notifications.desk import Desk
from okoce.notifications.views.desk import context_of, file_of
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import moment

ORDER = ("stall__number", "share", "pk")
TONES = {
    AllocationState.CONFIRMED: "ok",
    AllocationState.ALLOCATED: "warn",
    AllocationState.OFFERED: "warn",
    AllocationState.RELEASED: "",
}


def desk_of(site: Site) -> Desk:
    return Desk(
        cause=(CAUSE, site.pk),
        begins_at=site.bazaar.begins_at,
        is_on=site.state == SiteState.DRAWN,
        yes=Q(state=AllocationState.CONFIRMED),
        no=Q(state=AllocationState.RELEASED),
        open_=Q(state__in=UNANSWERED),
        changes=(STALL_MOVED, PLACE_CANCELLED),
    )


def _vendors(request: HttpRequest, site: Site) -> Any:
    mine = Allocation.objects.visible_to(request.user).filter(stall__site=site)
    return mine.select_related("participant", "stall").annotate(stall_number=F("stall__number"))


def answer_of(allocation: Allocation) -> tuple[str, str]:
    values = {"stall": allocation.stall.number}
    if allocation.state in UNANSWERED:
        if allocation.answer_by:
            values["moment"] = moment(allocation.answer_by)
            label = _("Stall %(stall)s: no answer yet, asked until %(moment)s") % values
        else:
            label = _("Stall %(stall)s: no answer yet") % values
    else:
        label = f"{_('Stall %(stall)s') % values}: {allocation.get_state_display()}"
    return label, TONES[AllocationState(allocation.state)]


@require_safe
@requires("notifications.view")
def desk(request: HttpRequest, pk: int) -> HttpResponse:
    site, now = visible_site(request, pk), timezone.now()
    context = {
        "site": site,
        "may_call": has_permission(request.user, "bazaars.manage"),
        "call": call_words.figures(site, request.user),
        "call_url": call_words.messages_url(site),
        "call_ready_url": call_words.ready_url(site, request.user),
        "crumbs": crumbs.of_site(site, _("Messages")),
        **context_of(request, desk_of(site), _vendors(request, site), order=ORDER, answer=answer_of, now=now),
    }
    return render_page(request, "bazaars/desk.html", context, fragment="people")


@require_POST
@requires("notifications.view")
def desk_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody of the desk as a workbook. Recorded."""
    site = visible_site(request, pk)
    response, count = file_of(
        request.user, desk_of(site), _vendors(request, site), order=ORDER, answer=answer_of,
        now=timezone.now(), name=f"pesan-bazar-{site.pk}.xlsx",
    )  # fmt: skip
    record(request.user, "notifications.desk.exported", site, count=count)
    return response
