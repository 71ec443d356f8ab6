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
    content = _read(request, most=receipts.LARGEST_CALL)
    if content is None:
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
    content = _read(request, most=sms_receipts.LARGEST_CALL)
    if content is None:
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


def _read(request: HttpRequest, *, most: int) -> bytes | None:
    """What was sent, None when it is more than ``most`` bytes.

    Not request.body: Django refuses more than 2.5 MB there, Meta may send three. It is kept: a request whose
    database connection broke begins anew (okoce.db.middleware), and can be read only once.
    """
    if _length(request) > most:
        return None
    content: bytes | None = getattr(request, "told_content", None)
    if content is None:
        content = request.read(most + 1)
        request.told_content = content  # type: ignore[attr-defined]
    return content if len(content) <= most else None


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
