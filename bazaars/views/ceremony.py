"""Commit, freeze, reveal, draw: each step its own page, and a page that asks before what cannot be undone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bazaars import crumbs, errors
from bazaars import draw as rules_of_the_draw
from bazaars.choices import unit_of
from bazaars.enums import SiteState
from bazaars.forms import CommitForm, FreezeForm, GiveUpForm, RevealForm
from bazaars.models import Site
from bazaars.overview import SiteOverview
from bazaars.screen import screen as shown_on_screen
from bazaars.services import drawing, sealing
from bazaars.views.events import get_or_post, visible_site
from bazaars.words import problem_words
from okoce.accounts.access import requires
from okoce.ui.responses import render_page


@requires("bazaars.commit_seed")
@get_or_post
def commit(request: HttpRequest, pk: int) -> HttpResponse:
    """After a commitment the secret is shown once more, to be written down: the portal does not keep it."""
    site, unit = visible_site(request, pk), unit_of(request.user)
    form = CommitForm(request.POST or None)
    part = None
    if request.method == "POST" and form.is_valid():
        try:
            part = drawing.commit_seed(
                site_id=site.pk,
                organisation=unit,
                commitment=form.cleaned_data["commitment"],
                by=request.user,
                now=timezone.now(),
            )
        except errors.Refusal as refusal:
            form.add_error(None, str(refusal))
    secret = form.cleaned_data.get("secret", "") if part else ""
    return render_page(
        request,
        "bazaars/commit.html",
        {
            "form": form,
            "site": site,
            "unit": unit,
            "part": part,
            "secret": secret,
            "crumbs": crumbs.of_site(site, _("Commitment")),
        },
    )


@requires("bazaars.manage")
@get_or_post
def freeze(request: HttpRequest, pk: int) -> HttpResponse:
    site, now = visible_site(request, pk), timezone.now()
    is_early = bool(site.applications_close_at and now < site.applications_close_at)
    form = FreezeForm(request.POST if request.method == "POST" else None) if is_early else None
    view = SiteOverview(site, request.user, now)
    problems: list[str] = []
    if request.method == "POST" and (form is None or form.is_valid()):
        reason = form.cleaned_data["reason"] if form else ""
        try:
            drawing.freeze_list(site_id=site.pk, by=request.user, now=now, reason=reason)
        except errors.CannotFreeze as refusal:
            problems = [problem_words(problem, view.names) for problem in refusal.problems]
        except errors.Refusal as refusal:
            problems = [str(refusal)]
        else:
            messages.success(request, _("The list is frozen and its hash is published."))
            return redirect("bazaars:site", site.pk)
    elif view.draw is None:
        problems = [
            problem_words(p, view.names) for p in rules_of_the_draw.check_list(drawing.frozen_now(site))
        ]
    context = {
        "view": view,
        "site": site,
        "form": form,
        "is_early": is_early,
        "problems": problems,
        "crumbs": crumbs.of_site(site, _("Freeze the list")),
    }
    return render_page(request, "bazaars/freeze.html", context)


@requires("bazaars.commit_seed")
@get_or_post
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Every unit reveals its own part on an account of its own."""
    site, unit = visible_site(request, pk), unit_of(request.user)
    if request.method != "POST" and not hasattr(site, "draw"):
        return _not_frozen_yet(request, site)
    part = site.seed_parts.select_related("organisation").filter(organisation=unit).first()
    if part is None or (part.secret and request.method != "POST"):
        words = errors.SecretRevealed() if part else errors.NoSuchPart()
        messages.info(request, str(words))
        return redirect("bazaars:site", site.pk)
    form = RevealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            part = drawing.reveal_seed(
                part_id=part.pk,
                secret=form.cleaned_data["secret"],
                by=request.user,
                now=timezone.now(),
            )
        except errors.SecretDiffers as refusal:
            form.add_error("secret", str(refusal))
        except errors.Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("The secret of %(name)s fits its commitment.") % {"name": part.organisation.short_name},
            )
            return redirect("bazaars:site", site.pk)
    path = crumbs.of_site(site, _("Reveal a secret"))
    context = {"form": form, "site": site, "part": part, "crumbs": path}
    return render_page(request, "bazaars/reveal.html", context)


@requires("bazaars.manage")
@get_or_post
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """When a secret never comes: a new round of secrets, with the old one left in public."""
    site, now = visible_site(request, pk), timezone.now()
    view = SiteOverview(site, request.user, now)
    missing = [part.organisation.short_name for part in view.parts if not part.secret]
    if request.method != "POST" and (site.state != SiteState.FROZEN or not missing):
        refusal = errors.NothingMissing() if site.state == SiteState.FROZEN else errors.NotFrozenYet()
        messages.error(request, str(refusal))
        return redirect("bazaars:site", site.pk)
    form = GiveUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sealing.give_up_secrets(site_id=site.pk, by=request.user, now=now, **form.cleaned_data)
        except errors.Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The secrets are given up. The others can seal new ones now."))
            return redirect("bazaars:site", site.pk)
    until = view.secrets_wait_until
    context = {
        "form": form,
        "site": site,
        "missing": ", ".join(missing),
        "too_soon": str(errors.TooSoonToGiveUp(until)) if until and now < until else "",
        "crumbs": crumbs.of_site(site, _("New secrets")),
    }
    return render_page(request, "bazaars/give_up.html", context)


@requires("bazaars.view")
@require_safe
def screen(request: HttpRequest, pk: int) -> HttpResponse:
    """For the projector at the meeting: read only, and refreshes itself until the draw is run."""
    view = SiteOverview(visible_site(request, pk), request.user, timezone.now())
    return render_page(request, "bazaars/screen.html", {"view": view, "screen": shown_on_screen(view)})


@requires("bazaars.manage")
@get_or_post
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    site = visible_site(request, pk)
    if request.method == "POST":
        try:
            drawn = drawing.run_draw(site_id=site.pk, by=request.user, now=timezone.now())
        except errors.Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                _("Drawn and published: %(chosen)s have a stall, %(reserve)s are reserve.")
                % {"chosen": len(drawn.record["chosen"]), "reserve": len(drawn.record["reserve"])},
            )
        return redirect("bazaars:site", site.pk)
    if not hasattr(site, "draw"):
        return _not_frozen_yet(request, site)
    view = SiteOverview(site, request.user, timezone.now())
    context = {"view": view, "site": site, "crumbs": crumbs.of_site(site, _("Draw"))}
    return render_page(request, "bazaars/draw.html", context)


def _not_frozen_yet(request: HttpRequest, site: Site) -> HttpResponse:
    """Whoever comes too early by address reads so, not a page that speaks of a published hash."""
    messages.error(request, str(errors.NotFrozenYet()))
    return redirect("bazaars:site", site.pk)
