"""A place, or the whole bazaar, is cancelled: everybody who applied is told once, no turn is counted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from bazaars import errors, messages
from bazaars.enums import AllocationState, ReleaseKind, SiteState
from bazaars.models import Allocation, Application, Bazaar, Site
from bazaars.services import calling
from bazaars.services.events import locked_site
from okoce.accounts.models import User
from okoce.audit.services import record


def to_be_told(sites: Iterable[Site]) -> int:
    """How many people are told when these are cancelled: with a stall, on the reserve list, or applied."""
    standing = [site.pk for site in sites if site.state != SiteState.CANCELLED]
    return Application.objects.submitted().filter(site__in=standing).count()


@transaction.atomic
def cancel_site(*, site_id: int, reason: str, by: User, now: datetime) -> int:
    """Until the first day opens, also the evening before. How many people are told; 0 the second time.

    Stalls are released, so that none counts as a turn. Raises BazaarBegun.
    """
    site = locked_site(site_id)
    if site.state == SiteState.CANCELLED:
        return 0
    if site.bazaar.begins_at <= now:
        raise errors.BazaarBegun
    Allocation.objects.of_site(site).held().update(
        state=AllocationState.RELEASED,
        release_kind=ReleaseKind.CANCELLED,
        released_at=now,
        released_by=by,
    )
    site.state, site.cancelled_at, site.cancelled_by = SiteState.CANCELLED, now, by
    site.cancel_reason = reason
    site.save(update_fields=["state", "cancelled_at", "cancelled_by", "cancel_reason", "updated_at"])
    calling.withdraw(site.bazaar_id)
    told = messages.tell_cancelled(site, site.applications.submitted(), now=now)
    record(by, "bazaars.site.cancelled", site, count=told, reason=reason)
    return told


@transaction.atomic
def cancel_bazaar(*, bazaar_id: int, reason: str, by: User, now: datetime) -> int:
    """Every place that still stands, in the order in which places are locked everywhere."""
    bazaar = Bazaar.objects.get(pk=bazaar_id)
    standing = bazaar.sites.exclude(state=SiteState.CANCELLED).order_by("pk").values_list("pk", flat=True)
    told = [cancel_site(site_id=pk, reason=reason, by=by, now=now) for pk in list(standing)]
    if told:
        record(by, "bazaars.bazaar.cancelled", bazaar, count=sum(told), reason=reason)
    return sum(told)
