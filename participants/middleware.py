"""Old tabs and old letters: a number from before a merge leads to the one who carries everything now."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from okoce.ui.responses import render_page
from participants.models import Participant

MOST_KEPT = 200_000  # letters of a form that are given back


class JoinedPeopleMiddleware:
    """Whoever opens a page of a merged row, or sends a form of one, is led to the survivor's.

    A page that was open when two rows were joined may be sent later, or in that very moment: then the view
    finds nobody, or its service does, inside the transaction that would have written.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match = request.resolver_match
        number = match.kwargs.get("number") if match is not None else None
        if number is None or not isinstance(exception, Http404 | ObjectDoesNotExist):
            return None
        person = Participant.objects.visible_to(request.user).with_number(number).first()
        if person is None or person.number == number:
            return None
        assert match is not None
        url = reverse(match.view_name, args=match.args, kwargs={**match.kwargs, "number": person.number})
        if request.method in ("GET", "HEAD"):
            words = _("%(old)s is now part of %(new)s. This is the page of %(new)s.")
            messages.info(request, words % {"old": number, "new": person.number})
            query = request.META.get("QUERY_STRING", "")
            return redirect(f"{url}?{query}" if query else url)
        request.has_raised = True  # type: ignore[attr-defined]  # whatever came before it is rolled back
        return _not_written(request, number, person, url)


def _not_written(request: HttpRequest, number: str, person: Participant, url: str) -> HttpResponse:
    """Nothing was written; what was typed can be sent for the survivor, as a deed of its own."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    is_kept = sum(len(value) for _name, value in fields) <= MOST_KEPT
    context = {
        "old": number,
        "participant": person,
        "url": url,
        "fields": fields if is_kept else [],
        "had_files": bool(request.FILES),
    }
    return render_page(request, "participants/joined.html", context, status=409)
