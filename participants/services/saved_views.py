"""Saved views of the list, and how a person likes its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from participants import own_list
from participants.models import ListSetting, SavedView

MOST_OWN = 30


class NameTaken(Exception):
    """The person has a view of that name in this unit."""


class TooMany(Exception):
    """The person has MOST_OWN views."""


@transaction.atomic
def save_view(
    *,
    name: str,
    is_shared: bool,
    opens_with: bool,
    filters: Mapping[str, str],
    columns: Sequence[str],
    by: Any,
) -> SavedView:
    """A new view. Sending the same again gives the one that was made."""
    own = SavedView.objects.changeable_by(by)
    same = own.filter(name=name).first()
    if same is not None and (same.filters, same.columns) == (dict(filters), list(columns)):
        return _change(same, name=name, is_shared=is_shared, opens_with=opens_with, by=by)
    if same is not None:
        raise NameTaken
    if own.count() >= MOST_OWN:
        raise TooMany
    view = SavedView(**SavedView.of(by), name=name, filters=dict(filters), columns=list(columns))
    return _change(view, name=name, is_shared=is_shared, opens_with=opens_with, by=by)


@transaction.atomic
def change_view(*, view: SavedView, name: str, is_shared: bool, opens_with: bool, by: Any) -> SavedView:
    """Another name, shared or not, and whether the list opens with it."""
    return _change(view, name=name, is_shared=is_shared, opens_with=opens_with, by=by)


def _change(view: SavedView, *, name: str, is_shared: bool, opens_with: bool, by: Any) -> SavedView:
    view.name, view.is_shared = name, is_shared
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise NameTaken from None
    setting = ListSetting.objects.filter(user=by).first()
    if opens_with:
        ListSetting.objects.update_or_create(user=by, defaults={"opens_with": view})
    elif setting is not None and setting.opens_with_id == view.pk:
        ListSetting.objects.filter(user=by).update(opens_with=None)
    own_list.forget(by)
    return view


@transaction.atomic
def open_with(*, view: SavedView | None, by: Any) -> None:
    """What the list shows first: a view, or everybody."""
    ListSetting.objects.update_or_create(user=by, defaults={"opens_with": view})
    own_list.forget(by)


@transaction.atomic
def delete_view(*, view: SavedView, by: Any) -> None:
    view.delete()
    own_list.forget(by)


@transaction.atomic
def choose_columns(*, columns: Sequence[str], by: Any) -> None:
    ListSetting.objects.update_or_create(user=by, defaults={"columns": list(columns)})
    own_list.forget(by)
