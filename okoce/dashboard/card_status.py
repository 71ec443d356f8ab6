"""What the address on a participant card shows."""

from django.http import HttpRequest, HttpResponse

from okoce.accounts.access import public


@public
def card_status(request: HttpRequest, token: str) -> HttpResponse:
    return HttpResponse(status=404)
