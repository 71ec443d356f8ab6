"""The vendor's own answer after the draw: signed in, or by the address in the message."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bazaars import errors, links
from bazaars.after import answer_of
from bazaars.models import Allocation, Application
from bazaars.services import confirming, releasing
from bazaars.views.events import get_or_post
from okoce.accounts.access import participant_only, public
from okoce.ui.responses import render_page

COMES, GIVES_BACK = "hadir", "kembalikan"


@participant_only
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """From the page of the own result; the page itself shows what there is to answer."""
    application = get_object_or_404(Application.objects.visible_to(request.user).submitted(), site_id=pk)
    now = timezone.now()
    releasing.settle(pk, now=now)
    allocation = Allocation.objects.visible_to(request.user).filter(application=application).first()
    if allocation is None:
        messages.error(request, _("There is no stall to answer for."))
    else:
        _take(request, allocation, by=request.user, now=now)
    return redirect("bazaars:result", pk)


@public
@get_or_post
def answer_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same without signing in: the address is in the person's message. It shows no data of the person.

    Only a press answers: opening the address, as a preview of a message does, changes nothing.
    """
    now, whole = timezone.now(), _with_site(links.stalls_to_answer(token))
    allocation = get_object_or_404(whole)
    if releasing.settle(allocation.application.site_id, now=now):
        allocation = whole.get()
    if request.method == "POST":
        _take(request, allocation, by=None, now=now)
        return redirect("bazaars:answer_link", token=token)
    site = allocation.application.site
    context = {"site": site, "answer": answer_of(allocation, now=now)}
    response = render_page(request, "bazaars/answer_link.html", context)
    patch_cache_control(response, no_store=True, private=True)
    response["X-Robots-Tag"] = "noindex"
    return response


def _with_site(allocations: Any) -> Any:
    return allocations.select_related("stall", "absence", "application__site__bazaar__city")


def _take(request: HttpRequest, allocation: Allocation, *, by: Any, now: datetime) -> None:
    given = request.POST.get("jawaban")
    try:
        if given == COMES:
            confirming.confirm(allocation_id=allocation.pk, by=by, now=now)
            messages.success(request, _("Thank you. The stall is yours."))
        elif given == GIVES_BACK:
            releasing.give_back(allocation_id=allocation.pk, by=by, now=now)
            messages.success(
                request,
                _("Thank you for telling us. The next on the reserve list is asked. It costs no turn."),
            )
    except errors.Refusal as refusal:
        messages.error(request, str(refusal))
