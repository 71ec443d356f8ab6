"""To whom a campaign can go. The apps above say what groups of people there are; this app only sends.

An audience is a queryset of participants, always begun from what the writer may see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

Options = Sequence[tuple[str, Any]]


@dataclass(frozen=True)
class Question:
    """What an audience is narrowed to: a list to choose from. ``is_open``: it may stay empty."""

    label: Any
    options: Callable[[Any], Options]
    is_open: bool = False


@dataclass(frozen=True)
class Audience:
    """``people(user, choices)`` answers participants whom the user sees and who take part."""

    code: str
    label: Any
    people: Callable[[Any, Mapping[str, str]], Any]
    questions: Mapping[str, Question] = field(default_factory=dict)


_known: dict[str, Audience] = {}
_pages: dict[str, Any] = {}


def register(audience: Audience) -> Audience:
    _known[audience.code] = audience
    return audience


def find(code: str) -> Audience | None:
    return _known.get(code)


def registered() -> list[Audience]:
    return list(_known.values())


def register_page(url_name: str, label: Any) -> None:
    """A page of the portal that a campaign may link to: one that needs no arguments and that people see."""
    _pages[url_name] = label


def pages() -> list[tuple[str, Any]]:
    return list(_pages.items())


def path_of(url_name: str) -> str:
    return reverse(url_name) if url_name in _pages else "/"


def words_for(audience: Audience, choices: Mapping[str, str], user: Any) -> list[tuple[Any, Any]]:
    """(question, answer) of what was chosen; a choice that is not offered any more stands as it is."""
    said = []
    for name, question in audience.questions.items():
        if chosen := choices.get(name, ""):
            said.append((question.label, dict(question.options(user)).get(chosen, chosen)))
    return said
