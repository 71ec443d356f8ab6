"""An agency nominates vendors whom it fosters."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bazaars import crumbs, errors, nominations
from bazaars.services import applying, nominating
from bazaars.views.events import get_or_post, visible_site
from okoce.accounts.access import requires
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from participants.models import Business, Participant, Sector

AT_ONCE = 30


@requires("bazaars.nominate")
@get_or_post
def nominate(request: HttpRequest, pk: int) -> HttpResponse:
    """Own people with what stands in their way; those who are ready are sent in together."""
    site, now = visible_site(request, pk), timezone.now()
    own = Participant.objects.visible_to(request.user).open_to(request.user).taking_part()
    agency = request.user.active_membership.organisation
    problem, chosen = "", request.POST.getlist("orang")[:AT_ONCE]
    if request.method == "POST":
        ids = list(own.filter(number__in=chosen).values_list("pk", flat=True))
        try:
            sent = nominating.nominate(
                site_id=site.pk, participant_ids=ids, pengampu=agency.pk, by=request.user, now=now
            )
        except errors.Refusal as refusal:
            problem = str(refusal)
        else:
            if chosen:
                _say(request, len(sent), len(chosen))
                return redirect(request.get_full_path())
            problem = _("Tick the vendors whom you nominate.")
    query, shows_all = request.GET.get("q", "").strip()[:60], bool(request.GET.get("semua"))
    if site.bazaar.needs_business and not (query or shows_all):
        shown = Business.objects.visible_to(request.user).open().exclude(name="", products__isnull=True)
        own = own.filter(pk__in=shown.values("participant"))
    call = applying.call_of(site)
    page = keyset_page(
        own.named_like(query) if query else own, request, order=["full_name", "pk"], size=AT_ONCE
    )
    people = nominating.nominees(site, page.rows, pengampu=agency.pk, now=now)
    context = {
        "site": site,
        "page": page,
        "rows": nominations.rows_of(people, call, goods=dict(Sector.choices()), chosen=chosen),
        "query": query,
        "may_show_all": site.bazaar.needs_business and not (query or shows_all),
        "problem": problem,
        "agency": agency,
        "is_open": call.is_open and bool(call.closes_at and call.closes_at > now),
        "crumbs": crumbs.of_site(site, _("Nominate vendors")),
    }
    return render_page(request, "bazaars/nominate.html", context)


def _say(request: HttpRequest, sent: int, chosen: int) -> None:
    if sent:
        words = ngettext(
            "%(count)s vendor is nominated and will be told.",
            "%(count)s vendors are nominated and will be told.",
            sent,
        )
        messages.success(request, words % {"count": sent})
    if rest := chosen - sent:
        words = ngettext(
            "%(count)s was left as it is: applied already, or a condition is not met.",
            "%(count)s were left as they are: applied already, or a condition is not met.",
            rest,
        )
        messages.info(request, words % {"count": rest})
