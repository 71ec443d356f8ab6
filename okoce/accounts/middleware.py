"""Session limits, and the unit a signed-in person works for."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY, logout
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from okoce.accounts import drafts, reading, services, sessions
from okoce.accounts.roles import Role

ENDED = "ended_for"
Handler = Callable[[HttpRequest], HttpResponse]


class SessionLimitMiddleware:
    """Ends a session that was idle too long or is too old; see okoce.accounts.sessions for the limits."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        was_signed_in = request.session.get(SESSION_KEY)
        if request.user.is_authenticated:
            now = timezone.now()
            if sessions.is_over(request.session, now=now):
                drafts.pack(request)
                services.end_session(request, now=now)
                logout(request)
            else:
                services.note_presence(request, now=now)
        if was_signed_in and not request.user.is_authenticated:
            # Over by time, ended from elsewhere, or the account was closed.
            request.session.flush()
            request.session_ended_for = int(was_signed_in)  # type: ignore[attr-defined]
            request.session[ENDED] = {"user": int(was_signed_in), "at": timezone.now().timestamp()}
        elif request.method == "POST" and not request.user.is_authenticated and ENDED in request.session:
            # A draft was saved in the background first, and now comes the button: that is kept too.
            ended = request.session[ENDED]
            if timezone.now().timestamp() - ended["at"] < drafts.KEPT_FOR.total_seconds():
                request.session_ended_for = ended["user"]  # type: ignore[attr-defined]
        return self.get_response(request)


class MembershipMiddleware:
    """Puts the chosen membership on `request.user.active_membership`."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated:
            memberships = reading.memberships_of(user.pk, timezone.localdate())
            if sessions.kind_of(request.session) != sessions.STAFF:
                # A code sent to a phone opens a participant's own pages and never those of staff.
                memberships = [m for m in memberships if m.role == Role.PARTICIPANT]
            chosen = request.session.get(sessions.MEMBERSHIP)
            active = next((m for m in memberships if m.pk == chosen), None)
            if active is None and len(memberships) == 1:
                active = memberships[0]
            user.acting_as(active)
            user.valid_memberships = memberships
        return self.get_response(request)


class AccessMiddleware:
    """A view without a mark of okoce.accounts.access is not served, and pages of people are never cached."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple, kwargs: dict
    ) -> None:
        if not hasattr(view, "okoce_access"):
            raise ImproperlyConfigured(f"{view} declares no access rule; see okoce.accounts.access")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store, private"
        return response
