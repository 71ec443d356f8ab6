"""The page of a day at a place: who is at which stall, what is empty, how many visitors came."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bazaars import crumbs, errors
from bazaars.arrivals import Day
from bazaars.enums import ArrivedBy
from bazaars.models import Application, Site
from bazaars.services import days as services
from bazaars.services import filling
from bazaars.views.events import get_or_post, visible_site
from okoce.accounts.access import requires
from okoce.ui.responses import render_page

TAPS = (1, 5, 10, -1)


@requires("bazaars.days")
@get_or_post
def day(request: HttpRequest, pk: int) -> HttpResponse:
    """A scanner types the address of the card into the field, or somebody types the participant's number."""
    site, now = visible_site(request, pk), timezone.now()
    typed = request.POST.get("kartu", "").replace("\x00", "")[:200].strip()
    problem = ""
    if request.method == "POST":
        problem = _scan(request, site, typed, now)
        if not problem:
            return redirect("bazaars:day", site.pk)
    context = {
        "site": site,
        "day": Day(site, request.user, now),
        "typed": typed,
        "problem": problem,
        "taps": [{"by": tap, "nonce": uuid.uuid4()} for tap in TAPS],
        "crumbs": crumbs.of_site(site, _("The day")),
    }
    return render_page(request, "bazaars/day.html", context)


def _scan(request: HttpRequest, site: Site, typed: str, now: datetime) -> str:
    """Notes who came; else why not, in words."""
    if not typed:
        return _("Scan the card, or write the participant number that stands on it")
    try:
        person = services.holder_of(typed)
        asked = Application.objects.visible_to(request.user).submitted().filter(site=site)
        application = asked.filter(participant=person).first() if person else None
        if application is None:
            return _("Nobody who applied here has this card or number. Look for the name in the list below.")
        how = ArrivedBy.CARD if "/" in typed else ArrivedBy.NUMBER
        came = services.arrive(application_id=application.pk, how=how, by=request.user, now=now)
    except errors.Refusal as refusal:
        return str(refusal)
    messages.success(request, _said(came))
    return ""


def _said(came: services.Came) -> str:
    if not came.stall:
        return _("Noted: somebody of the reserve list is here and waits for an empty stall.")
    said = {"number": came.stall}
    if came.is_new:
        return _("The vendor of stall %(number)s is there.") % said
    return _("The vendor of stall %(number)s was noted before. Nothing more is counted.") % said


@requires("bazaars.days")
@require_POST
def arrive(request: HttpRequest, pk: int) -> HttpResponse:
    """By the name in the list."""
    application = get_object_or_404(Application.objects.visible_to(request.user).submitted(), pk=pk)
    try:
        came = services.arrive(
            application_id=application.pk, how=ArrivedBy.LIST, by=request.user, now=timezone.now()
        )
    except errors.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _said(came))
    return redirect("bazaars:day", application.site_id)


@requires("bazaars.days")
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    application = get_object_or_404(Application.objects.visible_to(request.user).submitted(), pk=pk)
    if services.take_back(application_id=application.pk, day=timezone.localdate(), by=request.user):
        messages.success(request, _("Taken back: this person is not noted as there any more."))
    return redirect("bazaars:day", application.site_id)


@requires("bazaars.days")
@require_POST
def give(request: HttpRequest, pk: int, number: str, share: int) -> HttpResponse:
    """An empty stall to the first of the reserve list who is there."""
    site = visible_site(request, pk)
    stall = get_object_or_404(site.stalls.in_draw(), number=number)
    try:
        given = filling.give(stall_id=stall.pk, share=share, by=request.user, now=timezone.now())
    except errors.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        said = {"number": stall.number, "name": given.participant.full_name}
        messages.success(request, _("Stall %(number)s is given to %(name)s.") % said)
    return redirect("bazaars:day", site.pk)


@requires("bazaars.days")
@require_POST
def count(request: HttpRequest, pk: int) -> HttpResponse:
    site = visible_site(request, pk)
    page = f"{reverse('bazaars:day', args=[site.pk])}#pengunjung"
    try:
        taps, nonce = int(request.POST.get("orang", "")[:4]), uuid.UUID(request.POST.get("sekali", ""))
    except ValueError:
        return redirect(page)
    if taps in TAPS:
        try:
            services.count_visitors(
                site_id=site.pk, visitors=taps, nonce=nonce, by=request.user, now=timezone.now()
            )
        except errors.Refusal as refusal:
            messages.error(request, str(refusal))
    return redirect(page)
