"""What applicants are told after the draw: the stall, or the reason and the place on the reserve list.

One key per application, so that telling twice sends once. The text is made when the message goes out, from
what stands then: a stall that was moved is told with its new number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bazaars.enums import AllocationState, SiteState
from bazaars.models import Application, Site
from okoce.notifications import causes, kinds, services
from okoce.notifications.enums import Channel
from trainings.messages import decent

CAUSE = "bazaars.site"
STALL_GIVEN = "stall_given"
STALL_RESERVE = "stall_reserve"
SAMPLE = {
    "bazaar": "Bazar Kantor Wali Kota Jakarta Barat",
    "site": "Halaman Kantor Wali Kota",
    "starts_on": "2026-08-28",
    "ends_on": "2026-08-29",
    "opens": time(8),
    "closes": time(17),
    "stall": "A07",
    "result_path": "/bazar/hasil/12/",
}


def register() -> None:
    """Called when the app starts; the outbox knows these kinds from then on."""
    causes.register(CAUSE, describe_cause)
    for code, label in (
        (STALL_GIVEN, _("Stall given at a bazaar")),
        (STALL_RESERVE, _("Reserve at a bazaar")),
    ):
        kinds.register(
            kinds.Kind(
                code=code,
                label=label,
                channels=(Channel.EMAIL, Channel.READY_TEXT),
                details=details,
                recheck=void,
                reasons={
                    "bazaar_cancelled": _("The bazaar was cancelled"),
                    "stall_gone": _("The stall was given back"),
                },
                sample=SAMPLE,
            )
        )


def describe_cause(user: Any, site_id: int) -> causes.Described | None:
    """What the pages of messages call the site; None for who may not see it."""
    site = Site.objects.visible_to(user).select_related("bazaar").filter(pk=site_id).first()
    return causes.Described(site.bazaar.name, site.get_absolute_url()) if site else None


def _applications(messages: Sequence[Any]) -> dict[tuple[int, int], Application]:
    """By site and person: a person applies once to a site."""
    rows = Application.objects.filter(
        site_id__in={m.cause_id for m in messages if m.cause_id},
        participant_id__in={m.participant_id for m in messages},
    ).select_related("site__bazaar", "allocation__stall")
    return {(row.site_id, row.participant_id): row for row in rows}


def _stall(application: Application) -> str:
    allocation = getattr(application, "allocation", None)
    return allocation.stall.number if allocation and allocation.state != AllocationState.RELEASED else ""


def details(messages: Sequence[Any]) -> Mapping[str, Mapping[str, Any]]:
    """Place, days and stall of each message's application as they stand now. One query."""
    found = _applications(messages)
    whose = {m.key: (m.cause_id, m.participant_id) for m in messages}
    return {key: describe(found[pair]) for key, pair in whose.items() if pair in found}


def describe(application: Application) -> dict[str, Any]:
    site = application.site
    return {
        "bazaar": site.bazaar.name,
        "site": site.name,
        "starts_on": site.bazaar.starts_on,
        "ends_on": site.bazaar.ends_on,
        "opens": site.bazaar.opens_at,
        "closes": site.bazaar.closes_at,
        "stall": _stall(application),
        "result_path": reverse("bazaars:result", args=[site.pk]),
    }


def void(messages: Sequence[Any]) -> Mapping[str, str]:
    """Which messages have lost their cause: the bazaar is off, or the stall went back. One query."""
    found = _applications(messages)
    gone: dict[str, str] = {}
    for message in messages:
        application = found.get((message.cause_id, message.participant_id))
        if application is None or application.site.state == SiteState.CANCELLED:
            gone[message.key] = "bazaar_cancelled"
        elif message.kind == STALL_GIVEN and not _stall(application):
            gone[message.key] = "stall_gone"
    return gone


def tell_results(
    *, site: Site, chosen: Sequence[Application], reserve: Sequence[Application], now: datetime
) -> int:
    """Queue one message to everybody who was in the draw; how many are new."""
    first_day = timezone.make_aware(datetime.combine(site.bazaar.starts_on, time.min))
    count = 0
    for kind, applications in ((STALL_GIVEN, chosen), (STALL_RESERVE, reserve)):
        count += services.queue_many(
            kind=kind,
            drafts=[
                services.Draft(
                    key=f"bazaar:application:{application.pk}:result",
                    participant_id=application.participant_id,
                    cause=site,
                    city=site.bazaar.city_id,
                    kecamatan=site.kecamatan_id,
                )
                for application in applications
            ],
            due_at=decent(now),
            expires_at=first_day,
        )
    return count
