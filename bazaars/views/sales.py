"""Sales of a stall day: by the address in the message, by the vendor signed in, by an officer or mentor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bazaars import crumbs, errors, links
from bazaars.enums import CameBy
from bazaars.models import Allocation, SalesReport
from bazaars.sales import StallDay, day_to_report, days_between, last_late_day
from bazaars.sales_forms import SalesForm
from bazaars.services import sales as services
from bazaars.views.events import visible_site
from okoce.accounts.access import participant_only, public, requires
from okoce.accounts.roles import has_permission
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import long_date

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Asked:
    """Whose page it is. ``shows``: what was reported may be shown; ``path`` is the page without a day."""

    path: str
    layout: str
    came_by: CameBy
    by: Any
    shows: bool


@public
@get_or_post
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The address is the right to report. The page shows neither the person nor what was reported before."""
    allocation = get_object_or_404(links.allocations_of(token).with_sales_place())
    asked = Asked(request.path, "layouts/public.html", CameBy.LINK, None, shows=False)
    response = _asked(request, allocation, asked)
    patch_cache_control(response, no_store=True, private=True)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response


@participant_only
@get_or_post
def own(request: HttpRequest, pk: int) -> HttpResponse:
    mine = Allocation.objects.visible_to(request.user).taken().with_sales_place()
    allocation = get_object_or_404(mine, application__site=pk)
    asked = Asked(request.path, "layouts/participant.html", CameBy.OWN, request.user, shows=True)
    site = allocation.application.site
    path = crumbs.of_public(site.bazaar, _("Sales"))
    return _asked(request, allocation, asked, crumbs=path)


@requires("bazaars.enter_sales")
@get_or_post
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """For a vendor who tells it on the phone or at the stall."""
    visible = Allocation.objects.visible_to(request.user).taken().with_sales_place()
    allocation = get_object_or_404(visible, pk=pk)
    asked = Asked(request.path, "layouts/staff.html", CameBy.OFFICE, request.user, shows=True)
    more = {
        "vendor": allocation.participant.full_name,
        "address": request.build_absolute_uri(links.sales_paths_of([pk])[pk]),
        "allocation": allocation,
        "crumbs": crumbs.of_late_sales(_("Stall %(number)s") % {"number": allocation.stall.number}),
    }
    return _asked(request, allocation, asked, **more)


@requires("bazaars.enter_sales")
@require_POST
def renew_address(request: HttpRequest, pk: int) -> HttpResponse:
    allocation = get_object_or_404(Allocation.objects.visible_to(request.user).taken(), pk=pk)
    services.renew_address(allocation_id=allocation.pk, by=request.user, now=timezone.now())
    messages.success(request, _("The vendor has a new address. The one sent before opens nothing any more."))
    return redirect("bazaars:enter_sales", allocation.pk)


@requires("bazaars.enter_sales")
@get_or_post
def partner(request: HttpRequest, pk: int, number: str) -> HttpResponse:
    """A partner's stall, written down by the office: in no total of participants."""
    site = visible_site(request, pk)
    stall = get_object_or_404(site.stalls.of_partners(), number=number)
    now, today = timezone.now(), timezone.localdate()
    reports = {report.day: report for report in stall.sales.all()}
    days = _days(site.bazaar.starts_on, site.bazaar.ends_on, reports, today)
    day = _chosen(request, days)
    report = reports.get(day) if day else None
    form = SalesForm(request.POST or None, report=report, proposal="", shows=True)
    if request.method == "POST" and day and form.is_valid():
        try:
            services.report_partner_sales(
                stall_id=stall.pk,
                day=day,
                sold=form.sold(),
                by=request.user,
                now=now,
                seen=form.cleaned_data["seen"],
            )
        except errors.ReportedMeanwhile as refusal:
            form.add_error(None, str(refusal))
            form.show_newer(stall.sales.filter(day=day).first())
        except errors.Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _said(day))
            return redirect("bazaars:partner_sales", site.pk, stall.number)
    context = _context(form, days, day, report, path=request.path) | {
        "layout": "layouts/staff.html",
        "site": site,
        "stall": stall,
        "vendor": _("Partner stall"),
        "is_partner": True,
        "crumbs": crumbs.of_site(site, _("Sales of stall %(number)s") % {"number": stall.number}),
    }
    return render_page(request, "bazaars/sales_report.html", context)


