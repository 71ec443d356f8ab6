"""Who had a stall and did not come: noted on the day, an excuse accepted later, a mistake put right."""

from __future__ import annotations

from datetime import datetime, time

from django.db import transaction
from django.utils import timezone

from bazaars import errors, messages
from bazaars.enums import AWAY, AllocationState, Excuse, ReleaseKind, SiteState, TurnKind
from bazaars.models import Absence, Allocation, Arrival, Bazaar, SalesReport, TurnLedger
from bazaars.services import releasing
from okoce.accounts.models import User
from okoce.audit.services import record


def until(bazaar: Bazaar) -> datetime:
    """Until when an absence is noted or an excuse accepted."""
    return timezone.make_aware(datetime.combine(bazaar.ends_on + messages.EXCUSES_FOR, time.max))


@transaction.atomic
def note_absence(*, allocation_id: int, excuse: Excuse, by: User, now: datetime) -> Absence | None:
    """Somebody did not come. Saying the same again changes nothing; another excuse replaces it.

    Without excuse it costs a turn more, with one not even the turn of the stall. None when nothing was noted
    and nothing is to be put right. Raises NobodyHeldIt, BazaarNotBegun, ExcuseTooLate, WasThere.
    """
    site, allocation = releasing.locked(allocation_id)
    was_given_away = allocation.release_kind == ReleaseKind.ABSENT
    is_nobodys = not allocation.is_held or allocation.state == AllocationState.OFFERED
    if site.state != SiteState.DRAWN or (is_nobodys and not was_given_away):
        raise errors.NobodyHeldIt
    if now < site.bazaar.begins_at:
        raise errors.BazaarNotBegun(site.bazaar.begins_at)
    noted = Absence.objects.filter(allocation=allocation).first()
    if noted is not None and noted.excuse == excuse:
        return noted
    if noted is None and excuse == Excuse.CAME:
        return None
    if now > until(site.bazaar):
        raise errors.ExcuseTooLate(until(site.bazaar))
    if excuse in AWAY and _was_there(allocation):
        raise errors.WasThere
    before = noted.excuse if noted else ""
    noted = noted or Absence(allocation=allocation)
    noted.excuse, noted.noted_at, noted.noted_by = excuse, now, by
    noted.save()
    if excuse == Excuse.NONE:
        TurnLedger.objects.note(TurnKind.NO_SHOW, allocation.participant_id, site=site)
        messages.tell_absent(site, allocation, until=until(site.bazaar), now=now)
    record(by, "bazaars.absence.noted", allocation, excuse=excuse.value, before=before)
    return noted


def _was_there(allocation: Allocation) -> bool:
    """Sales were told, or somebody noted the arrival."""
    return (
        SalesReport.objects.filter(allocation=allocation).exists()
        or Arrival.objects.filter(application=allocation.application_id).exists()
    )
