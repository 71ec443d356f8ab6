"""What messages are about (a session, a bazaar), as their owners describe it: its name, its page, who may see
it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Described:
    """``label`` names it ("Pelatihan dasar, 12 Agu"), ``url`` is its page."""

    label: str
    url: str = ""


Describe = Callable[[Any, int], Described | None]

_known: dict[str, Describe] = {}


def register(cause_type: str, describe: Describe) -> None:
    """``describe(user, cause_id)`` answers None for what the user may not see or what does not exist."""
    _known[cause_type] = describe


def unregister(cause_type: str) -> None:
    _known.pop(cause_type, None)


def is_known(cause_type: str) -> bool:
    return cause_type in _known


def describe(user: Any, cause_type: str, cause_id: int | None) -> Described | None:
    if cause_id is None or cause_type not in _known:
        return None
    return _known[cause_type](user, cause_id)
