"""Forms that outlive a lost line: static/js/steady.js sends them again until the server has answered.

A script cannot see where a redirect leads without opening that page, and a page that is opened twice says its
notices once. So a form that says it is steady gets the address instead.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse

View = TypeVar("View", bound=Callable[..., HttpResponse])
HEADER = "X-Steady"


def is_steady(request: HttpRequest) -> bool:
    return HEADER in request.headers


def steady(view: View) -> View:
    """Outermost mark of a view whose form has ``data-steady``: also a redirect to sign-in is told so."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if is_steady(request) and 300 <= response.status_code < 400:
            return JsonResponse({"go": response["Location"]}, headers={"Cache-Control": "no-store"})
        return response

    return inner  # type: ignore[return-value]
