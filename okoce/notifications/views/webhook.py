"""Where WhatsApp tells what became of messages and what people answer."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from okoce.accounts.access import public
from okoce.notifications import receipts, sms_receipts


@public
@csrf_exempt
@require_http_methods(["GET", "POST"])
def whatsapp(request: HttpRequest) -> HttpResponse:
    """GET proves to Meta that the address is ours; POST stores a signed call and answers at once."""
    if request.method == "GET":
        return _prove(request)
    if _length(request) > receipts.LARGEST_CALL:
        return HttpResponse(status=413)
    # Not request.body: Django refuses more than 2.5 MB there, Meta may send three.
    content = request.read(receipts.LARGEST_CALL + 1)
    if len(content) > receipts.LARGEST_CALL:
        return HttpResponse(status=413)
    if not receipts.is_signed(content, request.headers.get("X-Hub-Signature-256", "")):
        return HttpResponse(status=403)
    receipts.keep(content)
    return HttpResponse(status=200)


@public
@csrf_exempt
@require_POST
def sms(request: HttpRequest, secret: str) -> HttpResponse:
    """What became of SMS: stored and answered at once; without the secret nothing is stored."""
    if not sms_receipts.is_secret(secret):
        return HttpResponse(status=403)
    if _length(request) > sms_receipts.LARGEST_CALL:
        return HttpResponse(status=413)
    content = request.read(sms_receipts.LARGEST_CALL + 1)
    if len(content) > sms_receipts.LARGEST_CALL:
        return HttpResponse(status=413)
    receipts.keep(sms_receipts.wrapped(content, content_type=request.content_type or ""))
    return HttpResponse(status=200)


def _prove(request: HttpRequest) -> HttpResponse:
    wanted = settings.WHATSAPP_VERIFY_TOKEN
    given = request.GET.get("hub.verify_token", "")
    is_right = bool(wanted) and hmac.compare_digest(wanted.encode(), given.encode())
    if request.GET.get("hub.mode") != "subscribe" or not is_right:
        return HttpResponse(status=403)
    return HttpResponse(request.GET.get("hub.challenge", ""), content_type="text/plain; charset=utf-8")


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
