"""Gives every request an id and answers it back, so that a person can quote it."""

import logging
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from okoce.audit.context import request_id

log = logging.getLogger("okoce.request")


class RequestIdMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_id.set(secrets.token_hex(8))
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            route = getattr(request.resolver_match, "route", "") if request.resolver_match else ""
            log.info(
                "request",
                extra={
                    "fields": {
                        "method": request.method,
                        "route": route,  # the pattern, not the path: a path may name a person
                        "status": response.status_code,
                        "ms": round((time.perf_counter() - started) * 1000),
                        "actor": getattr(getattr(request, "user", None), "pk", None),
                    }
                },
            )
            return response
        finally:
            request_id.reset(token)
