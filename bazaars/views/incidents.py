"""Incidents of a place with their photos, and checks of its food stalls."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bazaars import crumbs, errors
from bazaars.day_forms import CloseForm, FoodForm, IncidentForm
from bazaars.models import Allocation, FoodCheck, Incident, Site
from bazaars.services import incidents as services
from bazaars.views.events import get_or_post, visible_site
from okoce.accounts.access import requires
from okoce.db.sealed_files import private_response
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page

FOOD = ("kuliner", "minuman")  # kinds of goods that are looked at first


@requires("bazaars.days")
@get_or_post
def incidents(request: HttpRequest, pk: int) -> HttpResponse:
    """What happened at this place, the open ones marked; and the form to write one down."""
    site = visible_site(request, pk)
    form = IncidentForm(request.POST or None, request.FILES or None, site=site)
    if request.method == "POST" and form.is_valid():
        try:
            services.report(
                site_id=site.pk,
                told=form.told(),
                form_key=form.cleaned_data["form_key"],
                by=request.user,
                now=timezone.now(),
            )
        except errors.Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The incident is written down."))
            return redirect("bazaars:incidents", site.pk)
    rows = Incident.objects.visible_to(request.user).filter(site=site)
    page = keyset_page(
        rows.select_related("stall", "reported_by", "closed_by"),
        request,
        order=["-reported_at", "-pk"],
        size=20,
    )
    context = {"site": site, "form": form, "page": page, "crumbs": crumbs.of_day(site, _("Incidents"))}
    return render_page(request, "bazaars/incidents.html", context)


def _incident(request: HttpRequest, pk: int) -> Incident:
    return get_object_or_404(
        Incident.objects.visible_to(request.user).select_related("site__bazaar", "stall"), pk=pk
    )


@requires("bazaars.days")
@get_or_post
def close_incident(request: HttpRequest, pk: int) -> HttpResponse:
    incident = _incident(request, pk)
    form = CloseForm(request.POST or None, initial={"done": incident.done})
    if request.method == "POST" and form.is_valid():
        try:
            services.close(
                incident_id=incident.pk, done=form.cleaned_data["done"], by=request.user, now=timezone.now()
            )
        except errors.Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The incident is closed."))
            return redirect("bazaars:incidents", incident.site_id)
    context = {
        "incident": incident,
        "site": incident.site,
        "form": form,
        "crumbs": crumbs.of_day(incident.site, _("Close an incident")),
    }
    return render_page(request, "bazaars/incident_close.html", context)


@requires("bazaars.days")
@require_POST
def incident_photo(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture itself. A POST, because every opening is recorded."""
    incident = _incident(request, pk)
    try:
        content = services.open_photo(incident, by=request.user)
    except FileNotFoundError:
        raise Http404 from None
    return private_response(content, content_type="image/jpeg")


@requires("bazaars.days")
@get_or_post
def food(request: HttpRequest, pk: int) -> HttpResponse:
    """The last look at each food stall, and the form for the next."""
    site = visible_site(request, pk)
    vendors = _food_stalls(request, site)
    chosen = request.GET.get("stan", "")
    form = FoodForm(request.POST or None, vendors=vendors, initial={"stall": chosen})
    if request.method == "POST" and form.is_valid():
        try:
            check = services.check_food(
                allocation_id=int(form.cleaned_data["stall"]),
                seen=form.seen(),
                form_key=form.cleaned_data["form_key"],
                by=request.user,
                now=timezone.now(),
            )
        except errors.Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("The check is kept: nothing to mend.")
                if check.has_passed
                else _("The check is kept. Look again when it is mended."),
            )
            return redirect("bazaars:food", site.pk)
    last: dict[int, FoodCheck] = {}
    rows = FoodCheck.objects.visible_to(request.user).filter(site=site).select_related("checked_by")
    for check in rows.order_by("checked_at", "pk"):
        last[check.allocation_id] = check
    context = {
        "site": site,
        "form": form,
        "rows": [{"vendor": one, "check": last.get(one.pk)} for one in vendors],
        "checked": sum(one.pk in last for one in vendors),
        "to_mend": sum(one.pk in last and not last[one.pk].has_passed for one in vendors),
        "crumbs": crumbs.of_day(site, _("Food checks")),
    }
    return render_page(request, "bazaars/food.html", context)


def _food_stalls(request: HttpRequest, site: Site) -> list[Allocation]:
    visible = Allocation.objects.visible_to(request.user).held()
    rows = visible.filter(application__site=site, application__category__in=FOOD)
    return list(rows.select_related("stall", "participant", "application").order_by("stall__number", "share"))
