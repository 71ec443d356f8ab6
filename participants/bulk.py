"""What can be done to many people of the list at once. Apps above add theirs in AppConfig.ready().

A press of a button keeps the selection (participants.selections) and leads to ``url_name`` with its token: a
page that says what will happen to how many, and who is left out and why. Nothing is done before that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from okoce.accounts.roles import has_permission


@dataclass(frozen=True)
class BulkAction:
    """``url_name`` takes the selection's token. ``takes_all``: nobody ticked means everybody."""

    code: str
    label: Any
    permission: str
    url_name: str
    icon: str = ""
    position: int = 50
    takes_all: bool = False


_actions: dict[str, BulkAction] = {}
# What a page says of a deed: code of the action → words for its heading and its reasons.
_words: dict[str, Callable[[Any], dict[str, Any]]] = {}


def register(action: BulkAction) -> None:
    """The same code again replaces the earlier one."""
    _actions[action.code] = action


def find(code: str) -> BulkAction | None:
    return _actions.get(code)


def actions_for(user: Any) -> list[BulkAction]:
    """What the user may do, in the order of the bar."""
    allowed = [a for a in _actions.values() if has_permission(user, a.permission)]
    return sorted(allowed, key=lambda action: (action.position, action.code))


def describe_with(code: str, words: Callable[[Any], dict[str, Any]]) -> None:
    """How the result page of an action speaks: see participants.deed_words.words_of."""
    _words[code] = words


def words_for(code: str) -> Callable[[Any], dict[str, Any]] | None:
    return _words.get(code)
