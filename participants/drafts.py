"""What has been typed at the counter and not saved yet, sealed in the session.

A lost line or a closed browser costs nothing, and no NIK or phone stands in an address or open in the
session's row.
Each registration has its own draft, so that two tabs never mix two people.
"""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.contrib.sessions.backends.base import SessionBase

from okoce.db.encryption import decrypt, encrypt

_KEY, _DONE, _COLUMN = "registration_drafts", "registrations_done", "participants.draft"
_KEPT = 5


def begin(session: SessionBase, nik: str) -> str:
    """A new draft for a NIK; the token finds it again."""
    token = secrets.token_hex(16)
    keep(session, token, {"nik": nik})
    return token


def keep(session: SessionBase, token: str, typed: dict[str, Any]) -> None:
    sealed = encrypt(json.dumps(typed), column=_COLUMN, row=UUID(token))
    drafts = {k: v for k, v in session.get(_KEY, {}).items() if k != token}
    newest = list(drafts.items())[-(_KEPT - 1) :]
    session[_KEY] = {**dict(newest), token: base64.b64encode(sealed).decode()}


def read(session: SessionBase, token: str) -> dict[str, Any] | None:
    """What was typed under a token; None when there is no such draft in this session."""
    sealed = session.get(_KEY, {}).get(token)
    if sealed is None:
        return None
    try:
        return json.loads(decrypt(base64.b64decode(sealed), column=_COLUMN, row=UUID(token)))
    except (InvalidTag, KeyError, ValueError):
        return None


def newest(session: SessionBase) -> str | None:
    """The token of the draft that was left last."""
    return next(reversed(session.get(_KEY, {})), None)


def finish(session: SessionBase, token: str, number: str) -> None:
    """The draft became a participant: sending the same form again leads there."""
    session[_KEY] = {k: v for k, v in session.get(_KEY, {}).items() if k != token}
    done = list(session.get(_DONE, {}).items())[-20:]
    session[_DONE] = {**dict(done), token: number}


def number_of(session: SessionBase, token: str) -> str | None:
    """The participant that a finished draft became."""
    return session.get(_DONE, {}).get(token)
