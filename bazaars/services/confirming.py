"""After the draw each vendor confirms the stall by a deadline, which the office may set before the draw."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from bazaars import errors, messages
from bazaars.enums import AllocationState, SiteState, TurnKind
from bazaars.models import Allocation, Bazaar, Site, TurnLedger
from bazaars.services import releasing
from bazaars.services.events import locked_site
from okoce.accounts.models import User
from okoce.audit.services import record
from trainings.services.offers import thinking_until

USUAL_DAYS_BEFORE = 3  # enough to ask two reserves one after the other, a day each
USUAL_CLOCK = time(20)


def usual_deadline(bazaar: Bazaar) -> datetime:
    """Three days before the first day, at 20.00 WIB."""
    return timezone.make_aware(
        datetime.combine(bazaar.starts_on - timedelta(days=USUAL_DAYS_BEFORE), USUAL_CLOCK)
    )


@transaction.atomic
def set_deadline(*, site_id: int, confirm_by: datetime, by: User, now: datetime) -> Site:
    """Until when the vendors will have to confirm. Before the draw only: after it, it has been told.

    Raises DeadlineTold, MomentIsOver, DeadlineAfterOpening.
    """
    site = locked_site(site_id)
    if site.state in (SiteState.DRAWN, SiteState.CANCELLED):
        raise errors.DeadlineTold
    if confirm_by <= now:
        raise errors.MomentIsOver
    if confirm_by >= site.bazaar.begins_at:
        raise errors.DeadlineAfterOpening(site.bazaar.begins_at)
    if site.confirm_by != confirm_by:
        site.confirm_by = confirm_by
        site.save(update_fields=["confirm_by", "updated_at"])
        record(by, "bazaars.deadline.set", site, confirm_by=confirm_by.isoformat())
    return site


def begin(site: Site, *, now: datetime) -> datetime:
    """The stalls have been drawn just now; the site is locked by the caller. Returns the deadline.

    Whoever draws late still leaves the vendors time to answer: as long as for an offer made now.
    """
    wanted = site.confirm_by or usual_deadline(site.bazaar)
    site.confirm_by = max(wanted, thinking_until(site.bazaar.begins_at, now=now))
    site.save(update_fields=["confirm_by", "updated_at"])
    Allocation.objects.of_site(site).unanswered().update(answer_by=site.confirm_by)
    return site.confirm_by


@transaction.atomic
def confirm(*, allocation_id: int, by: User | None, now: datetime) -> Allocation:
    """The vendor comes; again changes nothing. An offer taken counts as a turn from here on.

    After the deadline it still holds as long as nobody on the reserve list could be asked instead. Raises
    StallGone, AnswerTooLate, BazaarBegun.
    """
    site, allocation = releasing.locked(allocation_id)
    if allocation.state == AllocationState.CONFIRMED:
        return allocation
    if allocation.state == AllocationState.RELEASED:
        raise errors.StallGone(allocation)
    releasing.refuse_when_begun(site, now=now)
    until = allocation.answer_by
    if until is not None and until <= now and releasing.next_one(site, instead_of=allocation) is not None:
        raise errors.AnswerTooLate(until)
    take(site, allocation, at=now)
    record(by, "bazaars.stall.confirmed", allocation)
    return allocation


def take(site: Site, allocation: Allocation, *, at: datetime) -> None:
    """Who comes has answered, and it counts as a turn; the site is locked by the caller."""
    allocation.state, allocation.confirmed_at = AllocationState.CONFIRMED, at
    allocation.save(update_fields=["state", "confirmed_at"])
    messages.no_question_left(allocation, reason="answered")
    TurnLedger.objects.note(TurnKind.STALL_HELD, allocation.participant_id, site=site)
