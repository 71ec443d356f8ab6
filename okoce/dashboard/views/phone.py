"""The portal as an app on a phone: its description, and the service worker that shows notices."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from okoce.accounts.access import public

SIZES = (192, 512)


@public
@require_safe
def phone_worker(request: HttpRequest) -> HttpResponse:
    """The same for everybody; it holds nothing of anybody."""
    context = {"icon": static("img/app-192.png"), "home": reverse("dashboard:status")}
    response = render(request, "dashboard/phone_worker.js", context, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@public
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone reads when somebody puts the portal on its home screen."""
    home = reverse("dashboard:status")
    said = {
        "id": home,
        "name": _("OK OCE: my status"),
        "short_name": "OK OCE",
        "lang": get_language() or "id",
        "start_url": home,
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0b5d57",
        "icons": [
            {"src": static(f"img/app-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
            for size in SIZES
        ],
    }
    return JsonResponse(said, content_type="application/manifest+json")
