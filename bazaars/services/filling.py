"""An empty stall on the day goes to the first of the reserve list who is there and fits the quotas."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from bazaars import errors
from bazaars.enums import AllocationState, Excuse, ReleaseKind, TurnKind
from bazaars.models import Absence, Allocation, Application, Arrival, Site, Stall, TurnLedger
from bazaars.sales import empty_from
from bazaars.services import absences, releasing
from bazaars.services.days import is_day_of
from bazaars.services.events import locked_site
from okoce.accounts.models import User
from okoce.audit.services import record


@transaction.atomic
def give(*, stall_id: int, share: int, by: User, now: datetime) -> Allocation:
    """Whoever was given it holds it for the days that are left; it counts as a turn.

    Two officers who press at the same time give it once: the second is told. A vendor who was noted as there
    keeps the stall. Raises NotToday, TooEarlyForReserves, VendorWasThere, GivenMeanwhile, NobodyFits.
    """
    stall = Stall.objects.get(pk=stall_id)
    site = locked_site(stall.site_id)
    today = timezone.localtime(now).date()
    if not is_day_of(site, today):
        raise errors.NotToday
    if timezone.localtime(now).time() < empty_from(site.bazaar.opens_at):
        raise errors.TooEarlyForReserves(empty_from(site.bazaar.opens_at))
    if share > site.share_limit or not site.stalls.in_draw().filter(pk=stall_id).exists():
        raise errors.GivenMeanwhile
    absent = Allocation.objects.of_site(site).held().filter(stall=stall, share=share).first()
    if absent is not None:
        _refuse_when_there(absent, today)
    application = next_here(site, today=today, instead_of=absent)
    if application is None:
        raise errors.NobodyFits
    freed = absent or Allocation.objects.of_site(site).to_fill().first()
    if absent is not None:
        _pass_on(absent, by=by, now=now)
    given = _given(site, application, stall, share, freed, today=today, now=now)
    TurnLedger.objects.note(TurnKind.STALL_HELD, application.participant_id, site=site)
    record(by, "bazaars.stall.given_on_the_day", given, stall=stall.number)
    return given


def _pass_on(absent: Allocation, *, by: User, now: datetime) -> None:
    """Who did not come is noted as absent; an excuse can still be accepted. An unanswered offer lapses."""
    if absent.state == AllocationState.OFFERED:
        releasing.release(absent, ReleaseKind.LAPSED, by=by, now=now)
        return
    if not Absence.objects.filter(allocation=absent).exists():
        absences.note_absence(allocation_id=absent.pk, excuse=Excuse.NONE, by=by, now=now)
    releasing.release(absent, ReleaseKind.ABSENT, by=by, now=now)


def _refuse_when_there(allocation: Allocation, today: date) -> None:
    days = Arrival.objects.filter(application=allocation.application_id).values_list("day", flat=True)
    if today in days:
        raise errors.GivenMeanwhile
    if days:
        raise errors.VendorWasThere


def next_here(site: Site, *, today: date, instead_of: Allocation | None) -> Application | None:
    """The first in the order of the draw who is there today, has no stall and fits the quotas."""
    here = Arrival.objects.filter(application__site=site, day=today).values("application")
    away = Application.objects.filter(site=site).exclude(pk__in=here)
    return releasing.next_one(
        site, instead_of=instead_of, without=set(away.values_list("public_id", flat=True))
    )


def _given(
    site: Site,
    application: Application,
    stall: Stall,
    share: int,
    freed: Allocation | None,
    *,
    today: date,
    now: datetime,
) -> Allocation:
    try:
        with transaction.atomic():
            return Allocation.objects.create(
                application=application,
                participant_id=application.participant_id,
                stall=stall,
                share=share,
                days=DateRange(today, site.bazaar.ends_on + timedelta(days=1)),
                state=AllocationState.CONFIRMED,
                decided_at=now,
                confirmed_at=now,
                replaces=freed,
            )
    except IntegrityError as error:
        if "bazaars_allocation_one_place_a_day" not in str(error):
            raise
        raise errors.NobodyFits from error
