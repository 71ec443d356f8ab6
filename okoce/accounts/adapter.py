"""What we do otherwise than allauth: no sign-up, our session limits, our count of tries, our words."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from okoce.accounts import browsers, services, sessions
from okoce.accounts.guessing import Attempt, TooManyTries
from okoce.accounts.models import Membership, User

WRONG = _(
    "The user name or the password is wrong. Check capital letters and try again, "
    "or set a new password by e-mail"
)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed. Ask the office that made it"),
        "email_password_mismatch": WRONG,
        "username_password_mismatch": WRONG,
        "enter_current_password": _("This is not your present password. Type it again"),
        "invalid_password_reset": _("The link is used or too old. Ask for a new one"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # accounts of staff are made by the office above

    # Signing in

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Replaces allauth's limit, which locks the owner out from every address."""
        typed = (credentials.get("email") or credentials.get("username") or "").lower()
        same = Q(username__iexact=typed) | Q(email__iexact=typed)
        user_id = (
            User.objects.filter(same).exclude(email="", username="").values_list("pk", flat=True).first()
        )
        known = browsers.known_id(request, user_id)
        self._attempt = Attempt(
            account=f"user:{user_id}" if user_id else f"nobody:{typed}",
            place=known or browsers.prefix_of(browsers.address_of(request)),
            is_known_browser=bool(known),
        )
        try:
            self._attempt.begin(timezone.now())
        except TooManyTries as refusal:
            words = ngettext(
                "Too many wrong tries. Wait %(minutes)s minute, or set a new password by e-mail",
                "Too many wrong tries. Wait %(minutes)s minutes, or set a new password by e-mail",
                refusal.minutes,
            )
            raise ValidationError(words % {"minutes": refusal.minutes}, code="too_many_tries") from None

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user is not None:
            self._attempt.succeeded()
        return user

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        services.begin_session(request, user, kind=sessions.STAFF, now=timezone.now())

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Somebody with several units says first for which they work now."""
        response = super().post_login(request, user, **kwargs)
        units = Membership.objects.filter(user=user).valid_on(timezone.localdate()).count()
        if units > 1:
            return redirect(f"{reverse('accounts:choose_unit')}?{urlencode({'next': response.url})}")
        return response

    def logout(self, request: HttpRequest) -> None:
        services.end_session(request, now=timezone.now())
        super().logout(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:sessions")
