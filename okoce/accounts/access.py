"""Every view says who may use it, with exactly one of these marks. A test walks the URL map.

An anonymous visitor is sent to sign in; a signed-in person without the permission gets a page that says whose page it
is (403); an object outside the person's area is answered like an absent one (404, by `visible_to`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse

from okoce.accounts.roles import PERMISSIONS, Role, has_permission

View = TypeVar("View", bound=Callable[..., HttpResponse])


@dataclass(frozen=True)
class Access:
    """What a view declared: public, signed in, participants only, or a permission."""

    kind: str
    permission: str | None = None


class WrongRole(PermissionDenied):
    """The person is signed in, but the page belongs to other roles."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission


def public(view: View) -> View:
    """Anybody may open it."""
    view.okoce_access = Access("public")  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Anybody who has signed in, staff or participant."""
    return _guarded(view, Access("signed_in"), lambda request: None)


def requires(permission: str) -> Callable[[View], View]:
    """Whoever's active membership carries ``permission``."""
    if permission not in PERMISSIONS:
        raise KeyError(f"{permission} is not in okoce.accounts.roles.PERMISSIONS")

    def check(request: HttpRequest) -> None:
        if not has_permission(request.user, permission):
            raise WrongRole(permission)

    return lambda view: _guarded(view, Access("permission", permission), check)


def participant_only(view: View) -> View:
    """A participant who signed in with the code sent to the own phone."""

    def check(request: HttpRequest) -> None:
        membership = request.user.active_membership  # type: ignore[union-attr]
        if membership is None or membership.role != Role.PARTICIPANT:
            raise WrongRole("participant")

    return _guarded(view, Access("participant"), check)


def _guarded(view: View, access: Access, check: Callable[[HttpRequest], None]) -> View:
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            sign_in = (
                reverse("participants:sign_in")
                if access.kind == "participant"
                else resolve_url("account_login")
            )
            return redirect_to_login(request.get_full_path(), sign_in)
        check(request)
        return view(request, *args, **kwargs)

    inner.okoce_access = access  # type: ignore[attr-defined]
    return inner  # type: ignore[return-value]
