"""Bazaars that are to be decided, and seed parts of draws."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bazaars.enums import UNANSWERED, SiteState
from bazaars.models import Allocation, PaperSent, SeedPart, Site
from okoce.accounts.roles import Role, has_permission
from okoce.dashboard.work.item import INFO, SOON, URGENT, Work, url_of
from okoce.ui.templatetags.okoce_ui import day_month, moment, number


def sites(user: Any, now: datetime) -> Iterator[Work]:
    """Sites whose next step is due: open, freeze, draw."""
    if not has_permission(user, "bazaars.manage"):
        return
    sites = (
        Site.objects.visible_to(user)
        .filter(
            state__in=[SiteState.DRAFT, SiteState.OPEN, SiteState.FROZEN],
            bazaar__ends_on__gte=timezone.localtime(now).date(),
        )
        .select_related("bazaar")
        .annotate(applied=Count("applications", filter=Q(applications__state="submitted"), distinct=True))
        .order_by("bazaar__starts_on", "pk")[:10]
    )
    for site in sites:
        name = {"site": site.name, "day": day_month(site.bazaar.starts_on), "count": number(site.applied)}
        url = url_of("bazaars:site", site.pk)
        if site.state == SiteState.FROZEN:
            yield Work(
                URGENT,
                "shuffle",
                _("The list of %(site)s is frozen and not drawn yet") % name,
                _("%(count)s applicants wait for the result. The bazaar is on %(day)s.") % name,
                url,
                _("Go to the draw"),
            )
        elif (
            site.state == SiteState.OPEN and site.applications_close_at and site.applications_close_at <= now
        ):
            yield Work(
                SOON,
                "shop",
                _("Applications for %(site)s have closed with %(count)s applicants") % name,
                _("Freeze the list, then the draw can be made. The bazaar is on %(day)s.") % name,
                url,
                _("Freeze the list"),
            )
        elif site.state == SiteState.OPEN:
            close = {"close": day_month(site.applications_close_at) if site.applications_close_at else "-"}
            yield Work(
                INFO,
                "shop",
                _("%(count)s people have applied for %(site)s so far") % name,
                _("Applications close on %(close)s.") % close,
                url,
                _("See the applications"),
            )
        else:
            yield Work(
                SOON,
                "shop",
                _("%(site)s is not open for applications yet") % name,
                _("The bazaar is on %(day)s. Set stalls and quotas, then open it.") % name,
                url,
                _("Prepare the site"),
            )


def confirmations(user: Any, now: datetime) -> Iterator[Work]:
    """Drawn places before their first day: who has not confirmed, and stalls that stay empty."""
    if not has_permission(user, "bazaars.manage"):
        return
    theirs = Q(applications__allocation__state__in=UNANSWERED)
    empty = Q(applications__allocation__state="released", applications__allocation__replaced_by=None)
    sites = (
        Site.objects.visible_to(user)
        .filter(state=SiteState.DRAWN, bazaar__starts_on__gte=timezone.localtime(now).date())
        .select_related("bazaar")
        .annotate(waiting=Count("applications", filter=theirs), empty=Count("applications", filter=empty))
        .filter(Q(waiting__gt=0) | Q(empty__gt=0))
        .order_by("bazaar__starts_on", "pk")[:10]
    )
    for site in sites:
        words = {"site": site.name, "count": number(site.waiting), "empty": number(site.empty)}
        until = site.confirm_by
        if site.waiting:
            is_soon = until is not None and until - now < timedelta(days=2)
            yield Work(
                SOON if is_soon else INFO,
                "shop",
                _("%(count)s stalls of %(site)s are not confirmed yet") % words,
                _("Until %(moment)s WIB, then the next on the reserve list are asked.")
                % {"moment": moment(until)}
                if until
                else "",
                url_of("bazaars:confirmations", site.pk),
                _("See who comes"),
            )
        else:
            yield Work(
                INFO,
                "shop",
                _("%(empty)s stalls of %(site)s are empty") % words,
                _("They were given back, and nobody on the reserve list fits the quotas."),
                url_of("bazaars:confirmations", site.pk),
                _("See who comes"),
            )


def today(user: Any, now: datetime) -> Iterator[Work]:
    """Bazaars that are held today: who is there is noted at the place."""
    if not has_permission(user, "bazaars.days"):
        return
    day = timezone.localtime(now).date()
    sites = Site.objects.visible_to(user).filter(
        state=SiteState.DRAWN, bazaar__starts_on__lte=day, bazaar__ends_on__gte=day
    )
    held = Q(applications__allocation__isnull=False) & ~Q(applications__allocation__state="released")
    there = held & Q(applications__arrivals__day=day)
    counted = sites.annotate(
        held=Count("applications", filter=held, distinct=True),
        there=Count("applications", filter=there, distinct=True),
    )
    for site in counted.order_by("name", "pk")[:10]:
        said = {"site": site.name, "there": number(site.there), "held": number(site.held)}
        yield Work(
            URGENT if site.there < site.held else INFO,
            "shop",
            _("Bazaar today at %(site)s: %(there)s of %(held)s vendors are there") % said,
            _("Note arrivals, visitors and incidents. Reserves take empty stalls from 09.00 on."),
            url_of("bazaars:day", site.pk),
            _("Open the day"),
        )


def seed_parts(user: Any, now: datetime) -> Iterator[Work]:
    """An agency that gave a part of the seed must open it once the list is frozen."""
    if not has_permission(user, "bazaars.commit_seed") or user.active_membership.role != Role.PENGAMPU:
        return
    own = user.active_membership.organisation_id
    sites = Site.objects.visible_to(user).filter(
        pk__in=SeedPart.objects.filter(organisation_id=own, revealed_at__isnull=True).values("site"),
        state=SiteState.FROZEN,
    )
    for site in sites[:5]:
        yield Work(
            URGENT,
            "key",
            _("Open your part of the seed for %(site)s") % {"site": site.name},
            _("The list is frozen. The draw can only be made with the parts of all."),
            url_of("bazaars:reveal", site.pk),
            _("Open the part"),
        )


def seals(user: Any, now: datetime) -> Iterator[Work]:
    """An agency that takes part may seal a secret until the list is frozen, or when secrets were given up."""
    if not has_permission(user, "bazaars.commit_seed") or user.active_membership.role != Role.PENGAMPU:
        return
    own = user.active_membership.organisation_id
    for site in Site.objects.visible_to(user).that_lack_a_seal_of(own)[:5]:
        yield Work(
            SOON,
            "key",
            _("Seal a secret for the draw of %(site)s") % {"site": site.name},
            _("With a secret of each agency nobody can steer the draw."),
            url_of("bazaars:commit", site.pk),
            _("Commit to a secret"),
        )


def late_sales(user: Any, now: datetime) -> Iterator[Work]:
    """Vendors whose sales report is missing more than seven days after a stall day."""
    if not has_permission(user, "bazaars.enter_sales"):
        return
    late = Allocation.objects.visible_to(user).late_with_sales(today=timezone.localtime(now).date())
    count = late.count()
    if count:
        yield Work(
            SOON,
            "clipboard",
            ngettext(
                "The sales report of %(count)s vendor is missing",
                "The sales reports of %(count)s vendors are missing",
                count,
            )
            % {"count": number(count)},
            _("More than seven days have passed. They were reminded once; ask them and write it down."),
            url_of("bazaars:late_sales"),
            _("See who"),
        )


def papers(user: Any, now: datetime) -> Iterator[Work]:
    """Papers that vendors sent: they may apply meanwhile, and are drawn only when somebody accepted them."""
    if not has_permission(user, "bazaars.check_papers"):
        return
    count = PaperSent.objects.visible_to(user).waiting().count()
    if count:
        yield Work(
            SOON,
            "clipboard",
            ngettext(
                "%(count)s paper of a vendor waits to be checked",
                "%(count)s papers of vendors wait to be checked",
                count,
            )
            % {"count": number(count)},
            _("Until it is accepted, it does not count when the list of a bazaar is frozen."),
            url_of("bazaars:papers_waiting"),
            _("Check the papers"),
        )
