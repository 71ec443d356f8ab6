"""Sign-ins in the trail. The sign-in library cannot be made to call us, so its signals do."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as allauth
from django.contrib.auth import signals as django
from django.db.models import Q

from okoce.accounts.models import User
from okoce.audit.services import record


def listen() -> None:
    """Called when the app starts."""
    allauth.user_logged_in.connect(_signed_in, dispatch_uid="audit")
    allauth.password_changed.connect(_password_changed, dispatch_uid="audit")
    allauth.password_reset.connect(_password_reset, dispatch_uid="audit")
    django.user_login_failed.connect(_failed, dispatch_uid="audit")


def _signed_in(*, user: User, **_: Any) -> None:
    record(user, "accounts.signed_in", user)


def _password_changed(*, user: User, **_: Any) -> None:
    record(user, "accounts.password.changed", user)


def _password_reset(*, user: User, **_: Any) -> None:
    record(user, "accounts.password.reset", user)


def _failed(*, credentials: dict[str, Any], **_: Any) -> None:
    """What was typed as a name is not kept: people type passwords there."""
    typed = credentials.get("username") or credentials.get("email") or ""
    user = (
        User.objects.filter(Q(username__iexact=typed) | Q(email__iexact=typed)).exclude(username="").first()
    )
    record(None, "accounts.sign_in.failed", user if typed else None)
