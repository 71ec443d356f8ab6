"""Call lists on paper: whom no message reached, with full phone numbers, on that answer only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse

from okoce.notifications.desk import why_words
from okoce.ui.responses import render_page

ROWS_A_PAGE = 25
MOST = 200


def call_sheet(
    request: HttpRequest, template: str, context: Mapping[str, Any], rows: Sequence[Any]
) -> HttpResponse:
    """``rows`` of a desk (``why`` they must be called), numbered and page by page as ``pages``.

    The caller has recorded who is on it.
    """
    words = why_words()
    numbered = [(n, one, words.get(one.why, "")) for n, one in enumerate(rows, 1)]
    pages = [numbered[at : at + ROWS_A_PAGE] for at in range(0, len(numbered), ROWS_A_PAGE)]
    response = render_page(request, template, {**context, "pages": pages})
    response["Referrer-Policy"] = "no-referrer"
    return response
