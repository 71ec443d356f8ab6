"""Joining two rows of one person, and taking it back.

One row stays (the survivor), the other points to it and keeps its number, NIK and card. Everything else goes
to the survivor as participants.merging says; what the survivor has already is kept aside, so that nothing
counts twice. For thirty days all of it can be taken back: what was moved returns, what was kept aside counts
again, and what happened after the merge stays with the survivor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Model
from django.utils import timezone

from okoce.accounts.models import SignIn, User
from okoce.audit.services import record
from okoce.values import names
from participants import merging, periods
from participants.merging import Move, MoveUnlessSame, Stay
from participants.models import Merge, Participant
from participants.services.changes import version_of

UNDONE_WITHIN = timedelta(days=30)

# What the officer may take from either row. NIK: the other row keeps the one that is not chosen, so that both
# still lead to the person. Area and state have their own dated records and stay as the survivor's are.
NUMBERS = ("nik", "phone", "kk")
CHOICES = (
    "full_name", "nik", "birth_date", "birth_place", "sex", "phone", "kk", "email", "address", "category",
)  # fmt: skip
TOGETHER = {"address": ("address", "rt", "rw"), "full_name": ("full_name", "name_key")}


class Why(StrEnum):
    """Why two rows cannot be joined, or a merge not be taken back."""

    SAME_ROW = "same_row"
    MERGED_ALREADY = "merged_already"
    ERASED = "erased"
    CHANGED = "changed"
    TOO_LATE = "too_late"
    UNDONE_ALREADY = "undone_already"
    LATER_FIRST = "later_first"


class CannotMerge(Exception):
    def __init__(self, why: Why, participant: Participant | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.participant = participant


@dataclass(frozen=True)
class Table:
    """Where rows of a reference lie: ``holder`` is the column with the participant's id."""

    model: type[Model]
    name: str
    holder: str
    is_append_only: bool

    @classmethod
    def of(cls, field: Any) -> Table:
        model = field.model
        return cls(model, model._meta.db_table, field.column, bool(getattr(model, "append_only", False)))


@transaction.atomic
def merge(
    *,
    survivor_id: int,
    merged_id: int,
    chosen: Mapping[str, str],
    reason: str,
    by: Any,
    now: datetime,
    versions: Mapping[int, str] | None = None,
) -> Merge:
    """Join ``merged`` to ``survivor``.

    ``chosen``: field of CHOICES to ``"merged"`` where its value is the right one. ``versions``:
    ``version_of`` each row when the page was opened. Raises CannotMerge.
    """
    if survivor_id == merged_id:
        raise CannotMerge(Why.SAME_ROW)
    rules = _handlers()
    for _reference, handler in rules:
        handler.lock(survivor_id=survivor_id, merged_id=merged_id)
    survivor, merged = _locked(survivor_id, merged_id)
    for row in (survivor, merged):
        if row.merged_into_id is not None:
            raise CannotMerge(Why.MERGED_ALREADY, row)
        if row.erased_at is not None:
            raise CannotMerge(Why.ERASED, row)
        if versions and versions.get(row.pk) != version_of(row):
            raise CannotMerge(Why.CHANGED, row)
    taken = [name for name in CHOICES if chosen.get(name) == "merged" and _differ(name, survivor, merged)]
    done = Merge(
        survivor=survivor,
        merged=merged,
        reason=reason,
        chosen=taken,
        counts_from=periods.counts_from(merged.registered_on, today=timezone.localdate(now)),
        at=now,
        by=by if getattr(by, "pk", None) else None,
    )
    done.before = _choose(survivor, merged, taken)
    done.save()
    done.moved = _move_all(done, now)
    done.save(update_fields=["moved"])
    merged.merged_into = survivor
    merged.save()
    for reference, handler in _handlers():
        handler.finish(done.moved.get(reference, {}), now=now)
    _sign_out(merged)
    record(by, "participants.merge.done", survivor, merged=merged.number, fields=taken)
    return done


@transaction.atomic
def undo(*, merge_id: int, by: Any, now: datetime) -> Merge:
    """Take a merge back. Raises CannotMerge: too late, a later one stands on it, or it is undone already."""
    done = Merge.objects.get(pk=merge_id)
    for _reference, handler in _handlers():
        handler.lock(survivor_id=done.survivor_id, merged_id=done.merged_id)
    survivor, merged = _locked(done.survivor_id, done.merged_id)
    done.refresh_from_db()
    if (why := why_not_undone(done, survivor=survivor, merged=merged, now=now)) is not None:
        raise CannotMerge(why, survivor)
    done.undone_at, done.undone_by = now, by if getattr(by, "pk", None) else None
    done.save(update_fields=["undone_at", "undone_by"])
    _restore_values(survivor, merged, done.before)
    merged.merged_into = None
    merged.save()
    survivor.save()
    _move_back(done, now)
    record(by, "participants.merge.undone", survivor, merged=merged.number)
    return done


