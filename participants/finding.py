"""Choosing a participant on pages of apps below: by name or number, among those the user may open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from okoce.notifications.directory import Found
from participants import searching
from participants.models import Participant

SHOWN = 8


class Finder:
    def by_words(self, user: Any, words: str) -> list[Found]:
        query = searching.read(words)
        people = _open_to(user)
        if query.kind is searching.Kind.NAME:
            people = people.named_like(query.value)
        elif query.kind is searching.Kind.NUMBER:
            people = people.with_numbers([query.value])
        elif query.kind is searching.Kind.SERIAL:
            people = people.with_numbers(searching.numbers_with_serial(query.value))
        else:
            return []
        return [_found(row) for row in people.order_by("full_name", "pk")[:SHOWN]]

    def by_uid(self, user: Any, uid: UUID) -> Found | None:
        row = _open_to(user).filter(uid=uid).first()
        return _found(row) if row is not None else None


def _open_to(user: Any) -> Any:
    return Participant.objects.visible_to(user).open_to(user).named()


def _found(row: Participant) -> Found:
    return Found(pk=row.pk, uid=row.uid, name=row.full_name, number=row.number)
