"""Where the apps above add what they know about a participant: trainings, bazaars, permits.

Participants may not import them, so each registers its part in its AppConfig.ready(). A part takes the
participant and
gives plain values; the person's page and the list only show them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from django.db.models import Q

from participants.models import Participant


@dataclass(frozen=True)
class Event:
    """Something that happened, for the timeline. ``tone``: ok, info, warn, bad or empty.

    ``kind`` is what the timeline is narrowed by (participants.history.KINDS), ``url`` where it can be
    looked up.
    """

    at: datetime | date
    text: str
    meta: str = ""
    tone: str = ""
    kind: str = ""
    url: str = ""


@dataclass(frozen=True)
class NextStep:
    """What should happen with this person now. The heaviest one is shown."""

    title: str
    text: str
    url: str = ""
    label: str = ""
    tone: str = "info"
    weight: int = 0


class Builder(Protocol):
    def __call__(self, participant: Participant, *, user: Any, today: date) -> Any: ...


@dataclass(frozen=True)
class Panel:
    """A section of the person's page.

    ``context`` gives the template's ``panel`` (None: nothing to show), ``events`` adds to the timeline,
    ``next_step``
    proposes what comes next, ``step_texts`` says more about some of the seven steps ({2: ("now", "2 dari
    3")}).
    """

    position: int
    template: str = ""
    context: Builder | None = None
    events: Builder | None = None
    next_step: Builder | None = None
    step_texts: Builder | None = None


@dataclass(frozen=True)
class RowFacts:
    """What the list shows of somebody beside the participant's own record."""

    activities_done: int | None = None
    last_present_on: date | None = None
    label: str = ""  # a state worth showing, e.g. "Invited 12 Aug"
    tone: str = ""
    icon: str = ""


@dataclass(frozen=True)
class FixedView:
    """A question the list answers with one press. ``condition`` is asked once a page that uses it."""

    code: str
    label: Any
    condition: Callable[[date], Q]


RowFactsOf = Callable[[Sequence[int], date], dict[int, RowFacts]]


@dataclass
class _Registered:
    panels: dict[str, Panel] = field(default_factory=dict)
    row_facts: RowFactsOf | None = None
    views: dict[str, FixedView] = field(default_factory=dict)
    activities_done: Callable[[int, date], Q] | None = None


_registered = _Registered()


def register(panel: Panel) -> None:
    """Called once from AppConfig.ready(); the same template again replaces the earlier one."""
    _registered.panels[panel.template or f"#{panel.position}"] = panel


def register_row_facts(
    facts: RowFactsOf, *, activities_done: Callable[[int, date], Q], views: Iterable[FixedView] = ()
) -> None:
    """One query for a page of the list, the filter by activities done, and the saved views on it."""
    _registered.row_facts = facts
    _registered.activities_done = activities_done
    _registered.views.update({view.code: view for view in views})


def panels() -> list[Panel]:
    return sorted(_registered.panels.values(), key=lambda panel: panel.position)


def row_facts(ids: Sequence[int], today: date) -> dict[int, RowFacts]:
    return _registered.row_facts(ids, today) if _registered.row_facts and ids else {}


def counts_activities() -> bool:
    """Whether an app above counts activities, so that the list can be narrowed by them."""
    return _registered.activities_done is not None


def activities_done(count: int, today: date) -> Q | None:
    """Condition over participants; None while no app above counts activities."""
    return _registered.activities_done(count, today) if _registered.activities_done else None


def fixed_views() -> list[FixedView]:
    return list(_registered.views.values())
