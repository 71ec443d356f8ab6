"""Every view says who may use it, with exactly one of these marks. A test walks the URL map.

An anonymous visitor is sent to sign in; a signed-in person without the permission gets a page that says whose
page it is (403); an object outside the person's area is answered like an absent one (404, by `visible_to`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from okoce.accounts import drafts
from okoce.accounts.roles import PERMISSIONS, Role, acts_as_participant, has_permission, roles_with

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

    @property
    def sentence(self) -> str:
        """For the error page: whose page this is."""
        roles = (
            [Role.PARTICIPANT] if self.permission == "participant" else sorted(roles_with(self.permission))
        )
        names = ", ".join(str(role.label) for role in Role if role in roles)
        return _("This page is for: %(roles)s.") % {"roles": names}


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
        if not acts_as_participant(request.user):
            raise WrongRole("participant")

    return _guarded(view, Access("participant"), check)


def _guarded(view: View, access: Access, check: Callable[[HttpRequest], None]) -> View:
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_sign_in(request, access)
        if access.kind != "signed_in" and _must_choose_unit(request):
            return redirect_to_login(request.get_full_path(), reverse("accounts:choose_unit"))
        check(request)
        return view(request, *args, **kwargs)

    inner.okoce_access = access  # type: ignore[attr-defined]
    return inner  # type: ignore[return-value]


def _must_choose_unit(request: HttpRequest) -> bool:
    user: Any = request.user
    return user.active_membership is None and len(user.valid_memberships) > 1


def _to_sign_in(request: HttpRequest, access: Access) -> HttpResponse:
    """To the page of those who may use this one. Somebody whose session ended meanwhile is told, and loses
    nothing.
    """
    sign_in = {"participant": "participants:sign_in", "signed_in": "accounts:choose"}
    page = reverse(sign_in.get(access.kind, "account_login"))
    ended_for = getattr(request, "session_ended_for", None)
    if ended_for is None:
        return redirect_to_login(request.get_full_path(), page)
    if drafts.keep(request, user_id=ended_for, now=timezone.now()):
        messages.warning(
            request, _("You were signed out meanwhile. What you typed is kept: sign in, then send it again.")
        )
        return redirect_to_login(reverse("accounts:resume"), page)
    messages.warning(request, _("You were signed out meanwhile. Sign in again to go on where you were."))
    target = request.get_full_path() if request.method in ("GET", "HEAD") else home_of(None)
    return redirect_to_login(target, page)


def home_of(user: Any) -> str:
    """Where somebody begins: staff on the dashboard, participants on their status."""
    if acts_as_participant(user):
        return reverse("dashboard:status")
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def safe_next(request: HttpRequest, otherwise: str) -> str:
    """The page of ours that ``next`` names, else ``otherwise``."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return target if target and is_ours else otherwise
