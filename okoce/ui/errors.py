"""Error pages that say what happened and what to do. None of them asks the database."""

import logging

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)

LAST_RESORT = """<!doctype html><html lang="id"><meta charset="utf-8"><title>Halaman sedang bermasalah</title>
<h1>Halaman ini sedang bermasalah</h1><p>Isian Anda belum tersimpan. Coba lagi beberapa menit lagi.</p>
<p lang="en">This page has a problem. What you filled in is not saved. Try again in a few minutes.</p>
<p><a href="/">Beranda / Home</a></p></html>"""


def _page(request: HttpRequest, template: str, status: int, **context: object) -> HttpResponse:
    """The error page. When even that fails, the words without any look."""
    try:
        html = render_to_string(template, context, request=request)
    except Exception:  # whatever broke the page may break its error page too
        logger.exception("the error page %s failed", template)
        html = LAST_RESORT
    return HttpResponse(html, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return too_large(request)
    return _page(request, "400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """``exception.sentence``, where a caller sets it, says whose page this is."""
    return _page(request, "403.html", 403, reason=getattr(exception, "sentence", ""))


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "404.html", 404)


def too_large(request: HttpRequest, *, limit_mb: int | None = None) -> HttpResponse:
    limit = limit_mb or settings.DATA_UPLOAD_MAX_MEMORY_SIZE // (1024 * 1024)
    return _page(request, "413.html", 413, limit_mb=limit)


def too_many(request: HttpRequest, *, minutes: int | None = None) -> HttpResponse:
    """``minutes``: how long to wait, where known."""
    response = _page(request, "429.html", 429, minutes=minutes)
    response["Retry-After"] = str((minutes or 5) * 60)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long, or cookies are off. ``reason`` is for the log, not for the person."""
    logger.warning("form refused: %s", reason)
    return _page(request, "403_csrf.html", 403)


def server_error(request: HttpRequest) -> HttpResponse:
    try:
        html = render_to_string("500.html")  # no request: no context processor, no session, no database
    except Exception:
        logger.exception("the error page 500.html failed")
        html = LAST_RESORT
    return HttpResponse(html, status=500)
