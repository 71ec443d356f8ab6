"""Pages of a participant: open calls, applying in two taps, the result with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from bazaars import conditions, crumbs, curation, errors, papers, proposals
from bazaars.after import answer_of
from bazaars.choices import paper_kinds, pengampu_choices
from bazaars.curation_forms import AnswerForm
from bazaars.eligibility import Applicant, Call, Obstacle, obstacles
from bazaars.enums import PaperState, SiteState
from bazaars.exchanges import exchanges_of
from bazaars.forms import ApplicationForm
from bazaars.models import Allocation, Application, PaperSent, Site
from bazaars.overview import SiteOverview
from bazaars.paper_forms import SendPapersForm
from bazaars.services import applying, releasing
from bazaars.views.events import get_or_post
from bazaars.views.papers import posted, send_papers
from okoce.accounts.access import participant_only
from okoce.ui.responses import render_page
from participants.models import Participant, Sector

CAN_BE_MENDED = {Obstacle.PAPERS_MISSING, Obstacle.FEW_ACTIVITIES}


def _me(request: HttpRequest) -> Participant:
    return get_object_or_404(Participant.objects.visible_to(request.user))


def _open_site(pk: int) -> Site:
    return get_object_or_404(Site.objects.public().with_event(), pk=pk)


@dataclass(frozen=True)
class Asked:
    """What the form of one place asks of one vendor, and what stands in the way."""

    call: Call
    applicant: Applicant
    closed: dict[str, set[str]]
    proposal: dict[str, Any]
    goods: str
    obstacles: list[Obstacle]

    @property
    def papers(self) -> set[str]:
        """Which papers could be sent from here; those of the proposed goods alone where these are closed."""
        if set(self.obstacles) - CAN_BE_MENDED:
            return set()
        if Obstacle.PAPERS_MISSING in self.obstacles:
            return self.closed.get(self.goods, set())
        return set().union(*self.closed.values())


def _asked(site: Site, me: Participant, earlier: Application | None, *, now: datetime) -> Asked:
    call, applicant = applying.call_of(site), applying.applicants_for(site, [me])[me.pk]
    closed = conditions.closed_goods(applicant, call)
    proposal = proposals.proposal(me, earlier, closed=closed)
    goods = str(proposal.get("category") or "")
    found = obstacles(applicant, call, now=now, category=goods if goods in closed else "")
    return Asked(call, applicant, closed, proposal, goods, found)


@participant_only
@get_or_post
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """The form is filled in from the profile: the second tap sends it. Who cannot apply reads why instead.

    Papers that are missing can be sent from the same form; what was typed stays.
    """
    site, me, now = _open_site(pk), _me(request), timezone.now()
    earlier = Application.objects.visible_to(request.user).filter(site=site).submitted().first()
    asked = _asked(site, me, earlier, now=now)
    only_papers, own_papers = "paper" in request.POST, PaperSent.objects.visible_to(request.user)
    sending = SendPapersForm(*posted(request), wanted=paper_kinds(asked.papers), must=only_papers)
    are_papers_fine = sending.is_valid()
    if are_papers_fine and send_papers(request, sending, me, now=now):
        if only_papers and "product" not in request.POST:
            return redirect("bazaars:apply", pk)
        asked = _asked(site, me, earlier, now=now)
        sending = SendPapersForm(wanted=paper_kinds(asked.papers))
    form = ApplicationForm(
        None if only_papers else request.POST or None,
        initial=asked.proposal | (_typed(request) if only_papers else {}),
        categories=[choice for choice in Sector.choices() if choice[0] not in asked.closed],
        pengampu=_own_choices(site, me),
    )
    found, goods = asked.obstacles, asked.goods
    if are_papers_fine and not only_papers and form.is_valid():
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
    elif are_papers_fine and not only_papers and request.POST.get("category") in asked.closed:
        found, goods = [Obstacle.PAPERS_MISSING], request.POST["category"]
        sending = SendPapersForm(wanted=paper_kinds(asked.closed[goods]))
    paper_lines = conditions.paper_lines(site.bazaar)
    demanded = set().union(*asked.call.papers.values())
    needed = papers.needed(demanded, good=asked.applicant.papers, sent=own_papers)
    context = {
        "form": form,
        "sending": sending,
        "needed": needed,
        "is_paper_waiting": any(one.state == PaperState.WAITING for one in needed),
        "site": site,
        "earlier": earlier,
        "obstacles": conditions.in_words(found, site, asked.applicant, asked.call, category=goods),
        "conditions": conditions.published(site.bazaar),
        "closed": [line for code, line in paper_lines if code in asked.closed],
        "crumbs": crumbs.of_public(site.bazaar, _("Application")),
    }
    return render_page(request, "bazaars/apply.html", context)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What stood in the form of the application when a paper was sent from it."""
    names = [name for name in ("product", "category", "pengampu") if name in request.POST]
    power = {"needs_power": "needs_power" in request.POST} if names else {}
    return {name: request.POST[name] for name in names} | power


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
    """The own stall or the own reason; until the list is frozen, the papers, which can be sent from here."""
    sent = Application.objects.visible_to(request.user).submitted()
    application = get_object_or_404(sent.select_related("participant", "nominated_by"), site_id=pk)
    site, now = _open_site(pk), timezone.now()
    needed = _needed(request, application, site)
    kinds = [one.kind for one in needed if one.can_be_sent]
    sending = SendPapersForm(*posted(request), wanted=kinds, must=True)
    if sending.is_valid():
        send_papers(request, sending, application.participant, now=now)
        return redirect("bazaars:result", pk)
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
        "needed": needed,
        "sending": sending,
        "curation": curation.told_to(application),
        "answer_form": AnswerForm(),
        "crumbs": crumbs.of_public(site.bazaar, _("My result")),
    }
    return render_page(request, "bazaars/result.html", context)


def _needed(request: HttpRequest, application: Application, site: Site) -> list[papers.Needed]:
    """What the goods of the application need, until the list is frozen."""
    if site.state != SiteState.OPEN:
        return []
    codes = applying.demands_of(site.bazaar).get(application.category_id, set())
    good = applying.good_papers([application.participant_id], until=site.bazaar.ends_on) if codes else {}
    sent = PaperSent.objects.visible_to(request.user)
    return papers.needed(codes, good=good.get(application.participant_id, ()), sent=sent)
