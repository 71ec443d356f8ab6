"""What a participant is called on the pages of auditors: by number, never by name."""

from __future__ import annotations

from collections.abc import Collection

from okoce.audit import targets
from participants.models import Participant


def register() -> None:
    targets.register("participants.participant", targets.Naming(_numbers_of, _find))


def _numbers_of(ids: Collection[str]) -> dict[str, str]:
    rows = Participant.everybody.filter(pk__in=[int(pk) for pk in ids if pk.isdigit()])
    return {str(pk): number for pk, number in rows.values_list("pk", "number")}


def _find(text: str) -> str | None:
    found = Participant.everybody.filter(number=text.upper()).values_list("pk", flat=True).first()
    return str(found) if found is not None else None
