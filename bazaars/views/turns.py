"""The own turns, and what they mean at the next draw."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from bazaars import turns
from bazaars.models import TurnLedger
from okoce.accounts.access import participant_only
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from participants.models import Participant


@participant_only
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    participant, today = get_object_or_404(Participant.objects.visible_to(request.user)), timezone.localdate()
    rows = TurnLedger.objects.visible_to(request.user).filter(participant=participant)
    page = keyset_page(rows.select_related("site__bazaar"), request, order=["-on", "-pk"], size=20)
    count = turns.count_of(participant.pk, today=today)
    context = {
        "page": page,
        "lines": turns.lines_of(page.rows, today=today),
        "count": count,
        "title": turns.count_words(count),
    }
    return render_page(request, "bazaars/own_turns.html", context)
