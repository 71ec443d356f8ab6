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
LARGEST = 64 * 1024


@dataclass(frozen=True)
class Draft:
    """``fields``: names and values in the order they were sent. Files cannot be kept."""

    path: str
    fields: list[tuple[str, str]]
    had_files: bool


def keep(request: HttpRequest, *, user_id: int, now: datetime) -> bool:
    """Keeps what a POST brought; whether there was anything. Passwords and tokens are left out."""
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
        "sealed": base64.b64encode(encrypt(body, column=_COLUMN, row=uid)).decode(),
    }
    return True


def of(request: HttpRequest, *, now: datetime) -> Draft | None:
    """The draft of the person who is signed in now; somebody else's is thrown away."""
    kept = request.session.get(_KEY)
    if kept is None:
        return None
    is_old = now.timestamp() - kept["at"] > KEPT_FOR.total_seconds()
    if kept["user"] != request.user.pk or is_old:
        drop(request)
        return None
    try:
        body = decrypt(base64.b64decode(kept["sealed"]), column=_COLUMN, row=UUID(kept["uid"]))
    except (InvalidTag, KeyError):  # the keys were changed meanwhile
        drop(request)
        return None
    content = json.loads(body)
    return Draft(content["path"], [(n, v) for n, v in content["fields"]], content["had_files"])


def drop(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)
