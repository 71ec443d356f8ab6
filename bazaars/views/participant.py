"""Pages of a participant: open calls, applying in two taps, the result with its reason."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from bazaars import conditions, crumbs, curation, errors, proposals
from bazaars.after import answer_of
from bazaars.choices import pengampu_choices, sector_choices
from bazaars.curation_forms import AnswerForm
from bazaars.eligibility import Obstacle, obstacles
from bazaars.exchanges import exchanges_of
from bazaars.forms import ApplicationForm
from bazaars.models import Allocation, Application, Site
from bazaars.overview import SiteOverview
from bazaars.services import applying, releasing
from bazaars.views.events import get_or_post
from okoce.accounts.access import participant_only
from okoce.ui.responses import render_page
from participants.models import Participant


def _me(request: HttpRequest) -> Participant:
    return get_object_or_404(Participant.objects.visible_to(request.user))


def _open_site(pk: int) -> Site:
    return get_object_or_404(Site.objects.public().with_event(), pk=pk)


@participant_only
@get_or_post
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """The form is filled in from the profile: the second tap sends it. Who cannot apply reads why instead."""
    site, me, now = _open_site(pk), _me(request), timezone.now()
    call, applicant = applying.call_of(site), applying.applicants_for(site, [me])[me.pk]
    earlier = Application.objects.visible_to(request.user).filter(site=site).submitted().first()
    closed = conditions.closed_goods(applicant, call)
    proposal = proposals.proposal(me, earlier, closed=closed)
    form = ApplicationForm(
        request.POST or None,
        initial=proposal,
        categories=[choice for choice in sector_choices() if choice[0] not in closed],
        pengampu=_own_choices(site, me),
    )
    goods = str(proposal.get("category") or "")
    found = obstacles(applicant, call, now=now, category=goods if goods in closed else "")
    if request.method == "POST" and form.is_valid():
        try:
            applying.apply_for_stall(
                site_id=site.pk, participant_id=me.pk, by=request.user, now=now, **form.cleaned_data
            )
        except errors.NotEligible as refusal:
            found, goods = list(refusal.obstacles), refusal.category
        except errors.Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your application has arrived."))
            return redirect("bazaars:result", site.pk)
    elif request.method == "POST" and request.POST.get("category") in closed:
        found, goods = [Obstacle.PAPERS_MISSING], request.POST["category"]
    context = {
        "form": form,
        "site": site,
        "earlier": earlier,
        "obstacles": conditions.in_words(found, site, applicant, call, category=goods),
        "conditions": conditions.published(site.bazaar),
        "closed": [line for code, line in conditions.paper_lines(site.bazaar) if code in closed],
        "crumbs": crumbs.of_public(site.bazaar, _("Application")),
    }
    return render_page(request, "bazaars/apply.html", context)


def _own_choices(site: Site, me: Participant) -> list[tuple[str, str]]:
    mine = applying.pengampu_choices(site, me)
    return [(code, name) for code, name in pengampu_choices(site.bazaar.city) if code in mine]


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
    sent = Application.objects.visible_to(request.user).submitted()
    application = get_object_or_404(sent.select_related("participant", "nominated_by"), site_id=pk)
    site, now = _open_site(pk), timezone.now()
    releasing.settle(site.pk, now=now)
    view = SiteOverview(site, request.user, now, picked=application.public_id)
    own = Allocation.objects.visible_to(request.user).filter(application=application)
    allocation = own.select_related("stall", "absence", "application__site__bazaar").first()
    context = {
        "view": view,
        "site": site,
        "application": application,
        "why": view.why(application, to_self=True),
        "stall": view.stall_of.get(application.public_id, ""),
        "answer": answer_of(allocation, now=now) if allocation else None,
        "exchanges": exchanges_of(allocation, view.given, now=now) if allocation else None,
        "nominated_by": application.nominated_by.short_name if application.nominated_by else "",
        "today": timezone.localdate(),
        "curation": curation.told_to(application),
        "answer_form": AnswerForm(),
        "crumbs": crumbs.of_public(site.bazaar, _("My result")),
    }
    return render_page(request, "bazaars/result.html", context)
