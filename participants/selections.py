"""The people somebody has ticked, or all that a filter leaves: kept sealed in the session under a token.

Sealed because the words of a search may name somebody. What a token means is asked anew each time it is used,
within what the person may see then.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.http import Http404, HttpRequest
from django.utils import timezone

from okoce.db.encryption import decrypt, encrypt
from participants.filters import PeopleFilter
from participants.models import Participant
from participants.querysets import ParticipantQuerySet

_KEY, _COLUMN = "people_chosen", "participants.selection"
KEPT = 5
MOST_TICKED = 500


@dataclass(frozen=True)
class Selection:
    """``ids`` of ticked people, or None for everybody that ``chosen`` leaves."""

    token: str
    chosen: PeopleFilter
    ids: tuple[int, ...] | None

    @property
    def uid(self) -> UUID:
        return UUID(self.token)

    def people(self, user: Any, today: date) -> ParticipantQuerySet:
        """Who is meant, as far as the user sees them now."""
        visible = Participant.objects.visible_to(user).open_to(user)
        if self.ids is not None:
            return visible.filter(pk__in=self.ids)
        return self.chosen.search(self.chosen.apply(visible, today=today))

    def sealed(self, row: UUID, column: str) -> bytes:
        """What an export keeps of it."""
        return encrypt(_packed(self.chosen, self.ids), column=column, row=row)


def opened(sealed: bytes, *, row: UUID, column: str) -> Selection:
    chosen, ids = _unpacked(decrypt(sealed, column=column, row=row))
    return Selection(row.hex, chosen, ids)


def keep(request: HttpRequest, chosen: PeopleFilter, ids: Iterable[int] | None) -> str:
    """The token of a new selection; only the newest few are kept."""
    token = uuid.uuid4().hex
    ticked = None if ids is None else tuple(sorted(set(ids)))[:MOST_TICKED]
    sealed = encrypt(_packed(chosen, ticked), column=_COLUMN, row=UUID(token))
    kept = sorted(request.session.get(_KEY, {}).items(), key=lambda item: item[1]["at"])
    entry = {"at": timezone.now().timestamp(), "sealed": base64.b64encode(sealed).decode()}
    request.session[_KEY] = {**dict(kept[-(KEPT - 1) :]), token: entry}
    return token


def find(request: HttpRequest, token: str) -> Selection:
    """Http404 when this session has no such selection. It lives as long as the session: who is meant is asked
    anew each time, and shown before anything is done.
    """
    entry = request.session.get(_KEY, {}).get(token)
    if entry is None:
        raise Http404
    try:
        text = decrypt(base64.b64decode(entry["sealed"]), column=_COLUMN, row=UUID(token))
    except (InvalidTag, KeyError, ValueError):
        raise Http404 from None
    return Selection(token, *_unpacked(text))


def _packed(chosen: PeopleFilter, ids: tuple[int, ...] | None) -> str:
    return json.dumps({"chosen": chosen.chosen(), "ids": ids})


def _unpacked(text: str) -> tuple[PeopleFilter, tuple[int, ...] | None]:
    read = json.loads(text)
    return PeopleFilter.read(read["chosen"]), None if read["ids"] is None else tuple(read["ids"])
