"""Sales of a stall day: reported, corrected, and the address to do it with made anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from bazaars import errors
from bazaars.enums import AllocationState, CameBy, SiteState, StallKind
from bazaars.models import Allocation, SalesAddress, SalesReport, Stall
from bazaars.sales import Doubt, doubt_about
from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.values.rupiah import format_rupiah
from participants.models import BusinessFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """What somebody says was sold: an amount in whole rupiah, or a band."""

    amount: int | None = None
    band: str = ""
    transactions: int | None = None
    best_product: str = ""

    def same_as(self, report: SalesReport) -> bool:
        return self == Sold(
            amount=report.amount,
            band=report.band,
            transactions=report.transactions,
            best_product=report.best_product,
        )


@transaction.atomic
def report_sales(
    *,
    allocation_id: int,
    day: date,
    sold: Sold,
    by: User | None,
    came_by: CameBy,
    now: datetime,
    sure_of: int | None = None,
    seen: str | None = None,
) -> SalesReport:
    """The report of one day of a vendor; saying the same again changes nothing, saying else corrects it.

    ``sure_of`` is an unusual amount that was asked and said again. ``seen`` is the version (``version_of``)
    that stood on the page, None where no page was. Raises StallGivenBack, NotYourDay, DayNotBegun,
    ReallyThatMuch, ReportedMeanwhile.
    """
    allocation = (
        Allocation.objects.select_for_update(of=("self",))
        .select_related("stall", "application__site")
        .get(pk=allocation_id)
    )
    if (
        allocation.state == AllocationState.RELEASED
        or allocation.application.site.state == SiteState.CANCELLED
    ):
        raise errors.StallGivenBack
    if not allocation.days.lower <= day < allocation.days.upper:
        raise errors.NotYourDay
    report = SalesReport.objects.filter(allocation=allocation, day=day).first()
    report = report or SalesReport(allocation=allocation, stall=allocation.stall, day=day)
    if sold.amount is not None and sold.amount != sure_of and not sold.same_as(report):
        _ask_again(allocation, day, sold.amount)
    return _keep(report, sold, by=by, came_by=came_by, now=now, seen=seen)


@transaction.atomic
def report_partner_sales(
    *, stall_id: int, day: date, sold: Sold, by: User, now: datetime, seen: str | None = None
) -> SalesReport:
    """The same for a partner's stall, which is in no total of participants (rule 52)."""
    stall = Stall.objects.select_for_update(of=("self",)).select_related("site__bazaar").get(pk=stall_id)
    if stall.kind != StallKind.PARTNER:
        raise errors.NoPartnerStall
    if stall.site.state == SiteState.CANCELLED:
        raise errors.StallGivenBack
    if not stall.site.bazaar.starts_on <= day <= stall.site.bazaar.ends_on:
        raise errors.NotYourDay
    report = SalesReport.objects.filter(stall=stall, allocation__isnull=True, day=day).first()
    return _keep(
        report or SalesReport(stall=stall, day=day), sold, by=by, came_by=CameBy.OFFICE, now=now, seen=seen
    )


def _keep(
    report: SalesReport, sold: Sold, *, by: User | None, came_by: CameBy, now: datetime, seen: str | None
) -> SalesReport:
    if report.day > timezone.localtime(now).date():
        raise errors.DayNotBegun(report.day)
    is_new = report.pk is None
    if not is_new and sold.same_as(report):
        return report
    if seen is not None and seen != version_of(None if is_new else report):
        raise errors.ReportedMeanwhile
    report.amount, report.band = sold.amount, sold.band
    report.transactions, report.best_product = sold.transactions, sold.best_product
    report.came_by, report.reported_by, report.reported_at = came_by, by, now
    report.save()
    action = "bazaars.sales.reported" if is_new else "bazaars.sales.corrected"
    record(by, action, report, day=report.day.isoformat(), stall=report.stall.number, came_by=came_by)
    return report


def version_of(report: SalesReport | None) -> str:
    """Names the state of a report that somebody has before them; empty when there is none."""
    return f"{report.reported_at.timestamp():.6f}" if report else ""


def _ask_again(allocation: Allocation, day: date, amount: int) -> None:
    others = SalesReport.objects.filter(allocation__participant=allocation.participant_id)
    others = others.exclude(allocation=allocation, day=day)
    figures = BusinessFigures.objects.filter(business__participant=allocation.participant_id)
    doubt = doubt_about(
        amount,
        best_day=others.aggregate(most=Max("amount"))["most"],
        year=figures.values_list("annual_sales", flat=True).first(),
    )
    if doubt is not None:
        raise errors.ReallyThatMuch(_doubt_words(doubt) % {"amount": format_rupiah(amount)}, amount)


def _doubt_words(doubt: Doubt) -> str:
    """They never repeat a figure that only the office knows."""
    match doubt:
        case Doubt.A_YEAR:
            return _("Really %(amount)s in one day? That is as much as the business sells in a year.")
        case Doubt.TEN_BEST_DAYS:
            return _("Really %(amount)s in one day? That is more than ten times the best day so far.")
        case Doubt.MUCH:
            return _("Really %(amount)s in one day? Check the number of zeros.")
        case Doubt.LITTLE:
            return _("Really only %(amount)s? For thousands write for example 500rb or 500.000.")


@transaction.atomic
def renew_address(*, allocation_id: int, by: User, now: datetime) -> SalesAddress:
    """Makes the address of the vendor anew: the one that was sent before opens nothing any more."""
    Allocation.objects.select_for_update().get(pk=allocation_id)
    address = SalesAddress.objects.filter(pk=allocation_id).first()
    address = address or SalesAddress(allocation_id=allocation_id)
    address.version, address.renewed_at, address.renewed_by = address.version + 1, now, by
    address.save()
    record(by, "bazaars.sales.address_renewed", address)
    return address
