"""What is blanked, deleted or kept when a person is erased: one line for every model of the portal.

Whoever adds a model adds its line, in the AppConfig.ready of its app (an architecture test names the model or
the column that has none). Change history needs no line of its own: the history of a blanked model is blanked
in the same columns, by a function of the database (participants.erasing_sql), because the application's role
may not touch what is append-only. The same function blanks append-only models.

    erasing.blank("participants.Business", person="participant", columns={"name": ""}, why="…")
    erasing.delete("participants.CardToken", person="participant", why="…")
    erasing.keep("bazaars.TurnLedger", person="participant", why="…")
    erasing.by_deed("sessions.Session", deed=…, why="…")       # what no path finds
    erasing.nobody("regions.Region", why="…")                  # holds nothing of a participant

``person`` is the path from a row to its participant. Text, JSON, binary and file columns of a blanked or kept
model are each named: under ``columns`` with the empty value, or under ``stays`` because they name nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db import models

TEXT_LIKE = (
    models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField,
)  # fmt: skip


class Fate(StrEnum):
    BLANKED = "blanked"
    DELETED = "deleted"
    KEPT = "kept"
    DEED = "deed"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Sql:
    """An expression of PostgreSQL in place of an empty value, for history rows; ``arg_person`` is the id."""

    text: str


@dataclass(frozen=True)
class Erased:
    """The person as they were before anything was blanked: what deeds look for."""

    participant_id: int
    user_id: int | None
    uid: Any
    number: str
    full_name: str
    name_key: str
    nik: str
    phone: str
    email: str
    phone_lookup: bytes | None
    birth_date: Any
    at: datetime


Deed = Callable[[Erased], int]


@dataclass(frozen=True)
class Line:
    """``deed`` runs before anything is blanked and answers how many rows it changed."""

    model: str
    fate: Fate
    why: str
    person: str = ""
    columns: Mapping[str, Any] = field(default_factory=dict)
    history: Mapping[str, Any] = field(default_factory=dict)
    stays: frozenset[str] = frozenset()
    deed: Deed | None = None

    @property
    def model_class(self) -> type[models.Model]:
        return apps.get_model(self.model)

    @property
    def is_append_only(self) -> bool:
        return bool(getattr(self.model_class, "append_only", False))


_lines: dict[str, Line] = {}
_plans: list[Callable[[int, datetime], None]] = []


def leaves_plans(leave: Callable[[int, datetime], None]) -> None:
    """``leave(participant_id, now)`` gives back what is planned with a person: seats, open applications.

    It runs before the person is locked, because those services lock a session or a site first.
    """
    if leave not in _plans:
        _plans.append(leave)


def plans() -> list[Callable[[int, datetime], None]]:
    return list(_plans)


def _add(line: Line) -> None:
    _lines[line.model.lower()] = line


def blank(
    model: str,
    *,
    person: str,
    columns: Mapping[str, Any],
    why: str,
    stays: tuple[str, ...] = (),
    history: Mapping[str, Any] | None = None,
    deed: Deed | None = None,
) -> None:
    """The row stays, because something is counted; ``columns`` become empty.

    ``history``: the same for the model's history where it differs. ``deed`` runs first: files, for instance.
    """
    past = columns if history is None else history
    _add(Line(model, Fate.BLANKED, why, person, columns, past, frozenset(stays), deed))


def delete(
    model: str,
    *,
    person: str,
    why: str,
    history: Mapping[str, Any] | None = None,
    deed: Deed | None = None,
) -> None:
    """The rows go. ``history``: columns to empty in the model's history, which stays. ``deed`` runs first."""
    _add(Line(model, Fate.DELETED, why, person, history=history or {}, deed=deed))


def keep(model: str, *, person: str, why: str, stays: tuple[str, ...] = ()) -> None:
    """The rows stay as they are: they name nobody once the participant is blank."""
    _add(Line(model, Fate.KEPT, why, person, stays=frozenset(stays)))


def by_deed(model: str, *, deed: Deed, why: str) -> None:
    """Rows that no path leads to: a function finds and changes them."""
    _add(Line(model, Fate.DEED, why, deed=deed))


def nobody(*labels: str, why: str) -> None:
    """Models without anything of a participant."""
    for label in labels:
        _add(Line(label, Fate.NOBODY, why))


def lines() -> list[Line]:
    return sorted(_lines.values(), key=lambda line: line.model)


def line_of(model: type[models.Model]) -> Line | None:
    return _lines.get(model._meta.label_lower)


# ---------------------------------------------------------------- what the architecture test asks
def models_in_question() -> list[type[models.Model]]:
    """Every model with a table of its own; history is its model's affair."""
    return [
        model
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy and not hasattr(model, "pgh_tracked_model")
        and not model.__module__.startswith("tests.")
    ]  # fmt: skip


def faults() -> list[str]:
    """In words: models without a line, lines without a model, columns that no line mentions."""
    found = [f"{m._meta.label} is in no list" for m in models_in_question() if line_of(m) is None]
    for line in lines():
        try:
            model = line.model_class
        except LookupError:
            found.append(f"{line.model} does not exist")
            continue
        found += [f"{line.model}: {fault}" for fault in _faults_of(line, model)]
    return sorted(found)


def _faults_of(line: Line, model: type[models.Model]) -> list[str]:
    names = {f.name for f in model._meta.concrete_fields} | {f.attname for f in model._meta.concrete_fields}
    named = {*line.columns, *line.history, *line.stays}
    found = [f"has no column {name}" for name in sorted(named - names)]
    if line.fate is Fate.NOBODY:
        found += [f"points to a participant by {name}" for name in _paths_to_people(model)]
    if line.fate is Fate.DELETED and line.is_append_only:
        found.append("is append-only: it cannot be deleted, blank it")
    if line.fate in (Fate.BLANKED, Fate.KEPT):
        found += [f"says nothing of {name}" for name in _texts(model) if name not in named]
    return found


def _paths_to_people(model: type[models.Model]) -> list[str]:
    people = apps.get_model("participants", "Participant")
    return [f.name for f in model._meta.concrete_fields if f.is_relation and f.related_model is people]


def _texts(model: type[models.Model]) -> list[str]:
    """Columns that may hold anything: no choices, no keys, no numbers."""
    return [
        f.name
        for f in model._meta.concrete_fields
        if not f.primary_key and not f.is_relation and not getattr(f, "choices", None)
        and (isinstance(f, TEXT_LIKE) or f.get_internal_type() == "ArrayField")
    ]  # fmt: skip


def history_of(model: type[models.Model]) -> type[models.Model] | None:
    """The change history of a tracked model."""
    for candidate in apps.get_models():
        if getattr(candidate, "pgh_tracked_model", None) is model:
            return candidate
    return None
