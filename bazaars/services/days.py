"""The day of a bazaar: who is there, by card, number or name, also from a phone without a line; visitors."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from bazaars import errors
from bazaars.enums import (
    AWAY,
    ApplicationState,
    ArrivedBy,
    Excuse,
    ScanResult,
    SiteState,
)
from bazaars.models import (
    Absence,
    Allocation,
    Application,
    Arrival,
    ArrivalScan,
    Site,
    VisitorCount,
)
from bazaars.services import absences, confirming
from bazaars.services.events import locked_site
from okoce.accounts.models import User
from okoce.audit.services import record
from participants.models import Participant
from participants.services import cards
from trainings.door_queue import Clock, Entry

MOST_AT_ONCE = 100  # visitors in one tap
IN, UNDO, OTHER_PERSON = "in", "undo", "other_person"
DOES = (IN, UNDO, OTHER_PERSON)


@dataclass(frozen=True, slots=True)
class Came:
    """``is_new`` is False when somebody noted it before; ``stall`` is empty for a reserve."""

    arrival: Arrival
    stall: str
    is_new: bool


def holder_of(text: str) -> Participant | None:
    """Whose card was scanned, or whose number was typed; None when nobody's. Raises CardWithdrawn.

    A scanner types the whole address of the card, a phone's camera may copy only its last part.
    """
    bare = text.strip()
    person: Participant | None = Participant.objects.with_number(bare.upper()).first()
    if person is not None:
        return person
    holder, is_valid = cards.whose(bare.rstrip("/").rsplit("/", 1)[-1])
    if holder is not None and not is_valid:
        raise errors.CardWithdrawn
    return holder


def is_day_of(site: Site, day: date) -> bool:
    return site.state == SiteState.DRAWN and site.bazaar.starts_on <= day <= site.bazaar.ends_on


@transaction.atomic
def arrive(*, application_id: int, how: ArrivedBy, by: User, now: datetime) -> Came:
    """A vendor, or somebody of the reserve list, is there today; noting it twice is once. Raises NotToday."""
    application = Application.objects.select_related("site").get(pk=application_id)
    return _arrive(locked_site(application.site_id), application, how=how, by=by, at=now)


def _arrive(site: Site, application: Application, *, how: str, by: User, at: datetime) -> Came:
    day = timezone.localtime(at).date()
    if not is_day_of(site, day) or application.state != ApplicationState.SUBMITTED:
        raise errors.NotToday
    arrival, is_new = Arrival.objects.get_or_create(
        application=application, day=day, defaults={"at": at, "how": how, "noted_by": by}
    )
    held = Allocation.objects.held().filter(application=application).select_related("stall").first()
    stall = held.stall.number if held else ""
    if held is not None and held.is_unanswered:
        confirming.take(site, held, at=at)
    if held is not None and Absence.objects.filter(allocation=held, excuse__in=AWAY).exists():
        absences.note_absence(allocation_id=held.pk, excuse=Excuse.CAME, by=by, now=timezone.now())
    if is_new:
        record(by, "bazaars.arrival.noted", arrival, stall=stall, how=str(how))
    return Came(arrival, stall, is_new)


@transaction.atomic
def take_back(*, application_id: int, day: date, by: User) -> bool:
    """Noted by mistake, or a reserve has left. Whether there was anything to take back."""
    locked_site(Application.objects.values_list("site_id", flat=True).get(pk=application_id))
    return _take_back(application_id, day, by)


def _take_back(application_id: int, day: date, by: User) -> bool:
    arrival = Arrival.objects.filter(application=application_id, day=day).first()
    if arrival is None:
        return False
    record(by, "bazaars.arrival.taken_back", arrival, day=day.isoformat())
    arrival.delete()
    return True


# ---------------------------------------------------------------- from a phone at the entrance


def receive(
    *, site_id: int, entries: Sequence[Entry], device: str, device_now: datetime, by: User, now: datetime
) -> list[ArrivalScan]:
    """The row of each entry, in their order: ``result`` says what became of it. Sent twice, it counts once.

    Each entry is a transaction of its own: what was received stays received when the line breaks.
    """
    clock = Clock(device_now, now)
    return [_take(site_id, entry, device=device, clock=clock, by=by) for entry in entries]


@transaction.atomic
def _take(site_id: int, entry: Entry, *, device: str, clock: Clock, by: User) -> ArrivalScan:
    site = locked_site(site_id)
    known: ArrivalScan | None = ArrivalScan.objects.filter(nonce=entry.nonce).first()
    if known is not None:
        return known
    ahead = clock.ahead_for(entry.at)
    at = min(entry.at - ahead, clock.now)
    application, result = _whose(site, entry)
    if application is not None and entry.does != IN:
        result = _undone(application, entry, timezone.localtime(at).date(), by)
    elif application is not None:
        try:
            came = _arrive(site, application, how=entry.how, by=by, at=at)
        except errors.NotToday:
            result = ScanResult.NOT_TODAY
        else:
            first = ScanResult.THERE if came.stall else ScanResult.RESERVE
            result = first if came.is_new else ScanResult.AGAIN
    return ArrivalScan.objects.create(
        site=site,
        nonce=entry.nonce,
        application=application,
        how=entry.how,
        result=result,
        happened_at=at,
        clock_ahead=ahead,
        received_at=clock.now,
        device=device[:40],
        recorded_by=by,
    )


def _undone(application: Application, entry: Entry, day: date, by: User) -> ScanResult:
    """Only what the named entry noted is taken back: whom another phone noted stays there."""
    if entry.undoes is not None:
        noted = ArrivalScan.objects.filter(nonce=entry.undoes, application=application)
        if not noted.filter(result__in=[ScanResult.THERE, ScanResult.RESERVE]).exists():
            return ScanResult.NOTHING
    return ScanResult.UNDONE if _take_back(application.pk, day, by) else ScanResult.NOTHING


def _whose(site: Site, entry: Entry) -> tuple[Application | None, ScanResult]:
    """The application to this place, and why there is none."""
    if entry.token:
        person, is_valid = cards.whose(entry.token)
    else:
        person, is_valid = Participant.objects.with_number(entry.number).first(), True
    if person is None:
        return None, ScanResult.UNKNOWN
    if not is_valid:
        return None, ScanResult.REVOKED
    found: Application | None = Application.objects.submitted().filter(site=site, participant=person).first()
    return found, ScanResult.NO_STALL


# ---------------------------------------------------------------- visitors


@transaction.atomic
def count_visitors(*, site_id: int, visitors: int, nonce: uuid.UUID, by: User, now: datetime) -> int:
    """Adds to today's count, once for each ``nonce``; what the count is now. Raises NotToday.

    More cannot be taken back than was counted.
    """
    site, today = locked_site(site_id), timezone.localtime(now).date()
    if not is_day_of(site, today):
        raise errors.NotToday
    counted = VisitorCount.objects.filter(site=site, day=today)
    total: int = counted.aggregate(sum=Sum("visitors"))["sum"] or 0
    if VisitorCount.objects.filter(nonce=nonce).exists() or total + visitors < 0:
        return total
    VisitorCount.objects.create(
        site=site, day=today, nonce=nonce, visitors=visitors, counted_at=now, counted_by=by
    )
    return total + visitors


def visitors_by_day(site_ids: Sequence[int]) -> dict[tuple[int, date], int]:
    """(site, day) → visitors counted. One query."""
    rows = VisitorCount.objects.filter(site__in=site_ids).order_by()
    return {
        (site, day): total
        for site, day, total in rows.values_list("site_id", "day").annotate(total=Sum("visitors"))
    }
