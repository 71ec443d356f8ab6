"""After the draw, for the office: who has confirmed, taking a stall back, the deadline, cancelling."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from bazaars import crumbs, errors
from bazaars.after import Confirmations
from bazaars.enums import SiteState
from bazaars.forms import AbsenceForm, CancelForm, DeadlineForm, TakeBackForm
from bazaars.messages import CAUSE
from bazaars.models import Allocation, Bazaar, Site
from bazaars.services import absences, cancelling, confirming, releasing
from bazaars.views.events import get_or_post, visible_site
from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import day_month


@requires("bazaars.view")
@require_safe
def confirmations(request: HttpRequest, pk: int) -> HttpResponse:
    site, now = visible_site(request, pk), timezone.now()
    releasing.settle(site.pk, now=now)
    may_manage = has_permission(request.user, "bazaars.manage")
    view = Confirmations(site, Allocation.objects.visible_to(request.user), now, may_manage)
    context = {
        "site": site,
        "view": view,
        "may_manage": may_manage,
        "may_see_messages": has_permission(request.user, "notifications.view"),
        "ready_url": f"{reverse('notifications:ready_texts', args=[CAUSE, site.pk])}?jenis={view.asked_by}"
        if has_permission(request.user, "notifications.send_ready")
        else "",
        "crumbs": crumbs.of_site(site, _("Confirmations")),
    }
    return render_page(request, "bazaars/confirmations.html", context)


@requires("bazaars.manage")
@get_or_post
def deadline(request: HttpRequest, pk: int) -> HttpResponse:
    """Until when vendors confirm: before the draw only, since the draw tells it to everybody."""
    site, now = visible_site(request, pk), timezone.now()
    if site.state in (SiteState.DRAWN, SiteState.CANCELLED):
        messages.info(request, str(errors.DeadlineTold()))
        return redirect(site)
    stands = timezone.localtime(site.confirm_by or confirming.usual_deadline(site.bazaar))
    initial = {"confirm_on": stands.date(), "confirm_time": stands.time()}
    form = DeadlineForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            confirming.set_deadline(
                site_id=site.pk, confirm_by=form.cleaned_data["confirm_by"], by=request.user, now=now
            )
        except errors.Refusal as refusal:
            form.add_error("confirm_on", str(refusal))
        else:
            messages.success(request, _("The deadline is saved. The draw tells it to every vendor."))
            return redirect(site)
    context = {"form": form, "site": site, "crumbs": crumbs.of_site(site, _("Deadline to confirm"))}
    return render_page(request, "bazaars/deadline.html", context)


@requires("bazaars.manage")
@get_or_post
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    found = Allocation.objects.visible_to(request.user).select_related(
        "application__participant", "application__site__bazaar__city", "stall"
    )
    allocation = get_object_or_404(found, pk=pk)
    application = allocation.application
    site, name = application.site, application.participant.full_name
    form = TakeBackForm(request.POST or None, names=[name])
    if request.method == "POST" and form.is_valid():
        return _take_back(request, allocation, form.cleaned_data["reason"])
    if not allocation.is_held:
        messages.info(request, _("This stall was given back before."))
        return redirect("bazaars:confirmations", site.pk)
    values = {"name": name, "number": allocation.stall.number}
    context = {
        "question": _("Take stall %(number)s back from %(name)s?") % values,
        "consequences": [
            _("%(name)s is told, with the reason.") % values,
            _("It costs %(name)s no turn, but %(name)s is not asked again for this place.") % values,
            _("The next on the reserve list who fits the quotas is asked at once."),
            _("The change and its reason are published with the draw, without a name."),
        ],
        "form": form,
        "action_label": _("Take back stall %(number)s") % values,
        "cancel_url": reverse("bazaars:confirmations", args=[site.pk]),
        "cancel_label": _("Leave it to the vendor"),
        "crumbs": crumbs.of_site(site, _("Take a stall back")),
    }
    return render_page(request, "bazaars/confirm.html", context)


def _take_back(request: HttpRequest, allocation: Allocation, reason: str) -> HttpResponse:
    site = allocation.application.site
    try:
        taken = releasing.take_back(
            allocation_id=allocation.pk, reason=reason, by=request.user, now=timezone.now()
        )
    except errors.Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("bazaars:confirmations", site.pk)
    next_one = Allocation.objects.visible_to(request.user).filter(replaces=taken.pk)
    offered = next_one.select_related("application__participant", "stall").first()
    if offered is not None:
        words = {"number": offered.stall.number, "name": offered.application.participant.full_name}
        messages.success(
            request, _("The stall is free. Stall %(number)s is now offered to %(name)s.") % words
        )
    else:
        messages.success(request, _("The stall is free. Nobody on the reserve list fits the quotas."))
    return redirect("bazaars:confirmations", site.pk)


@requires("bazaars.manage")
@get_or_post
def absence(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody did not come; an excuse that was accepted later; a mistake."""
    found = Allocation.objects.visible_to(request.user).select_related(
        "application__participant", "application__site__bazaar__city", "stall", "absence"
    )
    allocation = get_object_or_404(found, pk=pk)
    site, name = allocation.application.site, allocation.application.participant.full_name
    noted = getattr(allocation, "absence", None)
    initial = {"excuse": noted.excuse if noted else ""}
    form = AbsenceForm(request.POST or None, may_take_back=noted is not None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            absences.note_absence(
                allocation_id=allocation.pk,
                excuse=form.cleaned_data["excuse"],
                by=request.user,
                now=timezone.now(),
            )
        except errors.Refusal as refusal:
            form.add_error("excuse", str(refusal))
        else:
            messages.success(request, _("It is noted for %(name)s.") % {"name": name})
            return redirect("bazaars:confirmations", site.pk)
    values = {"name": name, "number": allocation.stall.number, "day": day_month(absences.until(site.bazaar))}
    context = {
        "question": _("%(name)s was not at stall %(number)s?") % values,
        "consequences": [
            _("Without an excuse it costs one turn more at the next draws; %(name)s is told.") % values,
            _("With an excuse it costs no turn at all, not even that of the stall."),
            _("Until %(day)s an excuse can be accepted, and a mistake put right.") % values,
            _("%(name)s is not asked for sales.") % values,
        ],
        "form": form,
        "action_label": _("Note it"),
        "dangerous": "no",
        "cancel_url": reverse("bazaars:confirmations", args=[site.pk]),
        "cancel_label": _("Note nothing"),
        "crumbs": crumbs.of_site(site, _("Did not come")),
    }
    return render_page(request, "bazaars/confirm.html", context)


# ---------------------------------------------------------------- cancelling


@requires("bazaars.manage")
@get_or_post
def cancel_site(request: HttpRequest, pk: int) -> HttpResponse:
    site = visible_site(request, pk)
    if site.state == SiteState.CANCELLED:
        messages.info(request, _("This place is cancelled already. Nobody is told again."))
        return redirect(site)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            told = cancelling.cancel_site(
                site_id=site.pk, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now()
            )
        except errors.Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _told(told))
            return redirect(site)
    context = _cancelling([site]) | {
        "question": _("Cancel %(name)s on %(day)s?")
        % {"name": site.name, "day": day_month(site.bazaar.starts_on)},
        "form": form,
        "cancel_url": site.get_absolute_url(),
        "crumbs": crumbs.of_site(site, _("Cancel the place")),
    }
    return render_page(request, "bazaars/confirm.html", context)


