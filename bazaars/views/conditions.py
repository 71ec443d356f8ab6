"""Who may apply, and the papers of vendors that an office has seen."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bazaars import crumbs, errors
from bazaars.call_forms import ConditionsForm, PaperForm
from bazaars.choices import paper_kinds
from bazaars.models import PaperSeen
from bazaars.services import applying
from bazaars.services import conditions as services
from bazaars.views.events import get_or_post
from bazaars.views.facts import visible_bazaar
from okoce.accounts.access import requires
from okoce.ui.responses import render_page
from participants.models import Sector
from participants.views.finding import crumbs_of, person_of


@requires("bazaars.manage")
@get_or_post
def conditions(request: HttpRequest, slug: str) -> HttpResponse:
    bazaar = visible_bazaar(request, slug)
    form = ConditionsForm(
        request.POST or None,
        bazaar=bazaar,
        sectors=Sector.choices(),
        papers=paper_kinds(),
        demands=applying.demands_of(bazaar),
    )
    if request.method == "POST" and form.is_valid():
        try:
            bazaar = services.set_conditions(bazaar_id=bazaar.pk, conditions=form.conditions, by=request.user)
        except errors.ConditionsStand as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The conditions are saved. Vendors read them before they apply."))
            if count := services.applicants_who_fail(bazaar):
                words = ngettext(
                    "%(count)s person who has applied does not meet the conditions now.",
                    "%(count)s people who have applied do not meet the conditions now.",
                    count,
                )
                messages.warning(request, words % {"count": count})
            return redirect("bazaars:bazaars")
    context = {"form": form, "bazaar": bazaar, "crumbs": crumbs.of_offices(_("Who may apply"))}
    return render_page(request, "bazaars/conditions.html", context)


@requires("bazaars.check_papers")
@get_or_post
def papers(request: HttpRequest, number: str) -> HttpResponse:
    """Which papers of this vendor were seen; a newer row replaces what the older said."""
    person, today = person_of(request, number), timezone.localdate()
    form = PaperForm(request.POST or None, today=today)
    if request.method == "POST" and form.is_valid():
        services.note_paper(participant_id=person.pk, by=request.user, today=today, **form.cleaned_data)
        messages.success(request, _("Noted. The vendor can apply with it at once."))
        return redirect(reverse("bazaars:papers", args=[person.number]))
    seen = PaperSeen.objects.visible_to(request.user).filter(participant=person).newest()
    context = {
        "form": form,
        "person": person,
        "seen": seen.select_related("paper"),
        "today": today,
        "crumbs": crumbs_of(person, _("Permits and checks")),
    }
    return render_page(request, "bazaars/papers.html", context)
