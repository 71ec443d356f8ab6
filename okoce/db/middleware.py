"""One transaction a request, and patience with a database that is being restarted.

Row policies and `SET LOCAL` need the whole request inside one transaction, middleware included; Django's
ATOMIC_REQUESTS wraps only the view. A request that raises is rolled back whole, so nothing is half-written.

That is also why a request whose connection the server cuts off may simply begin anew, once: nothing of it is
there. A request that comes while the database is away for a moment waits for it.
"""

import logging
import time
from collections.abc import Callable

from django.db import Error, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse

log = logging.getLogger("okoce.db")

# They answer whether the database is there; a transaction that cannot begin must not answer for them.
WITHOUT_DATABASE = {"/healthz", "/readyz", "/statusz"}
PATIENCE_SECONDS, PAUSE_SECONDS = 6.0, 0.2  # a restart takes one or two


class CutOff(Exception):
    """The connection ended in the middle of a request."""


class RequestTransactionMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in WITHOUT_DATABASE:
            return self.get_response(request)
        wait_for_database()
        try:
            return self._answer(request)
        except (CutOff, Error):  # leaving the transaction may find no server at all
            if not getattr(request, "is_cut_off", False) or getattr(request, "_files", None):
                raise  # something else, or files, which are read once
            log.warning("the database ended a request's connection; the request begins anew")
        request.has_raised = False  # type: ignore[attr-defined]
        wait_for_database()
        return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            response = self.get_response(request)
            if connection.connection is None or connection.connection.closed:
                request.is_cut_off = True  # type: ignore[attr-defined]
                raise CutOff
            if getattr(request, "has_raised", False):
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        request.has_raised = True  # type: ignore[attr-defined]


def wait_for_database() -> None:
    """Return when there is a connection that works. Raises OperationalError when none comes for a while."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection.close_if_health_check_failed()
            connection.ensure_connection()
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(PAUSE_SECONDS)
        except Error:
            connection.close()
            raise
        else:
            return
