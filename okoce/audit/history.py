"""What changed on a target, from the change history that the database itself keeps.

Which field changed is told for every field; before and after only for fields that say nothing about a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from okoce.accounts.models import User
from okoce.audit import words

LIMIT = 200


@dataclass(frozen=True)
class FieldChange:
    label: Any
    before: str = ""
    after: str = ""
    is_shown: bool = False


@dataclass(frozen=True)
class Change:
    """``kind``: insert, update or delete. ``who`` is empty for work of the clock."""

    at: datetime
    kind: str
    who: str
    fields: list[FieldChange]


def changes_of(target_type: str, target_id: str) -> list[Change]:
    """The newest ``LIMIT`` changes of a target, newest first. Two queries; none where no history is kept."""
    model = _event_model(target_type)
    if model is None or not target_id.isdigit():
        return []
    events = list(
        model._default_manager.filter(pgh_obj_id=int(target_id))
        .select_related("pgh_context")
        .order_by("-pgh_id")[: LIMIT + 1]
    )
    names = _names_of(events)
    told = [
        Change(
            new.pgh_created_at, new.pgh_label, names.get(_user_of(new), ""), list(_compare(model, old, new))
        )
        for new, old in pairwise([*events, None])
        if new is not None
    ]
    return told[:LIMIT]


def _event_model(target_type: str) -> type[models.Model] | None:
    for model in apps.get_models():
        tracked = getattr(model, "pgh_tracked_model", None)
        if tracked is not None and tracked._meta.label_lower == target_type:
            return model
    return None


def _user_of(event: Any) -> int | None:
    return event.pgh_context.metadata.get("user") if event.pgh_context else None


def _names_of(events: list[Any]) -> dict[int | None, str]:
    ids = {_user_of(event) for event in events} - {None}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "full_name")) if ids else {}


def _compare(model: type[models.Model], old: Any, new: Any) -> Iterator[FieldChange]:
    """What differs from the row before; nothing for the first row, whose every field is new."""
    if old is None:
        return
    for field in model._meta.concrete_fields:
        if field.name.startswith("pgh_") or field.name in words.SILENT:
            continue
        before, after = getattr(old, field.attname), getattr(new, field.attname)
        if _plain(before) == _plain(after):
            continue
        is_shown = field.name in words.HARMLESS
        yield FieldChange(
            words.field(field.name),
            _said(field, before) if is_shown else "",
            _said(field, after) if is_shown else "",
            is_shown,
        )


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _said(field: Any, value: Any) -> str:
    if value is None or value == "":
        return _("empty")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if hasattr(value, "isoformat") and hasattr(value, "year"):
        return date_format(value, "SHORT_DATE_FORMAT")
    return str(dict(field.flatchoices).get(value, value)) if field.flatchoices else str(value)
