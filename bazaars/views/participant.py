"""Pages of a participant: open calls, applying in two taps, the result with its reason."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from bazaars import crumbs, errors
from bazaars.after import answer_of
from bazaars.choices import pengampu_choices, sector_choices
from bazaars.eligibility import Obstacle
from bazaars.forms import ApplicationForm
from bazaars.models import Allocation, Application, Site
from bazaars.overview import SiteOverview
from bazaars.services import applying, releasing
from bazaars.views.events import get_or_post
from bazaars.words import obstacle_words
from okoce.accounts.access import participant_only
from okoce.ui.responses import render_page
from participants.models import Participant


def _me(request: HttpRequest) -> Participant:
    return get_object_or_404(Participant.objects.visible_to(request.user))


def _open_site(pk: int) -> Site:
    return get_object_or_404(Site.objects.public().with_event(), pk=pk)


def _in_the_way(site: Site, me: Participant, found: list[Obstacle]) -> list[dict[str, str]]:
    facts = applying.applicants_for(site, [me])[me.pk] if Obstacle.SAME_DAYS in found else None
    taking_part = applying.call_of(site).pengampu
    names = ", ".join(name for code, name in pengampu_choices(site.bazaar.city) if code in taking_part)
    pairs = [
        obstacle_words(obstacle, pengampu=names, elsewhere=facts.elsewhere if facts else "")
        for obstacle in found
    ]
    return [{"what": what, "next": next_words} for what, next_words in pairs]


@participant_only
@get_or_post
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """The form is filled in from the profile: the second tap sends it."""
    site, me, now = _open_site(pk), _me(request), timezone.now()
    earlier = Application.objects.visible_to(request.user).filter(site=site).submitted().first()
    form = ApplicationForm(
        request.POST or None,
        initial=_proposal(me, earlier),
        categories=sector_choices(),
        pengampu=_own_choices(site, me),
    )
    found = applying.obstacles_for(site, me, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            applying.apply_for_stall(
                site_id=site.pk, participant_id=me.pk, by=request.user, now=now, **form.cleaned_data
            )
        except errors.NotEligible as refusal:
            found = list(refusal.obstacles)
        except errors.Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your application has arrived."))
            return redirect("bazaars:result", site.pk)
    context = {
        "form": form,
        "site": site,
        "earlier": earlier,
        "obstacles": _in_the_way(site, me, found),
        "crumbs": crumbs.of_public(site.bazaar, _("Application")),
    }
    return render_page(request, "bazaars/apply.html", context)


def _own_choices(site: Site, me: Participant) -> list[tuple[str, str]]:
    mine = applying.pengampu_choices(site, me)
    return [(code, name) for code, name in pengampu_choices(site.bazaar.city) if code in mine]


def _proposal(me: Participant, earlier: Application | None) -> dict[str, object]:
    if earlier is not None:
        return {
            "product": earlier.product,
            "category": earlier.category_id,
            "pengampu": earlier.pengampu_id,
            "needs_power": earlier.needs_power,
        }
    business = me.businesses.order_by("-is_running", "pk").first()
    return {"product": business.name, "category": business.sector_id} if business else {}


@participant_only
@get_or_post
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    application = get_object_or_404(
        Application.objects.visible_to(request.user).submitted().select_related("site__bazaar"), site_id=pk
    )
    if request.method == "POST":
        try:
            applying.withdraw(application_id=application.pk, by=request.user, now=timezone.now())
        except errors.Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("bazaars:result", pk)
        messages.success(request, _("Your application is withdrawn. You may apply again until the deadline."))
        return redirect("bazaars:public")
    return render_page(
        request, "bazaars/withdraw.html", {"application": application, "site": application.site}
    )


@participant_only
@get_or_post
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """The own stall or the own reason."""
    application = get_object_or_404(
        Application.objects.visible_to(request.user).submitted().select_related("participant"), site_id=pk
    )
    site, now = _open_site(pk), timezone.now()
    releasing.settle(site.pk, now=now)
    view = SiteOverview(site, request.user, now, picked=application.public_id)
    own = Allocation.objects.visible_to(request.user).filter(application=application)
    allocation = own.select_related("stall", "application__site__bazaar").first()
    context = {
        "view": view,
        "site": site,
        "application": application,
        "why": view.why(application, to_self=True),
        "stall": view.stall_of.get(application.public_id, ""),
        "answer": answer_of(allocation, now=now) if allocation else None,
        "today": timezone.localdate(),
        "crumbs": crumbs.of_public(site.bazaar, _("My result")),
    }
    return render_page(request, "bazaars/result.html", context)
