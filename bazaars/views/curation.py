"""Curation: the list by pseudonyms, one application to score, the decision, the answer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bazaars import crumbs, curation, errors
from bazaars.choices import criteria
from bazaars.curation_forms import AnswerForm, ConflictForm, DecisionForm, ScoreForm
from bazaars.models import Application
from bazaars.rules import conflicts_of
from bazaars.services import curating
from bazaars.views.events import get_or_post, visible_site
from okoce.accounts.access import participant_only, requires
from okoce.accounts.roles import has_permission
from okoce.db import sealed_files
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from participants.services import businesses


def _to_curate(request: HttpRequest, public_id: str) -> Application:
    applications = curation.to_curate(request.user).select_related("site__bazaar", "category")
    return get_object_or_404(applications, public_id=public_id)


@requires("bazaars.curate")
@require_safe
def applications(request: HttpRequest, pk: int) -> HttpResponse:
    """By pseudonym, in the order of these: neither name nor agency, nor who came first."""
    site = visible_site(request, pk)
    found = curation.to_curate(request.user).filter(site=site)
    page = keyset_page(
        found.select_related("category", "answer"), request, order=["public_id", "pk"], size=30
    )
    manages = has_permission(request.user, "bazaars.manage")
    context = {
        "site": site,
        "page": page,
        "rows": curation.rows_of(page.rows, request.user, on=timezone.localdate(), shows_scores=manages),
        "manages": manages,
        "crumbs": crumbs.of_site(site, _("Curation")),
    }
    return render_page(request, "bazaars/curation.html", context)


@requires("bazaars.curate")
@get_or_post
def score(request: HttpRequest, public_id: str) -> HttpResponse:
    """The goods side by side with the criteria; nothing says whose they are."""
    application = _to_curate(request, public_id)
    given = dict(application.scores.filter(curator=request.user).values_list("criterion_id", "value"))
    form = ScoreForm(request.POST or None, criteria=criteria(), given=given)
    if request.method == "POST" and form.is_valid():
        try:
            curating.score(
                application_id=application.pk,
                values=form.cleaned_data,
                by=request.user,
                now=timezone.now(),
            )
        except errors.Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your scores are saved. You may change them until the decision."))
            return redirect("bazaars:curation", application.site_id)
    conflict = conflicts_of(request.user, [application], on=timezone.localdate()).get(application.pk, "")
    context = {
        "form": form,
        "application": application,
        "shelf": [] if conflict else curation.shelf(application, curation.products_of(application)),
        "conflict": conflict,
        "is_decided": application.decisions.exists(),
        "crumbs": crumbs.of_site(application.site, _("Score")),
    }
    return render_page(request, "bazaars/score.html", context)


@requires("bazaars.curate")
@require_safe
def photo(request: HttpRequest, public_id: str, uid: UUID) -> HttpResponse:
    """A product's photo for those who may score it."""
    application = _to_curate(request, public_id)
    if conflicts_of(request.user, [application], on=timezone.localdate()):
        raise Http404
    product = next((p for p in curation.products_of(application) if p.uid == uid and p.photo), None)
    if product is None:
        raise Http404
    try:
        content = businesses.photo_of(product)
    except FileNotFoundError:
        raise Http404 from None
    return sealed_files.private_response(content, content_type="image/jpeg")


@requires("bazaars.curate")
@get_or_post
def conflict(request: HttpRequest, public_id: str) -> HttpResponse:
    application = _to_curate(request, public_id)
    form = ConflictForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            curating.declare_conflict(
                application_id=application.pk,
                reason=form.cleaned_data["reason"],
                by=request.user,
                now=timezone.now(),
            )
        except errors.Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Noted. Others score this application."))
            return redirect("bazaars:curation", application.site_id)
    path = crumbs.of_site(application.site, _("Conflict of interest"))
    context = {"form": form, "application": application, "crumbs": path}
    return render_page(request, "bazaars/conflict.html", context)


@requires("bazaars.manage")
@get_or_post
def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Accepted or not, with a reason that the applicant reads."""
    application = _to_curate(request, public_id)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            curating.decide(
                application_id=application.pk, by=request.user, now=timezone.now(), **form.cleaned_data
            )
        except errors.Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Decided. The applicant reads the decision and its reason."))
            return redirect("bazaars:curation", application.site_id)
    mean, people = curating.standing_of(application)
    earlier = list(application.decisions.all())
    answer = getattr(application, "answer", None)
    context = {
        "form": form,
        "application": application,
        "means": curation.means(application),
        "people": people,
        "mean": curation.hundredths(mean),
        "earlier": [curation.told(decision) for decision in earlier],
        "answer": answer,
        "may_decide": not earlier or (len(earlier) == 1 and answer is not None),
        "shelf": curation.shelf(application, curation.products_of(application)),
        "crumbs": crumbs.of_site(application.site, _("Decision")),
    }
    return render_page(request, "bazaars/decide.html", context)


@participant_only
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """What a rejected applicant answers, once."""
    own = Application.objects.visible_to(request.user).submitted()
    application = get_object_or_404(own, site_id=pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            curating.answer(
                application_id=application.pk,
                text=form.cleaned_data["text"],
                by=request.user,
                now=timezone.now(),
            )
        except errors.Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Your answer has arrived. The Sudin decides once more."))
    else:
        messages.error(request, _("Write your answer in at most 500 characters."))
    return redirect("bazaars:result", pk)
