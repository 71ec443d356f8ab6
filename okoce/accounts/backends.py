"""Who is signed in, read once a request by a question that is planned once a connection."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Field

from okoce.accounts.models import User
from okoce.db import prepared

ANYBODY = -1  # nobody's number; the compiled question is asked with another in its place


class AccountBackend(AuthenticationBackend):
    """allauth's own sign-in; only the reading of the account at every request is ours."""

    def get_user(self, user_id: Any) -> User | None:
        try:
            number = int(user_id)
        except (TypeError, ValueError):
            return None
        sql, values = _question()
        rows = prepared.ask(sql, prepared.filled(values, {ANYBODY: number}))
        user = User.from_db("default", _names(), rows[0]) if rows else None
        return user if user is not None and self.user_can_authenticate(user) else None


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    fields: list[Field[Any, Any]] = list(User._meta.concrete_fields)
    return tuple(field.attname for field in fields)


@lru_cache(maxsize=1)
def _question() -> prepared.Compiled:
    return prepared.compiled(User._base_manager.filter(pk=ANYBODY).values_list(*_names()))
