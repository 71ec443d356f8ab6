"""The Sudin tells what a bazaar is, and uses again what it has prepared once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from bazaars import crumbs, errors
from bazaars.call_forms import CopyForm, FactsForm, PlaceForm
from bazaars.models import Bazaar
from bazaars.services import copies, events
from bazaars.views.events import get_or_post, visible_site
from okoce.accounts.access import requires
from okoce.ui.responses import render_page


def visible_bazaar(request: HttpRequest, slug: str) -> Bazaar:
    return get_object_or_404(Bazaar.objects.visible_to(request.user), slug=slug)


@requires("bazaars.manage")
@get_or_post
def facts(request: HttpRequest, slug: str) -> HttpResponse:
    bazaar = visible_bazaar(request, slug)
    form = FactsForm(request.POST or None, bazaar=bazaar)
    if request.method == "POST" and form.is_valid():
        events.change_facts(bazaar_id=bazaar.pk, facts=form.facts, by=request.user)
        messages.success(request, _("Saved. Vendors read it on the public page."))
        return redirect("bazaars:bazaars")
    context = {"form": form, "bazaar": bazaar, "crumbs": crumbs.of_offices(_("Facts and rules"))}
    return render_page(request, "bazaars/facts.html", context)


@requires("bazaars.manage")
@get_or_post
def place(request: HttpRequest, pk: int) -> HttpResponse:
    site = visible_site(request, pk)
    form = PlaceForm(request.POST or None, site=site)
    if request.method == "POST" and form.is_valid():
        try:
            events.change_place(site_id=site.pk, by=request.user, **form.cleaned_data)
        except errors.SiteNameTaken as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("The place is saved."))
            return redirect("bazaars:site", site.pk)
    context = {"form": form, "site": site, "crumbs": crumbs.of_site(site, _("Change the place"))}
    return render_page(request, "bazaars/place.html", context)


@requires("bazaars.manage")
@get_or_post
def copy(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything that was prepared once, on other days."""
    bazaar = visible_bazaar(request, slug)
    sites = list(bazaar.sites.not_cancelled().with_plan_size())
    form = CopyForm(request.POST or None, initial={"name": bazaar.name})
    if request.method == "POST" and form.is_valid():
        try:
            made = copies.copy_bazaar(
                bazaar_id=bazaar.pk, by=request.user, today=timezone.localdate(), **form.cleaned_data
            )
        except errors.DaysInThePast as refusal:
            form.add_error("starts_on", str(refusal))
        else:
            messages.success(request, _("The bazaar is copied as a draft. Check it and open the call."))
            return redirect("bazaars:site", made.sites.order_by("pk")[0].pk)
    context = {
        "form": form,
        "bazaar": bazaar,
        "sites": sites,
        "days": (bazaar.ends_on - bazaar.starts_on).days + 1,
        "crumbs": crumbs.of_offices(_("Copy a bazaar")),
    }
    return render_page(request, "bazaars/copy.html", context)


@requires("bazaars.manage")
@require_POST
def give_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The same stalls and quotas for the other places of the bazaar that have none yet."""
    site = visible_site(request, pk)
    try:
        given = copies.give_plan(site_id=site.pk, by=request.user)
    except errors.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        words = ngettext(
            "%(count)s place has the same stalls and quotas now.",
            "%(count)s places have the same stalls and quotas now.",
            len(given),
        )
        messages.success(request, words % {"count": len(given)})
    return redirect("bazaars:stalls", site.pk)
