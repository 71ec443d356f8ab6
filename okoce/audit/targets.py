"""How a target is called on the pages of auditors: apps above register what people know it by.

What they register names nobody: a participant's number, not the name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from okoce.accounts.models import User
from okoce.audit.models import AuditEvent


@dataclass(frozen=True)
class Naming:
    """``describe(ids)`` answers {id: text} in one query; ``find(text)`` the id, or None."""

    describe: Callable[[Collection[str]], Mapping[str, str]]
    find: Callable[[str], str | None]


_namings: dict[str, Naming] = {}


def register(label: str, naming: Naming) -> None:
    _namings[label] = naming


def describe(events: Iterable[AuditEvent]) -> dict[tuple[str, str], str]:
    """{(type, id): text} for the targets of ``events``; one query for each kind that has a naming."""
    wanted: dict[str, set[str]] = {}
    for event in events:
        wanted.setdefault(event.target_type, set()).add(event.target_id)
    return {
        (label, pk): text
        for label, ids in wanted.items()
        if label in _namings
        for pk, text in _namings[label].describe(ids).items()
    }


def find(text: str) -> list[tuple[str, str]]:
    """The targets (type, id) that ``text`` may mean; ``type:id`` is understood always."""
    label, colon, pk = text.partition(":")
    if colon and pk:
        return [(label, pk)]
    found = ((name, naming.find(text)) for name, naming in _namings.items())
    return [(name, pk) for name, pk in found if pk is not None]


def register_accounts() -> None:
    """Accounts by their user name: of staff a name, of participants the participant number."""
    register("accounts.user", Naming(_user_names, _user_id))


def _user_names(ids: Collection[str]) -> dict[str, str]:
    rows = User.objects.filter(pk__in=[int(pk) for pk in ids if pk.isdigit()])
    return {str(pk): name for pk, name in rows.values_list("pk", "username")}


def _user_id(text: str) -> str | None:
    found = User.objects.filter(username__iexact=text).values_list("pk", flat=True).first()
    return str(found) if found is not None else None
