"""Holidays and Ramadan: seeded, kept by staff, and handed to whoever plans."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.db import connection, transaction

from okoce.audit.services import record
from okoce.notifications import decency
from trainings.enums import HolidayKind, HolidayOrigin
from trainings.models import Holiday, RamadanPeriod
from trainings.scheduling import Facts, RamadanHours
from trainings.services.locks import actor

CATEGORIES = (("public", HolidayKind.NATIONAL), ("government", HolidayKind.JOINT))
SEED_SOURCE = "SKB 3 Menteri (paket holidays)"


@transaction.atomic
def seed_holidays(years: Iterable[int], *, today: date) -> int:
    """Brings seeded rows up to date; returns how many days the official list has.

    A row of staff is left as it is, also when the list has another name. A seeded day still to come that the
    list no longer has (an estimate that the decree moved) goes; past ones stay, for they were true once.
    """
    # Three megabytes that a process does without until somebody asks for the official list.
    import holidays as official  # noqa: PLC0415

    _one_at_a_time()
    wanted: dict[date, tuple[str, HolidayKind]] = {}
    years = list(years)
    for category, kind in CATEGORIES:
        days = official.country_holidays("ID", years=years, categories=(category,), language="id")
        for day, name in sorted(days.items()):
            wanted.setdefault(day, (name[:100], kind))
    kept = set(Holiday.objects.filter(area=None, origin=HolidayOrigin.STAFF).values_list("day", flat=True))
    rows = [
        Holiday(day=day, name=name, kind=kind, source=SEED_SOURCE, origin=HolidayOrigin.SEEDED)
        for day, (name, kind) in wanted.items()
        if day not in kept
    ]
    known = {
        row.day: row
        for row in Holiday.objects.filter(area=None, origin=HolidayOrigin.SEEDED).select_for_update()
    }
    Holiday.objects.bulk_create([row for row in rows if row.day not in known])
    for row in rows:
        old = known.get(row.day)
        if old is not None and (old.name, old.kind) != (row.name, row.kind):
            old.name, old.kind = row.name, row.kind
            old.save()
    gone = [row.pk for day, row in known.items() if day > today and day.year in years and day not in wanted]
    Holiday.objects.filter(pk__in=gone).delete()
    return len(wanted)


def _one_at_a_time() -> None:
    """Until the end of the transaction: two officers who enter one day see one row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('trainings.calendar'))")


@dataclass(frozen=True)
class HolidayEntry:
    """What staff say about a day. ``area`` None: all of Jakarta."""

    day: date
    name: str
    kind: HolidayKind
    source: str
    area: str | None = None


@transaction.atomic
def keep_holiday(*, entry: HolidayEntry, by: Any) -> Holiday:
    """The day off as staff know it, whatever stood there before. The same twice changes nothing."""
    _one_at_a_time()
    row = Holiday.objects.filter(day=entry.day, area=entry.area).first()
    is_new = row is None
    if row is None:
        row = Holiday(day=entry.day, area_id=entry.area)
    said = (entry.name, entry.kind, entry.source, True)
    if not is_new and (row.name, row.kind, row.source, row.is_held) == said:
        return row
    row.name, row.kind, row.source, row.is_held = said
    row.origin, row.changed_by = HolidayOrigin.STAFF, actor(by)
    row.save()
    action = "trainings.holiday.entered" if is_new else "trainings.holiday.changed"
    record(by, action, row, day=entry.day.isoformat())
    return row


@transaction.atomic
def strike_holiday(*, holiday_id: int, source: str, by: Any) -> Holiday:
    """The day is no holiday after all. The row stays, so that seeding does not bring it back."""
    row = Holiday.objects.select_for_update().get(pk=holiday_id)
    if not row.is_held:
        return row
    row.is_held, row.source = False, source
    row.origin, row.changed_by = HolidayOrigin.STAFF, actor(by)
    row.save()
    record(by, "trainings.holiday.struck", row, day=row.day.isoformat())
    return row


@dataclass(frozen=True)
class RamadanEntry:
    first_day: date
    last_day: date
    opens: time
    closes: time
    friday_closes: time
    source: str


@transaction.atomic
def keep_ramadan(*, entry: RamadanEntry, by: Any, period_id: int | None = None) -> RamadanPeriod:
    """The Ramadan of these days; ``period_id``, or one that shares a day with it, is corrected."""
    _one_at_a_time()
    overlapping = list(RamadanPeriod.objects.between(entry.first_day, entry.last_day))
    if period_id is not None:
        own = RamadanPeriod.objects.get(pk=period_id)
        overlapping = [own, *(row for row in overlapping if row != own)]
    row = overlapping[0] if overlapping else RamadanPeriod()
    fields = ("first_day", "last_day", "opens", "closes", "friday_closes", "source")
    if row.pk and all(getattr(row, name) == getattr(entry, name) for name in fields):
        return row
    for other in overlapping[1:]:
        other.delete()
    for name in fields:
        setattr(row, name, getattr(entry, name))
    row.changed_by = actor(by)
    row.save()
    record(by, "trainings.ramadan.kept", row, day=entry.first_day.isoformat())
    return row


def quiet_days(first: date, last: date) -> decency.Calendar:
    """Days on which messages rest: holidays of the whole city, and the Ramadans. Two queries."""
    days = Holiday.objects.between(first, last).filter(area=None)
    return decency.Calendar(
        holidays=dict(days.values_list("day", "name")),
        ramadans=tuple(RamadanPeriod.objects.between(first, last).values_list("first_day", "last_day")),
    )


def facts_between(first: date, last: date, *, area: str) -> Facts:
    """What the calendar says of these days in that area (a region's code). Two queries."""
    days = Holiday.objects.between(first, last).touching(area)
    periods = RamadanPeriod.objects.between(first, last)
    return Facts(
        holidays=dict(days.order_by("-area").values_list("day", "name")),
        ramadans=tuple(
            RamadanHours(p.first_day, p.last_day, p.opens, p.closes, p.friday_closes) for p in periods
        ),
    )
