"""A vendor asks another to exchange stalls, or answers; the page of the own result shows it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bazaars import errors
from bazaars.models import Allocation, Exchange
from bazaars.services import exchanging
from okoce.accounts.access import participant_only


@participant_only
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """To whom is in ``stan``: number and share."""
    own = Allocation.objects.visible_to(request.user).filter(application__site_id=pk)
    mine = get_object_or_404(own)
    number, _slash, share = request.POST.get("stan", "").partition("/")
    try:
        if share not in ("1", "2"):
            raise errors.NoSuchHolder
        exchanging.ask(
            allocation_id=mine.pk, number=number, share=int(share), by=request.user, now=timezone.now()
        )
    except errors.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("The vendor of stall %(number)s is asked. Until then nothing changes.") % {"number": number},
        )
    return redirect("bazaars:result", pk)


@participant_only
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree or decline what one was asked; take back what one has asked."""
    own, now = Allocation.objects.visible_to(request.user), timezone.now()
    given = request.POST.get("jawaban")
    visible = Exchange.objects.visible_to(request.user)
    mine = visible.filter(asker__in=own) if given == "tarik" else visible.filter(asked__in=own)
    exchange = get_object_or_404(mine.select_related("asker__application"), pk=pk)
    try:
        if given == "setuju":
            exchanging.agree(exchange_id=exchange.pk, by=request.user, now=now)
            messages.success(request, _("The stalls are exchanged. Your new stall stands above."))
        elif given == "tolak":
            exchanging.decline(exchange_id=exchange.pk, by=request.user, now=now)
            messages.success(request, _("You keep your stall. The other vendor is told."))
        elif given == "tarik":
            exchanging.withdraw(exchange_id=exchange.pk, by=request.user, now=now)
            messages.success(request, _("The question is taken back."))
    except errors.Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("bazaars:result", exchange.asker.application.site_id)
