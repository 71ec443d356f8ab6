"""From when a stall can be set up: told to whoever holds one, at the times that the province has set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bazaars import messages
from bazaars.enums import SiteState
from bazaars.models import Allocation
from okoce.notifications import kinds, services, timing
from okoce.notifications.enums import Topic
from trainings.messages import decent

STALL_SETUP = "stall_setup"
SETUP_BEFORE = (timedelta(days=1),)


def register() -> None:
    """Called when the app starts; the outbox knows the kind from then on."""
    kinds.register(
        kinds.Kind(
            code=STALL_SETUP,
            label=_("When a stall can be set up"),
            channels=kinds.USUAL_CHAIN,
            topic=Topic.BAZAARS,
            details=details,
            recheck=void,
            reasons={
                "bazaar_cancelled": _("The bazaar was cancelled"),
                "stall_gone": _("The stall was given back"),
            },
            sample=messages.SAMPLE | {"setup_at": "2026-08-28T06:00:00+07:00"},
            gaps={
                **{
                    name: messages.GAPS[name]
                    for name in (
                        "bazaar", "site", "starts_on", "ends_on", "opens", "closes", "stall", "result_link"
                    )
                },
                "setup_at": _("From when the stall can be set up"),
            },
            required=("stall", "setup_at"),
            times=SETUP_BEFORE,
        )
    )  # fmt: skip


def details(rows: Sequence[Any]) -> Mapping[str, Mapping[str, Any]]:
    """Place, stall and hour as they stand now. One query."""
    found = messages.applications_of(rows)
    described = {}
    for message in rows:
        application = found.get((message.cause_id, message.participant_id))
        if application is not None:
            described[message.key] = messages.describe(application) | {
                "setup_at": application.site.bazaar.setup_at
            }
    return described


def void(rows: Sequence[Any]) -> Mapping[str, str]:
    """Which messages have lost their cause: the bazaar is off, or the stall went back. One query."""
    found = messages.applications_of(rows)
    gone: dict[str, str] = {}
    for message in rows:
        application = found.get((message.cause_id, message.participant_id))
        if application is None or application.site.state == SiteState.CANCELLED:
            gone[message.key] = "bazaar_cancelled"
        elif not messages.is_held(application):
            gone[message.key] = "stall_gone"
    return gone


def tell_setup_times(*, now: datetime) -> int:
    """One message to every holder of a stall whose bazaar can be set up so soon; how many are new."""
    times = timing.of(kinds.get(STALL_SETUP))
    if not times:
        return 0
    coming = (
        Allocation.objects.taken()
        .filter(
            application__site__bazaar__setup_at__gt=now,
            application__site__bazaar__setup_at__lte=now + max(times),
        )
        .exclude(application__site__state=SiteState.CANCELLED)
        .select_related("application__site__bazaar")
    )
    return services.queue_many(
        kind=STALL_SETUP,
        drafts=[
            services.Draft(
                key=f"bazaar:application:{row.application_id}:setup-{timing.occasion(before)}",
                participant_id=row.participant_id,
                cause=row.application.site,
                city=row.application.site.bazaar.city_id,
                kecamatan=row.application.site.kecamatan_id,
                due_at=decent(now),
                expires_at=row.application.site.bazaar.begins_at,
            )
            for row in coming
            if (before := _time_for(row.application.site.bazaar.setup_at - now, times)) is not None
        ],
    )


def people_between(now: datetime, until: datetime) -> QuerySet[Allocation]:
    """Whom ``tell_setup_times`` will write to between two moments, for keeping them room (budget)."""
    due = Q(pk__in=())
    for before in timing.of(kinds.get(STALL_SETUP)):
        due |= Q(
            application__site__bazaar__setup_at__gt=now + before,
            application__site__bazaar__setup_at__lte=until + before,
        )
    rows = Allocation.objects.taken().filter(due)
    return rows.exclude(application__site__state=SiteState.CANCELLED)  # type: ignore[no-any-return]


def _time_for(ahead: timedelta, times: Sequence[timedelta]) -> timedelta | None:
    """The nearest of the times that has come; earlier ones are not made up for."""
    return min((one for one in times if ahead <= one), default=None)