def why_not_undone(done: Merge, *, survivor: Participant, merged: Participant, now: datetime) -> Why | None:
    if done.undone_at is not None:
        return Why.UNDONE_ALREADY
    if now - done.at > UNDONE_WITHIN:
        return Why.TOO_LATE
    if survivor.erased_at is not None or merged.erased_at is not None:
        return Why.ERASED
    later = Merge.objects.standing().filter(survivor=done.survivor_id, pk__gt=done.pk)
    if survivor.merged_into_id is not None or later.exists():
        return Why.LATER_FIRST
    return None


def _locked(*ids: int) -> tuple[Participant, ...]:
    """Both rows, locked in the order of their ids: two officers who join the same two never deadlock."""
    rows = {
        row.pk: row for row in Participant.everybody.filter(pk__in=ids).order_by("pk").select_for_update()
    }
    return tuple(rows[pk] for pk in ids)


def _sign_out(merged: Participant) -> None:
    """The account of the row that is no person any more is left at the next request."""
    if merged.user_id is not None:
        User.objects.filter(pk=merged.user_id).update(session_epoch=F("session_epoch") + 1)
        SignIn.objects.filter(user=merged.user_id, ended_at=None).update(ended_at=timezone.now())


def moved_count(done: Merge) -> int:
    """How many rows the merged one brought along."""
    return sum(
        len(kept.get("moved", ())) + len(kept.get("swapped", ())) + len(kept.get("stalls", ()))
        for kept in done.moved.values()
    )


# ---------------------------------------------------------------- values


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _columns(name: str) -> tuple[str, ...]:
    return TOGETHER.get(name, (name,))


def _differ(name: str, one: Participant, other: Participant) -> bool:
    return any(getattr(one, column) != getattr(other, column) for column in _columns(name))


def _choose(survivor: Participant, merged: Participant, taken: list[str]) -> dict[str, Any]:
    """Write the chosen values; what both rows held before and hold now, for taking it back."""
    columns = [column for name in taken for column in _columns(name)]
    before = {
        row.pk: {column: _plain(getattr(row, column)) for column in columns} for row in (survivor, merged)
    }
    if "nik" in taken:  # one NIK belongs to one row: they change places
        first, second = survivor.nik, merged.nik
        merged.nik = ""
        merged.save()
        survivor.nik = second
        survivor.save()
        merged.nik = first
    for column in columns:
        if column != "nik":
            setattr(survivor, column, getattr(merged, column))
    survivor.name_key = names.key(survivor.full_name)[: names.MAX_LENGTH]
    survivor.save()
    after = {
        row.pk: {column: _plain(getattr(row, column)) for column in columns} for row in (survivor, merged)
    }
    return {
        "survivor": before[survivor.pk],
        "merged": before[merged.pk],
        "survivor_after": after[survivor.pk],
        "merged_after": after[merged.pk],
    }


def _restore_values(survivor: Participant, merged: Participant, kept: Mapping[str, Any]) -> None:
    """Each field as it was, unless somebody has corrected it since: then the correction stays."""
    if not kept:
        return
    swapped = "nik" in kept["survivor"] and survivor.nik == kept["survivor_after"]["nik"]
    if swapped:
        merged.nik = ""
        merged.save()
    for row, side in ((survivor, "survivor"), (merged, "merged")):
        for column, value in kept[side].items():
            if column == "nik":
                continue
            if _plain(getattr(row, column)) == kept[f"{side}_after"][column]:
                setattr(row, column, date.fromisoformat(value) if column == "birth_date" else value)
    if swapped:
        survivor.nik = kept["survivor"]["nik"]
        survivor.save()
    if "nik" in kept["merged"]:
        merged.nik = kept["merged"]["nik"]


# ---------------------------------------------------------------- rows


def _handlers() -> list[tuple[str, Any]]:
    return [
        (reference, rule)
        for reference, rule in sorted(merging.rules().items())
        if not isinstance(rule, Move | MoveUnlessSame | Stay)
    ]


