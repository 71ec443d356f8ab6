"""Holidays and Ramadan: what the calendar of a year says, kept by the province and the Sudin."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.ui.responses import render_page
from trainings import rules, shown
from trainings.enums import HolidayKind, HolidayOrigin
from trainings.forms.calendar import HolidayForm, RamadanForm, StrikeForm
from trainings.models import Holiday, RamadanPeriod
from trainings.services import calendar

TONES = {HolidayKind.NATIONAL: "info", HolidayKind.JOINT: "", HolidayKind.REGIONAL: ""}
FIRST_YEAR, LAST_YEAR = 2017, 2100


@requires("trainings.view")
def holidays(request: HttpRequest) -> HttpResponse:
    year = chosen_year(request)
    mine = Holiday.objects.visible_to(request.user).of_year(year).select_related("area", "changed_by")
    rows = list(mine)
    keepable = set(
        Holiday.objects.visible_to(request.user)
        .keepable_by(request.user)
        .of_year(year)
        .values_list("pk", flat=True)
    )
    for row in rows:
        row.tone = TONES[row.kind] if row.is_held else ""
        row.may_keep = row.pk in keepable
        row.by_staff = row.origin == HolidayOrigin.STAFF
    ramadans = RamadanPeriod.objects.visible_to(request.user)
    context = {
        "year": year,
        "before": year - 1 if year > FIRST_YEAR else None,
        "after": year + 1 if year < LAST_YEAR else None,
        "rows": rows,
        "held_count": sum(row.is_held for row in rows),
        "ramadans": list(ramadans.between(date(year, 1, 1), date(year, 12, 31))),
        "may_keep": has_permission(request.user, "trainings.calendar"),
        "may_keep_ramadan": rules.may_keep_ramadan(request.user),
        "crumbs": crumbs(),
    }
    return render_page(request, "trainings/holidays.html", context)


def chosen_year(request: HttpRequest) -> int:
    text = request.GET.get("tahun", "")
    if text.isascii() and text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR:
        return int(text)
    return timezone.localdate().year


def crumbs(*more: tuple[str, str]) -> list[dict[str, str]]:
    own = reverse("trainings:holidays") if more else ""
    return shown.crumbs((_("Holidays and Ramadan"), own), *more)


def address(year: int) -> str:
    return f"{reverse('trainings:holidays')}?tahun={year}"


@requires("trainings.calendar")
def create(request: HttpRequest) -> HttpResponse:
    form = HolidayForm(request.POST or None, user=request.user)
    return _keep(request, form, title=_("Enter a day off"))


@requires("trainings.calendar")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Holiday.objects.visible_to(request.user).keepable_by(request.user), pk=pk)
    form = HolidayForm(request.POST or None, user=request.user, holiday=row)
    title = _("Change %(day)s") % {"day": date_format(row.day, "LONG_DATE_FORMAT")}
    return _keep(request, form, title=title, holiday=row)


def _keep(request: HttpRequest, form: HolidayForm, **context: Any) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        row = calendar.keep_holiday(entry=form.entry, by=request.user)
        messages.success(request, _("The day off is saved."))
        return redirect(address(row.day.year))
    context |= {"form": form, "crumbs": crumbs((context["title"], ""))}
    return render_page(request, "trainings/holiday_form.html", context)


@requires("trainings.calendar")
def strike(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Holiday.objects.visible_to(request.user).keepable_by(request.user), pk=pk)
    form = StrikeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        calendar.strike_holiday(holiday_id=pk, source=form.cleaned_data["source"], by=request.user)
        messages.success(request, _("The day is no holiday any more."))
        return redirect(address(row.day.year))
    day = date_format(row.day, "LONG_DATE_FORMAT")
    context = {
        "question": _("Strike %(name)s on %(day)s?") % {"name": row.name, "day": day},
        "consequences": [
            _("Sessions can be planned on this day again without a warning."),
            _("The row stays in the list, struck, with your reason. Entering the day anew brings it back."),
        ],
        "form": form,
        "action_label": _("Strike the day"),
        "cancel_url": address(row.day.year),
        "cancel_label": _("Leave it a holiday"),
        "crumbs": crumbs((day, "")),
    }
    return render_page(request, "trainings/confirm.html", context)


@requires("trainings.calendar")
def ramadan(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    periods = RamadanPeriod.objects.visible_to(request.user).keepable_by(request.user)
    row = get_object_or_404(periods, pk=pk) if pk is not None else None
    if not rules.may_keep_ramadan(request.user):
        return redirect("trainings:holidays")
    form = RamadanForm(request.POST or None, period=row)
    if request.method == "POST" and form.is_valid():
        kept = calendar.keep_ramadan(entry=form.entry, by=request.user, period_id=pk)
        messages.success(request, _("The office hours of Ramadan are saved."))
        return redirect(address(kept.first_day.year))
    title = _("Ramadan and its office hours")
    context = {"form": form, "title": title, "crumbs": crumbs((title, ""))}
    return render_page(request, "trainings/holiday_form.html", context)
