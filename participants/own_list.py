"""What a person and the person's unit have made of the list: columns, saved views, the view it opens with.

Every page of the list shows it, so it is kept in the cache and forgotten when one of them changes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db import transaction

from participants.models import ListSetting, SavedView

KEPT_SECONDS = 3600
MOST_SHOWN = 12  # views above the list; the others are on their own page


@dataclass(frozen=True)
class View:
    """A saved view as plain values. ``filters`` are those of PeopleFilter."""

    uid: str
    name: str
    filters: dict[str, str]
    columns: tuple[str, ...]
    is_own: bool
    is_shared: bool

    @property
    def code(self) -> str:
        """Under which its people are counted: what it asks, so that a changed view is counted anew."""
        return "view:" + "&".join(f"{k}={v}" for k, v in sorted(self.filters.items()))


@dataclass(frozen=True)
class OwnList:
    columns: tuple[str, ...] = ()
    opens_with: str = ""
    own: tuple[View, ...] = ()
    shared: tuple[View, ...] = ()

    @property
    def views(self) -> tuple[View, ...]:
        """The own ones first, then those of colleagues."""
        mine = {view.uid for view in self.own}
        return (*self.own, *(view for view in self.shared if view.uid not in mine))

    def find(self, uid: str) -> View | None:
        return next((view for view in self.views if view.uid == uid), None)


@dataclass
class _Mine:
    columns: tuple[str, ...] = ()
    opens_with: str = ""
    views: tuple[View, ...] = field(default_factory=tuple)


def keys(user: Any) -> tuple[str, str]:
    membership = user.active_membership
    unit = f"{membership.role}:{membership.organisation_id}:{membership.area_id}"
    return f"list:mine:{membership.pk}", f"list:unit:{unit}"


def read(user: Any, kept: dict[str, Any] | None = None) -> OwnList:
    """``kept`` is what the cache holds under ``keys``, where the caller has asked it already."""
    mine_key, unit_key = keys(user)
    if kept is None:
        kept = cache.get_many([mine_key, unit_key])
    mine, shared = kept.get(mine_key), kept.get(unit_key)
    if mine is None:
        mine = _read_mine(user)
        cache.set(mine_key, mine, KEPT_SECONDS)
    if shared is None:
        shared = _views(SavedView.objects.visible_to(user).filter(is_shared=True), None)
        cache.set(unit_key, shared, KEPT_SECONDS)
    return OwnList(mine.columns, mine.opens_with, mine.views, shared)


def _read_mine(user: Any) -> _Mine:
    setting = ListSetting.objects.filter(user=user).select_related("opens_with").first()
    own = _views(SavedView.objects.changeable_by(user), user.pk)
    if setting is None:
        return _Mine(views=own)
    return _Mine(tuple(setting.columns), str(setting.opens_with.uid) if setting.opens_with else "", own)


def _views(rows: Any, owner: int | None) -> tuple[View, ...]:
    return tuple(
        View(str(r.uid), r.name, r.filters, tuple(r.columns), r.made_by_id == owner, r.is_shared)
        for r in rows.order_by("name", "pk")
    )


def forget(user: Any) -> None:
    """After a change: now for this request, and once more when others can see it."""
    found = list(keys(user))
    cache.delete_many(found)
    transaction.on_commit(lambda: cache.delete_many(found))