def _generic() -> list[tuple[str, Table, Move | MoveUnlessSame]]:
    rules = merging.rules()
    return [
        (reference, Table.of(field), rule)
        for reference, field in sorted(merging.references(), key=lambda pair: pair[0])
        if isinstance(rule := rules[reference], Move | MoveUnlessSame)
    ]


def _move_all(done: Merge, now: datetime) -> dict[str, Any]:
    """Everything that points to the merged row; what was done, by reference, as ids."""
    moved: dict[str, Any] = {}
    with connection.cursor() as cursor:
        # Rows that change places point to nobody for a moment: keys are checked at the end.
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for reference, handler in _handlers():
        ids = {"survivor_id": done.survivor_id, "merged_id": done.merged_id}
        if kept := handler.merge(**ids, now=now):
            moved[reference] = kept
    for reference, table, rule in _generic():
        kept = _move(done, table, rule)
        if any(kept.values()):
            moved[reference] = kept
    return moved


def _move(done: Merge, table: Table, rule: Move | MoveUnlessSame) -> dict[str, list[Any]]:
    """``moved``: ids that went over. ``swapped``: pairs (survivor's, merged row's) that changed places."""
    theirs = _rows(table, done.merged_id)
    if isinstance(rule, Move):
        ids = [row["pk"] for row in theirs]
        _hand_over(done, table, ids, done.merged_id, done.survivor_id)
        return {"moved": ids, "swapped": []}
    columns = [*rule.fields, *rule.among, *([rule.first] if rule.first else [])]
    theirs = _rows(table, done.merged_id, columns)
    own = _rows(table, done.survivor_id, columns)
    moved, swapped = [], []
    for row in theirs:
        same = next((other for other in own if _is_same(rule, row, other)), None)
        if same is None:
            moved.append(row["pk"])
            own.append(row)
        elif rule.first and row[rule.first] < same[rule.first]:
            swapped.append([same["pk"], row["pk"]])
    _hand_over(done, table, moved, done.merged_id, done.survivor_id)
    swap(table, swapped, done.survivor_id, done.merged_id)
    if moved and table.model._meta.pk.attname == table.holder:
        moved = [done.survivor_id]  # a row that is called after its person has another name now
    return {"moved": moved, "swapped": swapped}


def _is_same(rule: MoveUnlessSame, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    for row in (one, other):
        if any(row[name] != value for name, value in rule.among.items()):
            return False
    return all(
        _folded(one[name]) == _folded(other[name])
        or (name in rule.blank_is_any and not (one[name] and other[name]))
        for name in rule.fields
    )


def _folded(value: Any) -> Any:
    return " ".join(value.casefold().split()) if isinstance(value, str) else value


def _rows(table: Table, holder_id: int, columns: Any = ()) -> list[dict[str, Any]]:
    rows = table.model._base_manager.filter(**{table.holder: holder_id})
    return list(rows.order_by("pk").values("pk", *columns))


def _hand_over(done: Merge, table: Table, ids: list[int], giver: int, taker: int) -> None:
    if not ids:
        return
    if table.is_append_only:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT public.participants_move_rows(%s, %s, %s, %s)",
                [done.pk, table.name, table.holder, ids],
            )
        return
    rows = table.model._base_manager.filter(**{"pk__in": ids, table.holder: giver})
    rows.update(**{table.holder: taker})


def swap(table: Table, pairs: list[list[int]], survivor_id: int, merged_id: int) -> None:
    """Rows that only one of the two may have change places, by way of nobody."""
    if not pairs:
        return
    rows = table.model._base_manager
    own, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    rows.filter(pk__in=own).update(**{table.holder: -merged_id})
    rows.filter(pk__in=theirs).update(**{table.holder: survivor_id})
    rows.filter(pk__in=own).update(**{table.holder: merged_id})


def _move_back(done: Merge, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for reference, table, _rule in reversed(_generic()):
        kept = done.moved.get(reference)
        if kept is None:
            continue
        held = table.model._base_manager.filter(**{table.holder: done.survivor_id})
        still = set(held.values_list("pk", flat=True))
        _hand_over(done, table, [pk for pk in kept["moved"] if pk in still], done.survivor_id, done.merged_id)
        back = [[theirs, own] for own, theirs in kept["swapped"] if theirs in still]
        swap(table, back, done.survivor_id, done.merged_id)
    for reference, handler in reversed(_handlers()):
        if (kept := done.moved.get(reference)) is not None:
            handler.undo(kept, survivor_id=done.survivor_id, merged_id=done.merged_id, now=now)
