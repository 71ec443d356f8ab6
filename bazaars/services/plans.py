"""The officer changes the plan: facts, places, numbers and tents of stalls, and the picture below them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from bazaars import errors
from bazaars.enums import StallKind
from bazaars.layout import (
    Standing,
    in_pairs,
    numbers_from,
    off_plan,
    over_each_other,
    side_by_side,
    twice,
    without_size,
)
from bazaars.models import Ground, PlanPhoto, PlanVersion, Site, Stall
from bazaars.plan import MOST_COLUMNS, MOST_ROWS, STEP_X, STEP_Y
from bazaars.services.events import locked_site, refuse_when_frozen, refuse_when_quotas_need_more
from bazaars.services.versions import (
    KEPT,
    ground_of,
    keeping_version,
    kept_ground,
    kept_stalls,
    newest_number,
)
from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.db import sealed_files

Changes = Mapping[int, Mapping[str, Any]]
"""Key of a stall → its new facts by name."""

PHOTO = "bazaars.plan_photo"


def standing(stall: Stall) -> Standing:
    return Standing(stall.number, stall.row, stall.column, stall.width, stall.depth)


@transaction.atomic
def change_stalls(*, site_id: int, changes: Changes, by: User) -> int:
    """Gives stalls new facts, all or none; how many are changed. The same again changes nothing.

    Raises StallsGone, StallTaken, NoSize, OffThePlan, OverEachOther, RulesImpossible, SiteIsFrozen.
    """
    return len(_change(locked_site(site_id), changes, by))


def _change(site: Site, changes: Changes, by: User) -> list[Stall]:
    refuse_when_frozen(site)
    stalls = {stall.pk: stall for stall in site.stalls.all()}
    if changes.keys() - stalls.keys():
        raise errors.StallsGone
    touched = [stalls[pk] for pk, new in changes.items() if _differs(stalls[pk], new)]
    if not touched:
        return []
    with keeping_version(site, by):
        for stall in touched:
            for name, value in changes[stall.pk].items():
                setattr(stall, name, value)
            if stall.kind == StallKind.VENDOR:
                stall.label = ""
        _refuse_impossible(site, stalls.values(), touched)
        Stall.objects.bulk_update([*touched, *_taken_apart(stalls.values(), touched)], KEPT)
        refuse_when_quotas_need_more(site)
    record(by, "bazaars.stalls.changed", site, count=len(touched))
    return touched


def _differs(stall: Stall, new: Mapping[str, Any]) -> bool:
    return any(getattr(stall, name) != value for name, value in new.items())


def _refuse_impossible(site: Site, stalls: Iterable[Stall], touched: Collection[Stall]) -> None:
    everywhere, ground = [standing(stall) for stall in stalls], ground_of(site)
    moved = [standing(stall) for stall in touched]
    if wrong := without_size(moved):
        raise errors.NoSize(wrong)
    if wrong := twice(everywhere):
        raise errors.StallTaken(wrong)
    if wrong := off_plan(moved, rows=ground.rows, columns=ground.columns):
        raise errors.OffThePlan(wrong, rows=ground.rows, columns=ground.columns)
    if pairs := over_each_other(everywhere):
        raise errors.OverEachOther(pairs)


def _taken_apart(stalls: Iterable[Stall], touched: Collection[Stall]) -> list[Stall]:
    """Ends tents whose two stalls no longer stand side by side; the others that this changes."""
    tents: dict[int, list[Stall]] = {}
    for stall in stalls:
        if stall.tent is not None:
            tents.setdefault(stall.tent, []).append(stall)
    apart = [
        stall
        for pair in tents.values()
        if len(pair) < 2 or not side_by_side(standing(pair[0]), standing(pair[1]))
        for stall in pair
    ]
    for stall in apart:
        stall.tent = stall.tent_half = None
    return [stall for stall in apart if stall not in touched]


@transaction.atomic
def place_stalls(*, site_id: int, places: Mapping[int, tuple[int, int]], seen: int, by: User) -> int:
    """Rows and columns as they were put on the screen, in one go; ``seen`` is the version it began from.

    Raises PlanSavedMeanwhile when somebody else saved the plan since, and what ``change_stalls`` raises.
    """
    site = locked_site(site_id)
    refuse_when_frozen(site)
    there = {stall.pk: (stall.row, stall.column) for stall in site.stalls.all()}
    if all(there.get(pk) == place for pk, place in places.items()):
        return 0
    if newest_number(site) != seen:
        raise errors.PlanSavedMeanwhile
    return len(
        _change(site, {pk: {"row": row, "column": column} for pk, (row, column) in places.items()}, by)
    )


@transaction.atomic
def move_stalls(*, site_id: int, stall_ids: Collection[int], row: int, column: int, by: User) -> int:
    """Moves stalls together: the upper left corner of them all to this place."""
    site = locked_site(site_id)
    some = _chosen(site, stall_ids)
    down = row - min(stall.row for stall in some)
    right = column - min(stall.column for stall in some)
    changes = {s.pk: {"row": s.row + down, "column": s.column + right} for s in some}
    return len(_change(site, changes, by))


@transaction.atomic
def renumber_stalls(*, site_id: int, stall_ids: Collection[int], first: str, by: User) -> int:
    """New numbers from ``first`` on, row by row. Raises PlanError when ``first`` is no number."""
    site = locked_site(site_id)
    some = _chosen(site, stall_ids)
    numbers = numbers_from(first, len(some))
    changes = {stall.pk: {"number": number} for stall, number in zip(some, numbers, strict=True)}
    return len(_change(site, changes, by))


@transaction.atomic
def share_tents(*, site_id: int, stall_ids: Collection[int], by: User) -> int:
    """Two by two under one roof, in the order of the numbers. Raises NotSideBySide."""
    site = locked_site(site_id)
    some = {standing(stall): stall for stall in _chosen(site, stall_ids)}
    pairs = in_pairs(list(some))
    if pairs is None:
        raise errors.NotSideBySide
    others = site.stalls.exclude(pk__in=stall_ids)
    if any(stall.tent is not None for stall in some.values()):
        tents = [stall.tent for stall in some.values() if stall.tent is not None]
        if others.filter(tent__in=tents).exists():
            raise errors.TentTaken
    taken = set(others.exclude(tent=None).values_list("tent", flat=True))
    free = (number for number in range(1, 1000) if number not in taken)
    changes = {
        some[one].pk: {"tent": tent, "tent_half": half}
        for pair, tent in zip(pairs, free, strict=False)
        for half, one in enumerate(pair, 1)
    }
    return len(_change(site, changes, by))


@transaction.atomic
def separate_tents(*, site_id: int, stall_ids: Collection[int], by: User) -> int:
    """Each of these stalls for itself again, and those that shared a tent with them."""
    site = locked_site(site_id)
    tents = {stall.tent for stall in _chosen(site, stall_ids)} - {None}
    both = site.stalls.filter(tent__in=tents)
    return len(_change(site, {stall.pk: {"tent": None, "tent_half": None} for stall in both}, by))


def _chosen(site: Site, stall_ids: Collection[int]) -> list[Stall]:
    """In the order of the plan. Raises NothingChosen, StallsGone."""
    some: list[Stall] = list(site.stalls.filter(pk__in=stall_ids).order_by("row", "column"))
    if not stall_ids:
        raise errors.NothingChosen
    if len(some) != len(set(stall_ids)):
        raise errors.StallsGone
    return some


@transaction.atomic
def set_ground(
    *,
    site_id: int,
    by: User,
    entrance: str,
    photo: bytes | None = None,
    size: tuple[int, int] = (0, 0),
    columns: int = MOST_COLUMNS,
) -> Ground:
    """Where the entrance is, and the picture below the stalls (a clean JPEG; None keeps the one there).

    ``columns`` stalls are as wide as the picture; the rows follow from its shape. Raises OffThePlan when
    stalls would stand beside it, SiteIsFrozen.
    """
    site = locked_site(site_id)
    refuse_when_frozen(site)
    with keeping_version(site, by) as keeping:
        ground = ground_of(site)
        ground.entrance = entrance
        if photo is not None:
            new = PlanPhoto(site=site, width=size[0], height=size[1], added_by=by)
            new.file = sealed_files.store(photo, column=PHOTO, row=new.uid)
            new.save()
            ground.photo, keeping.more = new, {"photo": "added"}
        if ground.photo is not None:
            ground.columns, ground.rows = columns, rows_of(ground.photo, columns)
        ground.save()
        refuse_beside(site, ground)
    if keeping.version:
        record(by, "bazaars.plan.ground", site)
    return ground


@transaction.atomic
def drop_photo(*, site_id: int, by: User) -> Ground:
    """The plan on its grid again. Earlier versions keep the picture."""
    site = locked_site(site_id)
    refuse_when_frozen(site)
    ground = ground_of(site)
    if ground.photo is None:
        return ground
    with keeping_version(site, by) as keeping:
        keeping.more = {"photo": "dropped"}
        ground.photo, ground.rows, ground.columns = None, MOST_ROWS, MOST_COLUMNS
        ground.save()
    record(by, "bazaars.plan.ground", site)
    return ground


def rows_of(photo: PlanPhoto, columns: int) -> int:
    """As many rows as the picture is high in stalls."""
    high = photo.height / photo.width * columns * STEP_X / STEP_Y
    return max(1, min(MOST_ROWS, round(high)))


def refuse_beside(site: Site, ground: Ground) -> None:
    places = [standing(stall) for stall in site.stalls.all()]
    if wrong := off_plan(places, rows=ground.rows, columns=ground.columns):
        raise errors.OffThePlan(wrong, rows=ground.rows, columns=ground.columns)


def photo_of(photo: PlanPhoto) -> bytes:
    """FileNotFoundError when the file is gone."""
    return sealed_files.load(photo.file, column=PHOTO, row=photo.uid)


@transaction.atomic
def restore(*, site_id: int, number: int, by: User) -> PlanVersion | None:
    """Puts the plan back as the version has it, which is a version again; None when it stands so already.

    Raises SiteIsFrozen, RulesImpossible.
    """
    site = locked_site(site_id)
    refuse_when_frozen(site)
    version = PlanVersion.objects.get(site=site, number=number)
    if version.stalls == kept_stalls(site) and all(
        getattr(version, name) == value for name, value in kept_ground(site).items()
    ):
        return None
    with keeping_version(site, by) as keeping:
        keeping.more = {"restored": number}
        _put_back(site, version.stalls)
        Ground.objects.update_or_create(
            site=site,
            defaults={
                "entrance": version.entrance,
                "photo_id": version.photo_id,
                "rows": version.rows,
                "columns": version.columns,
            },
        )
        refuse_when_quotas_need_more(site)
    record(by, "bazaars.plan.restored", site, version=number)
    return keeping.version


def _put_back(site: Site, kept: Sequence[dict[str, Any]]) -> None:
    """Stalls keep their row in the database by their number."""
    wanted = {facts["number"]: facts for facts in kept}
    site.stalls.exclude(number__in=wanted).delete()
    there = {stall.number: stall for stall in site.stalls.all()}
    for number, stall in there.items():
        for name, value in wanted[number].items():
            setattr(stall, name, value)
    if there:
        Stall.objects.bulk_update(there.values(), [name for name in KEPT if name != "number"])
    Stall.objects.bulk_create(
        Stall(site=site, **facts) for number, facts in wanted.items() if number not in there
    )
