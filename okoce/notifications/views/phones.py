"""What a phone tells of a notice: that it was shown, that somebody tapped on it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from okoce.accounts.access import public
from okoce.notifications import phones, receipts
from okoce.notifications.enums import Channel, Receipt


@public
@csrf_exempt
@require_POST
def shown(request: HttpRequest, token: str) -> HttpResponse:
    """From the service worker, which has no session; the signed token is the proof. Twice is once."""
    reference = phones.reference_of(token)
    if reference is None:
        return HttpResponse(status=403)
    status = Receipt.READ if request.GET.get("dibuka") else Receipt.DELIVERED
    now = timezone.now()
    receipts.note([receipts.Told(f"push:{reference}", reference, status, None, now, Channel.PUSH)])
    return HttpResponse(status=204)
