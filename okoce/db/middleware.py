"""One transaction a request.

Row policies and `SET LOCAL` need the whole request inside one transaction, middleware included; Django's
ATOMIC_REQUESTS wraps only the view. A request that raises is rolled back whole, so nothing is half-written.
"""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse

# They answer whether the database is there; a transaction that cannot begin must not answer for them.
WITHOUT_DATABASE = {"/healthz", "/readyz", "/statusz"}


class RequestTransactionMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in WITHOUT_DATABASE:
            return self.get_response(request)
        with transaction.atomic():
            response = self.get_response(request)
            if getattr(request, "has_raised", False):
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        request.has_raised = True  # type: ignore[attr-defined]
