"""What proves that a step was reached, in words, with the page where it can be looked up.

Evidence is stored as ``kind:key`` (``import:12``, ``session:34``, ``manual:words``). Apps above register
their kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from okoce.organisations.models import Organisation
from participants.models import ImportBatch

MANUAL = "manual:"


@dataclass(frozen=True, slots=True)
class Proof:
    """``url`` is empty when there is no page, or none that the reader may open."""

    text: str
    url: str = ""


Describe = Callable[[Collection[str], Any], dict[str, Proof]]
_kinds: dict[str, Describe] = {}


def register(kind: str, describe: Describe) -> None:
    """``describe(keys, user)`` answers {key: Proof} in one query."""
    _kinds[kind] = describe


def proofs_of(evidence: Iterable[str], *, user: Any) -> dict[str, Proof]:
    """{evidence: Proof}; a query for each kind that occurs."""
    keys: dict[str, set[str]] = {}
    rows = list(evidence)
    for text in rows:
        kind, _colon, key = text.partition(":")
        keys.setdefault(kind, set()).add(key)
    told = {kind: _kinds[kind](wanted, user) for kind, wanted in keys.items() if kind in _kinds}
    found = {}
    for text in rows:
        kind, _colon, key = text.partition(":")
        found[text] = told.get(kind, {}).get(key) or _plain(kind, key)
    return found


def _plain(kind: str, key: str) -> Proof:
    words = {
        "manual": key,
        "self": _("Self-registration"),
        "counter": _("At the counter"),
        "import": _("From an imported list"),
        "session": _("Attendance at a session"),
        "trainings": _("Attendance at sessions"),
    }
    return Proof(words.get(kind, kind) or kind)


def _imports(keys: Collection[str], user: Any) -> dict[str, Proof]:
    """The list by its name; the link only for those who may open lists of that city."""
    ids = [int(key) for key in keys if key.isdigit()]
    may_open = set(ImportBatch.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    return {
        str(pk): Proof(
            _("From the imported list %(file)s") % {"file": name},
            reverse("participants:import", args=[uid]) if pk in may_open else "",
        )
        for pk, uid, name in ImportBatch.objects.filter(pk__in=ids).values_list("pk", "uid", "file_name")
    }


def _counters(keys: Collection[str], user: Any) -> dict[str, Proof]:
    units = Organisation.objects.filter(pk__in=[key for key in keys if key])
    return {unit.pk: Proof(_("At the counter of %(unit)s") % {"unit": unit.short_name}) for unit in units}


def register_own() -> None:
    register("import", _imports)
    register("counter", _counters)
