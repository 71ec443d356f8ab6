"""Pages without people's data: help, privacy, accessibility, and the two switches of the footer."""

from types import SimpleNamespace

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST, require_safe

from okoce.ui import gallery as gallery_rows
from okoce.ui.context import THEME_COOKIE, THEMES
from okoce.ui.responses import render_page

YEAR = 365 * 24 * 3600


def _public(view):
    """The mark of okoce.accounts.access.public; this layer lies below accounts and cannot import it."""
    view.okoce_access = SimpleNamespace(kind="public", permission=None)
    return view


def _back(request: HttpRequest) -> HttpResponse:
    """To the page the footer stood on; never to another site, never to an answer of a POST."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return redirect(target if safe and target.startswith("/") else "/")


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
    )


@_public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    response = _back(request)
    code = request.POST.get("language", "")
    if code in dict(settings.LANGUAGES) and check_for_language(code):
        _remember(response, settings.LANGUAGE_COOKIE_NAME, code)
    return response


@_public
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    response = _back(request)
    if (theme := request.POST.get("theme", "")) in THEMES:
        _remember(response, THEME_COOKIE, theme)
    return response


@_public
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render_page(request, "ui/help.html")


@_public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render_page(request, "ui/privacy.html")


@_public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render_page(request, "ui/accessibility.html")


@_public
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in its states, for development and tests."""
    if not (settings.DEBUG or getattr(settings, "TESTING", False)):
        raise Http404
    is_confirm = request.GET.get("bagian") == "konfirmasi"
    template = "ui/gallery_confirm.html" if is_confirm else "ui/gallery.html"
    return render_page(request, template, gallery_rows.context(request))
