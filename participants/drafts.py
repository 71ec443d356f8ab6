"""What has been typed at the counter and not saved yet: sealed, kept for the officer who typed it.

A lost line, a closed browser or an ended session costs nothing, and no NIK or phone stands in an address or
open in a row. Each registration has its own draft, so that two tabs never mix two people; the same NIK begun
again goes on where it was.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from django.db import IntegrityError, transaction

from okoce.db.encryption import decrypt, encrypt, lookup
from okoce.values import nik as nik_values
from participants.models import RegistrationDraft

COLUMN = "participants.draft"
KEPT = timedelta(days=7)
LARGEST = 16 * 1024
SHOWN = 5


@dataclass(frozen=True)
class Typed:
    """A draft, opened. ``card_reason``: why an impossible NIK was let through."""

    nik: str
    fields: dict[str, str] = field(default_factory=dict)
    card_reason: str = ""
    touched_at: datetime | None = None


@dataclass(frozen=True)
class Unfinished:
    """A draft as a list shows it: whose it is, and nothing that must be masked."""

    token: str
    name: str
    masked_nik: str
    touched_at: datetime


def begin(*, user: Any, nik: str, now: datetime, card_reason: str = "") -> str:
    """The token of a draft for this NIK: the officer's unfinished one, or a new one."""
    try:
        return _begin(user, nik, now, card_reason)
    except IntegrityError:  # two presses at once: the other one made it a moment ago
        return _begin(user, nik, now, card_reason)


def _begin(user: Any, nik: str, now: datetime, card_reason: str) -> str:
    digest = lookup(nik, column="participants.nik")
    with transaction.atomic():
        known = RegistrationDraft.objects.select_for_update().filter(user=user, nik_lookup=digest).first()
        if known is not None and (typed := _open(known)) is not None:
            _write(known, Typed(nik, typed.fields, card_reason or typed.card_reason), now)
            return known.uid.hex
        if known is not None:  # sealed with keys that are gone
            known.delete()
        row = RegistrationDraft(uid=uuid4(), user=user, nik_lookup=digest)
        _write(row, Typed(nik, card_reason=card_reason), now)
    return row.uid.hex


def read(*, user: Any, token: str) -> Typed | None:
    """What was typed under a token; None for a finished draft, and for one of anybody else."""
    row = _find(user, token)
    return _open(row) if row is not None and not row.number else None


def keep(*, user: Any, token: str, fields: dict[str, str], now: datetime) -> bool:
    """Keeps what is typed now; whether there was a draft to keep it in."""
    if sum(len(name) + len(value) for name, value in fields.items()) > LARGEST:
        return False
    with transaction.atomic():
        row = _find(user, token, lock=True)
        typed = _open(row) if row is not None and not row.number else None
        if row is None or typed is None:
            return False
        _write(row, Typed(typed.nik, fields, typed.card_reason), now)
    return True


def unfinished(*, user: Any) -> list[Unfinished]:
    """The officer's unfinished drafts, the newest first."""
    found = []
    for row in RegistrationDraft.objects.filter(user=user).unfinished()[:SHOWN]:
        if (typed := _open(row)) is not None:
            masked = nik_values.mask(typed.nik).replace("*", "•")
            name = typed.fields.get("full_name", "").strip()
            found.append(Unfinished(row.uid.hex, name, masked, row.touched_at))
    return found


def finish(*, user: Any, token: str, number: str, now: datetime) -> None:
    """The draft became a participant: it is emptied, and the same form sent again leads there."""
    RegistrationDraft.objects.filter(user=user, uid=_uid(token)).update(
        number=number, nik_lookup=None, typed_ciphertext=None, touched_at=now
    )


def number_of(*, user: Any, token: str) -> str:
    """The participant that a finished draft became; empty for none."""
    row = _find(user, token)
    return row.number if row is not None else ""


def discard(*, user: Any, token: str) -> bool:
    deleted, _by_model = RegistrationDraft.objects.filter(user=user, uid=_uid(token), number="").delete()
    return bool(deleted)


def forget_old(*, now: datetime) -> int:
    """Drafts that nobody touched for some days, finished or not; how many."""
    deleted, _by_model = RegistrationDraft.objects.filter(touched_at__lt=now - KEPT).delete()
    return deleted


def _find(user: Any, token: str, *, lock: bool = False) -> RegistrationDraft | None:
    rows = RegistrationDraft.objects.select_for_update() if lock else RegistrationDraft.objects
    return rows.filter(user=user, uid=_uid(token)).first()


def _uid(token: str) -> UUID | None:
    try:
        return UUID(token)
    except ValueError:
        return None


def _write(row: RegistrationDraft, typed: Typed, now: datetime) -> None:
    body = json.dumps({"nik": typed.nik, "fields": typed.fields, "card_reason": typed.card_reason})
    row.typed_ciphertext, row.touched_at = encrypt(body, column=COLUMN, row=row.uid), now
    row.save()


def _open(row: RegistrationDraft) -> Typed | None:
    try:
        body = json.loads(decrypt(row.typed_ciphertext, column=COLUMN, row=row.uid))
    except (InvalidTag, KeyError):  # the keys were changed meanwhile
        return None
    return Typed(body["nik"], body["fields"], body["card_reason"], row.touched_at)
