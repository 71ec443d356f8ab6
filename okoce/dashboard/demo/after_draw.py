"""The bazaar that was just drawn, some days later: most have confirmed, one gave back, one was taken back.

The numbers of some who are silent do not work: they must be called.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from bazaars.models import Allocation, Site
from bazaars.services import confirming, releasing
from okoce.accounts.models import User
from okoce.notifications import numbers

TO_CALL = 3
REASON = "Izin edar makanan sudah habis masa berlakunya"


def tell_after_draw(users: dict[str, User], site: Site, *, now: datetime | None = None) -> None:
    """Told in the order in which it happens; the first reserve takes the stall, the second is still asked."""
    officer, now = users["sudin.jakbar"], now or timezone.now()
    held = list(Allocation.objects.of_site(site).held().select_related("participant").order_by("pk"))
    if len(held) < 6 or site.bazaar.begins_at <= now:
        return
    first, second, *others = held
    releasing.give_back(allocation_id=first.pk, by=None, now=now - timedelta(hours=5))
    taken = Allocation.objects.filter(replaces=first).first()
    if taken is not None:
        confirming.confirm(allocation_id=taken.pk, by=None, now=now - timedelta(hours=4))
    releasing.take_back(allocation_id=second.pk, reason=REASON, by=officer, now=now - timedelta(hours=3))
    answering = len(others) * 2 // 3
    for allocation in others[:answering]:
        confirming.confirm(allocation_id=allocation.pk, by=None, now=now - timedelta(hours=2))
    silent = [allocation.participant for allocation in others[answering:]]
    unreached = [person.phone for person in silent if person.phone and not person.email]
    numbers.is_dead(unreached[:TO_CALL])