@requires("bazaars.manage")
@get_or_post
def cancel_bazaar(request: HttpRequest, slug: str) -> HttpResponse:
    bazaar = get_object_or_404(Bazaar.objects.visible_to(request.user), slug=slug)
    standing = [site for site in bazaar.sites.all() if site.state != SiteState.CANCELLED]
    if not standing:
        messages.info(request, _("This bazaar is cancelled already. Nobody is told again."))
        return redirect("bazaars:bazaars")
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            told = cancelling.cancel_bazaar(
                bazaar_id=bazaar.pk, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now()
            )
        except errors.Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _told(told))
            return redirect("bazaars:bazaars")
    places = ngettext("%(count)s place", "%(count)s places", len(standing)) % {"count": len(standing)}
    context = _cancelling(standing) | {
        "question": _("Cancel the whole bazaar %(name)s on %(day)s, %(places)s?")
        % {"name": bazaar.name, "day": day_month(bazaar.starts_on), "places": places},
        "form": form,
        "cancel_url": reverse("bazaars:bazaars"),
        "crumbs": crumbs.of_offices(_("Cancel the bazaar")),
    }
    return render_page(request, "bazaars/confirm.html", context)


def _cancelling(sites: list[Site]) -> dict[str, Any]:
    told = cancelling.to_be_told(sites)
    label = ngettext("Cancel and tell %(count)s person", "Cancel and tell %(count)s people", told)
    return {
        "consequences": [
            ngettext(
                "%(count)s person who applied is told once, with the reason.",
                "%(count)s people who applied are told once, with the reason: with a stall, on the reserve "
                "list, or still waiting for the draw.",
                told,
            )
            % {"count": told}
            if told
            else _("Nobody has applied yet, so nobody is told."),
            _("Nobody loses a turn by it."),
            _("The public page says that it is cancelled, and why."),
            _("This cannot be undone."),
        ],
        "action_label": label % {"count": told} if told else _("Cancel it"),
        "cancel_label": _("Do not cancel"),
    }


def _told(count: int) -> str:
    if not count:
        return _("It is cancelled. Nobody had to be told.")
    words = ngettext(
        "It is cancelled. %(count)s person is told.", "It is cancelled. %(count)s people are told.", count
    )
    return words % {"count": count}
