"""The Sudin prepares: list of bazaars, new bazaar, sites, stalls, quotas, open call; the page of a site."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bazaars import call_words, crumbs, errors, plan_words
from bazaars.choices import kecamatan_choices, pengampu_choices, region, unit_of
from bazaars.enums import SiteState
from bazaars.feasibility import Bounds, check_rules
from bazaars.forms import BazaarForm, OpenForm, QuotaForm, SiteForm
from bazaars.models import Bazaar, Site
from bazaars.overview import GOT, PAGE, RESERVE, UNFIT, WAITING, SiteOverview
from bazaars.prospects import Prospects, prospects
from bazaars.services import events
from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from participants.models import Sector

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def visible_site(request: HttpRequest, pk: int) -> Site:
    return get_object_or_404(Site.objects.visible_to(request.user).with_event(), pk=pk)


@requires("bazaars.view")
@require_safe
def bazaars(request: HttpRequest) -> HttpResponse:
    page = keyset_page(
        Bazaar.objects.visible_to(request.user).with_sites(), request, order=["-starts_on", "-pk"], size=20
    )
    context = {
        "page": page,
        "now": timezone.now(),
        "today": timezone.localdate(),
        "may_manage": has_permission(request.user, "bazaars.manage"),
        "may_see_fairness": has_permission(request.user, "bazaars.fairness"),
        "may_see_sales": has_permission(request.user, "bazaars.sales"),
    }
    return render_page(request, "bazaars/list.html", context)


@requires("bazaars.manage")
@get_or_post
def create(request: HttpRequest) -> HttpResponse:
    membership = request.user.active_membership
    form = BazaarForm(request.POST or None, kecamatan=kecamatan_choices(membership.area_id))
    if request.method == "POST" and form.is_valid():
        first, *others = [region(code) for code in form.cleaned_data["kecamatan"]]
        data = form.cleaned_data | {"kecamatan": first, "also_in": others}
        try:
            site = events.create_bazaar(
                **data,
                city=membership.area,
                host=unit_of(request.user),
                by=request.user,
                today=timezone.localdate(),
            )
        except errors.DaysInThePast as refusal:
            form.add_error("starts_on", str(refusal))
        else:
            messages.success(request, _("The bazaar is saved as a draft. Now draw its stalls."))
            return redirect("bazaars:stalls", site.pk)
    return render_page(
        request, "bazaars/create.html", {"form": form, "crumbs": crumbs.of_offices(_("Create bazaar"))}
    )


@requires("bazaars.manage")
@get_or_post
def add_site(request: HttpRequest, slug: str) -> HttpResponse:
    bazaar = get_object_or_404(Bazaar.objects.visible_to(request.user), slug=slug)
    form = SiteForm(request.POST or None, kecamatan=kecamatan_choices(bazaar.city_id))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            first, *_others = events.add_sites(
                bazaar=bazaar,
                name=data["site_name"],
                kecamatan=[region(code) for code in data["kecamatan"]],
                address=data["address"],
                share_limit=data["share_limit"],
                kind=data["kind"],
                by=request.user,
            )
        except errors.SiteNameTaken as refusal:
            form.add_error("site_name", str(refusal))
        else:
            return redirect("bazaars:stalls", first.pk)
    context = {"form": form, "bazaar": bazaar, "crumbs": crumbs.of_offices(_("Add a place"))}
    return render_page(request, "bazaars/add_site.html", context)


@requires("bazaars.view")
@require_safe
def site(request: HttpRequest, pk: int) -> HttpResponse:
    """Stall plan, applicants and the reason of the one that was picked."""
    view = SiteOverview(
        visible_site(request, pk), request.user, timezone.now(), picked=request.GET.get("pilih", "")
    )
    group = request.GET.get("hasil", "")
    rows = [row for row in view.rows if not group or row.group == group]
    start = _whole(request.GET.get("mulai"), most=len(rows))
    picked = next((a for a in view.applications if a.public_id == view.picked), None)
    context = {
        "view": view,
        "site": view.site,
        "rows": rows[start : start + PAGE],
        "chips": _chips(view, group),
        "start": start + 1,
        "end": min(start + PAGE, len(rows)),
        "count": len(rows),
        "previous": _page_url(request, start - PAGE) if start else "",
        "next": _page_url(request, start + PAGE) if start + PAGE < len(rows) else "",
        "why": view.why(picked, to_self=False) if picked else None,
        "marks": plan_words.legend(),
        "may_manage": has_permission(request.user, "bazaars.manage"),
        "may_note_day": view.site.state == SiteState.DRAWN and has_permission(request.user, "bazaars.days"),
        "may_cancel": has_permission(request.user, "bazaars.manage")
        and view.site.state != SiteState.CANCELLED
        and view.site.bazaar.begins_at > view.now,
        "may_nominate": has_permission(request.user, "bazaars.nominate"),
        "may_curate": has_permission(request.user, "bazaars.curate"),
        "crumbs": crumbs.of_offices(view.site.name),
    }
    return render_page(request, "bazaars/site.html", context)


def _whole(text: str | None, *, most: int) -> int:
    return (
        min(int(text), max(most - 1, 0))
        if text and text.isascii() and text.isdecimal() and len(text) < 8
        else 0
    )


def _page_url(request: HttpRequest, start: int) -> str:
    query = request.GET.copy()
    query.pop("pilih", None)
    query["mulai"] = str(max(start, 0))
    return f"?{query.urlencode()}#daftar"


def _chips(view: SiteOverview, group: str) -> list[dict[str, object]]:
    counts = view.counts()
    labels = [
        (GOT, _("Got a stall")),
        (RESERVE, _("Reserve")),
        (WAITING, _("Waiting")),
        (UNFIT, _("Not eligible")),
    ]
    chips = [{"label": _("All"), "count": len(view.rows), "url": "?#daftar", "is_current": not group}]
    chips += [
        {"label": label, "count": counts[key], "url": f"?hasil={key}#daftar", "is_current": group == key}
        for key, label in labels
        if counts[key] or group == key
    ]
    return chips


@requires("bazaars.manage")
@get_or_post
def quotas(request: HttpRequest, pk: int) -> HttpResponse:
    place = visible_site(request, pk)
    view = SiteOverview(place, request.user, timezone.now())
    pengampu, categories = pengampu_choices(place.bazaar.city), Sector.choices()
    form = QuotaForm(
        request.POST or None,
        pengampu=pengampu,
        categories=categories,
        quotas={
            quota.pengampu_id or quota.category_id: Bounds(quota.minimum, quota.maximum)
            for quota in place.quotas.all()
        },
        places=view.places,
        names=dict(pengampu) | dict(categories),
    )
    expected = None
    if request.method == "POST" and "chances" in request.POST and form.is_valid():
        expected = _prospects(view, form)
    elif request.method == "POST" and form.is_valid():
        try:
            events.set_quotas(
                site_id=place.pk,
                pengampu=form.bounds("pengampu"),
                categories=form.bounds("categories"),
                by=request.user,
            )
        except errors.RulesImpossible as refusal:
            form.say_why_impossible(refusal.problems)
        except errors.Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The quotas are saved. They can be met."))
            return redirect("bazaars:site", place.pk)
    elif request.method != "POST" and view.quota_count and view.places and not check_rules(view.rules):
        expected = prospects(view, view.rules)
    context = {
        "form": form,
        "view": view,
        "expected": expected,
        "is_tried": expected is not None and request.method == "POST",
        "crumbs": crumbs.of_site(place, _("Quotas")),
    }
    return render_page(request, "bazaars/quotas.html", context)


def _prospects(view: SiteOverview, form: QuotaForm) -> Prospects | None:
    """The chances under what was typed, which is not saved; None and words at the field when impossible."""
    rules = events.rules_with(view.site, form.bounds("pengampu"), form.bounds("categories"))
    if problems := check_rules(rules):
        form.say_why_impossible(problems)
        return None
    return prospects(view, rules)


@requires("bazaars.manage")
@get_or_post
def open_call(request: HttpRequest, pk: int) -> HttpResponse:
    place, now = visible_site(request, pk), timezone.now()
    closes_at = timezone.localtime(place.applications_close_at) if place.applications_close_at else None
    initial = {"closes_on": closes_at.date(), "closes_time": closes_at.time()} if closes_at else None
    forecast = call_words.forecast(place, request.user, now=now)
    form = OpenForm(request.POST or None, site=place, now=now, to_tell=forecast.reach.total, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            events.open_applications(
                site_id=place.pk,
                closes_at=form.cleaned_data["closes_at"],
                tells=form.cleaned_data["tells"],
                by=request.user,
                now=now,
            )
        except errors.RulesImpossible:
            form.add_error(None, _("The quotas cannot be met with these stalls. Set them again first."))
        except errors.Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Applications are open. The call is on the public page."))
            if form.cleaned_data["tells"]:
                messages.success(request, call_words.telling(forecast))
            return redirect("bazaars:site", place.pk)
    context = {
        "form": form,
        "site": place,
        "forecast": forecast,
        "crumbs": crumbs.of_site(place, _("Open call")),
    }
    return render_page(request, "bazaars/open.html", context)
