from django.http import HttpRequest, HttpResponse

from okoce.accounts.access import public


@public
def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse("OK OCE")
