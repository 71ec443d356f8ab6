"""What goes wrong on the days of a bazaar, with a photo that lies sealed; and checks of food stalls."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from bazaars import errors
from bazaars.enums import AllocationState, IncidentKind
from bazaars.models import Allocation, FoodCheck, Incident, Site
from bazaars.services.days import is_day_of
from bazaars.services.events import locked_site
from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.db import sealed_files

COLUMN = "bazaars.incident_photo"
PHOTOS_KEPT = timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody writes about an incident. ``photo`` is clean already (okoce.db.images)."""

    kind: IncidentKind
    what: str
    stall_id: int | None = None
    photo: bytes | None = None


@transaction.atomic
def report(*, site_id: int, told: Told, form_key: uuid.UUID, by: User, now: datetime) -> Incident:
    """Kept once for each form, however often it is sent. Raises NotToday before the first day."""
    site = locked_site(site_id)
    known: Incident | None = Incident.objects.filter(form_key=form_key, site=site).first()
    if known is not None:
        return known
    if timezone.localtime(now).date() < site.bazaar.starts_on:
        raise errors.NotToday
    incident = Incident(
        site=site, kind=told.kind, what=told.what, form_key=form_key, reported_at=now, reported_by=by
    )
    incident.stall = site.stalls.filter(pk=told.stall_id).first() if told.stall_id else None
    if told.photo:
        incident.photo = sealed_files.store(told.photo, column=COLUMN, row=incident.uid)
    incident.save()
    record(by, "bazaars.incident.reported", incident, kind=told.kind, photo=bool(told.photo))
    return incident


def open_photo(incident: Incident, *, by: User) -> bytes:
    """The picture. Every opening is recorded. FileNotFoundError when there is none."""
    content = sealed_files.load(incident.photo, column=COLUMN, row=incident.uid)
    record(by, "bazaars.incident.photo_opened", incident)
    return content


def forget_old_photos(*, now: datetime) -> int:
    """Pictures may show people, so they go after half a year; what was written stays. How many."""
    old = Incident.objects.exclude(photo="").filter(reported_at__lt=now - PHOTOS_KEPT)
    count = 0
    for incident in old:
        with transaction.atomic():
            sealed_files.delete(incident.photo)
            Incident.objects.filter(pk=incident.pk).update(photo="")
        count += 1
    return count


@transaction.atomic
def close(*, incident_id: int, done: str, by: User, now: datetime) -> Incident:
    """What was done about it; the same again changes nothing. Raises IncidentClosed."""
    incident = Incident.objects.select_for_update(of=("self",)).get(pk=incident_id)
    if incident.closed_at is not None:
        if incident.done == done:
            return incident
        raise errors.IncidentClosed
    incident.done, incident.closed_at, incident.closed_by = done, now, by
    incident.save(update_fields=["done", "closed_at", "closed_by"])
    record(by, "bazaars.incident.closed", incident)
    return incident


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was found at a food stall; ``to_mend`` is needed when anything was wrong."""

    is_clean: bool
    is_apart: bool
    is_warm_or_cold: bool
    is_safe: bool
    is_covered: bool
    to_mend: str = ""


@transaction.atomic
def check_food(*, allocation_id: int, seen: Seen, form_key: uuid.UUID, by: User, now: datetime) -> FoodCheck:
    """Raises CheckedElsewhere, NotToday."""
    allocation = Allocation.objects.select_related("application").get(pk=allocation_id)
    site: Site = locked_site(allocation.application.site_id)
    known: FoodCheck | None = FoodCheck.objects.filter(form_key=form_key, allocation=allocation).first()
    if known is not None:
        return known
    allocation.refresh_from_db(fields=["state"])
    if allocation.state == AllocationState.RELEASED:
        raise errors.CheckedElsewhere
    today = timezone.localtime(now).date()
    if not is_day_of(site, today):
        raise errors.NotToday
    check = FoodCheck.objects.create(
        allocation=allocation,
        site=site,
        day=today,
        is_clean=seen.is_clean,
        is_apart=seen.is_apart,
        is_warm_or_cold=seen.is_warm_or_cold,
        is_safe=seen.is_safe,
        is_covered=seen.is_covered,
        to_mend=seen.to_mend,
        form_key=form_key,
        checked_at=now,
        checked_by=by,
    )
    record(by, "bazaars.food.checked", check, passed=check.has_passed)
    return check
