"""What somebody was typing when their session ended, kept until they have signed in again.

The draft lies in the new session, sealed, and is given back only to the same person.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from django.http import HttpRequest

from okoce.db.encryption import decrypt, encrypt

_KEY = "draft"
_COLUMN = "accounts.draft"
KEPT_FOR = timedelta(hours=1)
LARGEST = 512 * 1024  # of pasted rows, the longest form there is
# Of the session that ended: what the form that was sent refers to (participants.selections), sealed there.
LUGGAGE = ("people_chosen",)


@dataclass(frozen=True)
class Draft:
    """``fields``: names and values in the order they were sent. Files cannot be kept."""

    path: str
    fields: list[tuple[str, str]]
    had_files: bool


def pack(request: HttpRequest) -> None:
    """Before a session is emptied: what its draft will need."""
    found = {name: request.session[name] for name in LUGGAGE if name in request.session}
    request.session_luggage = found  # type: ignore[attr-defined]


def keep(request: HttpRequest, *, user_id: int | str, now: datetime) -> bool:
    """Keeps what a POST brought; whether there was anything. Passwords and tokens are left out.

    ``user_id``: whose it is; for somebody without an account, the words by which they are known again.
    """
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and "password" not in name
        for value in values
    ]
    body = json.dumps({"path": request.get_full_path(), "fields": fields, "had_files": bool(request.FILES)})
    if request.method != "POST" or not fields or len(body) > LARGEST:
        return False
    uid = uuid4()
    request.session[_KEY] = {
        "user": user_id,
        "at": now.timestamp(),
        "uid": str(uid),
        "luggage": getattr(request, "session_luggage", {}),
        "sealed": base64.b64encode(encrypt(body, column=_COLUMN, row=uid)).decode(),
    }
    return True


def of(request: HttpRequest, *, now: datetime, owner: int | str | None = None) -> Draft | None:
    """The draft of the person who is signed in now, or of ``owner``; somebody else's is thrown away."""
    kept = request.session.get(_KEY)
    if kept is None:
        return None
    is_old = now.timestamp() - kept["at"] > KEPT_FOR.total_seconds()
    if kept["user"] != (request.user.pk if owner is None else owner) or is_old:
        drop(request)
        return None
    try:
        body = decrypt(base64.b64decode(kept["sealed"]), column=_COLUMN, row=UUID(kept["uid"]))
    except (InvalidTag, KeyError):  # the keys were changed meanwhile
        drop(request)
        return None
    for name, value in kept.get("luggage", {}).items():
        request.session.setdefault(name, value)
    content = json.loads(body)
    return Draft(content["path"], [(n, v) for n, v in content["fields"]], content["had_files"])


def drop(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)