@requires("bazaars.enter_sales")
@require_safe
def late(request: HttpRequest) -> HttpResponse:
    """Whose report is missing more than seven days after the day (rule 51)."""
    today = timezone.localdate()
    rows = Allocation.objects.visible_to(request.user).late_with_sales(today=today).with_sales_place()
    page = keyset_page(rows, request, order=["-days", "pk"], size=25)
    for row in page.rows:
        reported = {report.day for report in row.sales.all()}
        late_until = min(row.last_day, last_late_day(today))
        row.missing = [d for d in days_between(row.days.lower, late_until) if d not in reported]
    context = {"page": page, "may_open_sites": has_permission(request.user, "bazaars.view")}
    return render_page(request, "bazaars/sales_late.html", context)


# ---------------------------------------------------------------- one page for all three


def _asked(request: HttpRequest, allocation: Allocation, asked: Asked, /, **more: Any) -> HttpResponse:
    now = timezone.now()
    site = allocation.application.site
    reports = {report.day: report for report in allocation.sales.all()}
    days = _days(allocation.days.lower, allocation.last_day, reports, timezone.localtime(now).date())
    day = _chosen(request, days)
    report = reports.get(day) if day else None
    form = SalesForm(
        request.POST or None,
        report=report,
        proposal=allocation.application.product if asked.by is not None else "",
        shows=asked.shows,
    )
    is_sent = request.method == "POST" and day is not None and form.is_valid()
    if day and is_sent and _take(form, allocation, day, asked, now=now):
        messages.success(request, _said(day))
        return redirect(asked.path)
    context = _context(form, days, day, report if asked.shows else None, path=asked.path) | {
        "layout": asked.layout,
        "site": site,
        "stall": allocation.stall,
        "is_reported": report is not None,
        "crumbs": [],
    }
    return render_page(request, "bazaars/sales_report.html", context | more)


def _take(form: SalesForm, allocation: Allocation, day: date, asked: Asked, *, now: datetime) -> bool:
    """Whether it was kept; else the form says why, and what was typed stays."""
    try:
        services.report_sales(
            allocation_id=allocation.pk,
            day=day,
            sold=form.sold(),
            by=asked.by,
            came_by=asked.came_by,
            now=now,
            sure_of=form.sure(),
            seen=form.cleaned_data["seen"],
        )
    except errors.ReallyThatMuch as question:
        form.ask_again(str(question), question.amount)
        return False
    except errors.ReportedMeanwhile as refusal:
        form.add_error(None, str(refusal))
        form.show_newer(allocation.sales.filter(day=day).first())
        return False
    except errors.Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _said(day: date) -> str:
    return _("Thank you. The sales of %(day)s are noted.") % {"day": long_date(day)}


def _days(first: date, last: date, reports: dict[date, SalesReport], today: date) -> list[StallDay]:
    return [StallDay.of(day, is_reported=day in reports, today=today) for day in days_between(first, last)]


def _chosen(request: HttpRequest, days: list[StallDay]) -> date | None:
    """The day of the address if it is one of the stall's and has begun, else the next one to report."""
    try:
        wanted = parse_date(request.GET.get("hari", ""))
    except ValueError:
        wanted = None
    begun = {one.day for one in days if one.state != "coming"}
    return wanted if wanted in begun else day_to_report(days)


def _context(
    form: SalesForm, days: list[StallDay], day: date | None, report: SalesReport | None, *, path: str
) -> dict[str, Any]:
    return {
        "form": form,
        "days": [
            {"day": one.day, "state": one.state, "url": f"{path}?hari={one.day.isoformat()}",
             "is_current": one.day == day}
            for one in days
        ],
        "day": day,
        "report": report,
        "history": _history(report),
        "all_reported": bool(days) and all(one.state in ("reported", "coming") for one in days),
    }  # fmt: skip


def _history(report: SalesReport | None) -> list[Any]:
    """Earlier versions of a report that was corrected, the newest first."""
    return list(report.events.order_by("-pgh_id")[1:20]) if report else []
