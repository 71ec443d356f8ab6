"""What applicants are told after the draw: the stall, or the reason and the place on the reserve list; a
stall offered from that list or lost; a place that was cancelled.

One key per application and occasion, so that telling twice sends once. The text is made when the message goes
out, from what stands then: a stall that was moved is told with its new number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bazaars import links
from bazaars.enums import AllocationState, ApplicationState, Excuse, ReleaseKind, SiteState
from bazaars.models import Allocation, Application, Exchange, Site, StallMove
from okoce.notifications import causes, kinds, services
from okoce.notifications.enums import Manner, Topic
from trainings.messages import URGENT_BEGINS, URGENT_ENDS, decent, may_go_at
from trainings.scheduling import JAKARTA

CAUSE = "bazaars.site"
STALL_GIVEN = "stall_given"
STALL_RESERVE = "stall_reserve"
STALL_OFFERED = "stall_offered"
STALL_LOST = "stall_lost"
PLACE_CANCELLED = "place_cancelled"
ABSENCE_NOTED = "absence_noted"
EXCHANGE_ASKED = "exchange_asked"
EXCHANGE_ANSWERED = "exchange_answered"
STALL_MOVED = "stall_moved"
STALL_CONFIRM = "stall_confirm"  # bazaars.confirm_messages
ASKS = (STALL_GIVEN, STALL_OFFERED, STALL_CONFIRM)  # whether the vendor comes
OF_A_STALL = (*ASKS, EXCHANGE_ASKED, EXCHANGE_ANSWERED, STALL_MOVED)
EXCUSES_FOR = timedelta(days=14)  # after the last day; later the turns have been counted in other draws
NOMINATED = "stall_nominated"
MANNERS = {
    **dict.fromkeys((STALL_LOST, PLACE_CANCELLED, STALL_MOVED), Manner.CHANGE),
    **dict.fromkeys((STALL_OFFERED, EXCHANGE_ASKED, EXCHANGE_ANSWERED), Manner.PROMPT),
}
SAMPLE = {
    "bazaar": "Bazar Kantor Wali Kota Jakarta Barat",
    "site": "Halaman Kantor Wali Kota",
    "starts_on": "2026-08-28",
    "ends_on": "2026-08-29",
    "opens": time(8),
    "closes": time(17),
    "stall": "A07",
    "lacks_power": False,
    "answer_path": "/bazar/jawab/abc-contohtautanjawaban/",
    "answer_by": datetime(2026, 8, 25, 20, tzinfo=JAKARTA),
    "lapsed": False,
    "reason": "Izin edar habis",
    "before": "A03",
    "result_path": "/bazar/hasil/12/",
    "turns_path": "/bazar/giliran/",
    "excuse_by": date(2026, 9, 12),
    "product": "Asinan Betawi",
    "agency": "Sudin KPKP Jakarta Barat",
    "closes_at": datetime(2026, 8, 20, 16, tzinfo=JAKARTA),
}
GAPS = {
    "bazaar": _("Name of the bazaar"),
    "site": _("Name of the place of the bazaar"),
    "starts_on": _("First day of the bazaar"),
    "ends_on": _("Last day of the bazaar"),
    "opens": _("When the bazaar opens"),
    "closes": _("When the bazaar closes"),
    "stall": _("Number of the stall"),
    "answer_link": _("The person's own link to confirm or give back"),
    "answer_by": _("Until when to confirm"),
    "reason": _("The reason that the office gave"),
    "before": _("Number of the stall before the move"),
    "result_link": _("Link to the result with the plan and the reasons"),
    "turns_link": _("Link to the own turns"),
    "excuse_by": _("Until when an excuse can be said"),
    "product": _("The product of the application"),
    "agency": _("Name of the agency that nominated"),
    "closes_at": _("When applications close"),
    "portal_url": _("Address of this portal"),
}
REQUIRED = {
    STALL_GIVEN: ("stall", "starts_on", "answer_link", "answer_by"),
    STALL_RESERVE: ("bazaar", "result_link"),
    STALL_OFFERED: ("stall", "starts_on", "answer_link", "answer_by"),
    STALL_LOST: ("stall", "bazaar"),
    PLACE_CANCELLED: ("bazaar", "starts_on"),
    ABSENCE_NOTED: ("bazaar", "excuse_by"),
    EXCHANGE_ASKED: ("result_link",),
    EXCHANGE_ANSWERED: ("stall", "result_link"),
    STALL_MOVED: ("stall", "before"),
    NOMINATED: ("bazaar", "closes_at", "result_link"),
}


def register() -> None:
    """Called when the app starts; the outbox knows these kinds from then on."""
    from bazaars import answering  # noqa: PLC0415  it stands above the services, which queue messages

    causes.register(CAUSE, describe_cause)
    for code, label in (
        (STALL_GIVEN, _("Stall given at a bazaar")),
        (STALL_RESERVE, _("Reserve at a bazaar")),
        (STALL_OFFERED, _("Stall offered to a reserve")),
        (STALL_LOST, _("Stall lost")),
        (PLACE_CANCELLED, _("Bazaar cancelled")),
        (ABSENCE_NOTED, _("Did not come to a stall")),
        (EXCHANGE_ASKED, _("Asked to exchange stalls")),
        (EXCHANGE_ANSWERED, _("Answer about exchanging stalls")),
        (STALL_MOVED, _("Moved to another stall")),
        (NOMINATED, _("Nominated for a bazaar")),
    ):
        kinds.register(
            kinds.Kind(
                code=code,
                label=label,
                channels=kinds.USUAL_CHAIN,
                topic=Topic.BAZAARS,
                waits=kinds.HURRIED if code in (STALL_OFFERED, PLACE_CANCELLED) else {},
                details=details,
                recheck=None if code == PLACE_CANCELLED else void,
                manner=MANNERS.get(code, Manner.ORDINARY),
                reasons={}
                if code == PLACE_CANCELLED
                else {
                    "bazaar_cancelled": _("The bazaar was cancelled"),
                    "stall_gone": _("The stall was given back"),
                    "answered": _("The vendor has answered"),
                    "moved_again": _("The vendor was moved once more"),
                    "excused": _("An excuse was accepted, or it was a mistake"),
                    "withdrawn": _("The application was withdrawn"),
                },
                sample=SAMPLE,
                answers=answering.ANSWERS if code in ASKS else None,
                gaps=GAPS,
                required=REQUIRED[code],
            )
        )


def describe_cause(user: Any, site_id: int) -> causes.Described | None:
    """What the pages of messages call the site; None for who may not see it."""
    site = Site.objects.visible_to(user).select_related("bazaar").filter(pk=site_id).first()
    return causes.Described(site.bazaar.name, site.get_absolute_url()) if site else None


def applications_of(messages: Sequence[Any]) -> dict[tuple[int, int], Application]:
    """By site and person: a person applies once to a site."""
    rows = Application.objects.filter(
        site_id__in={m.cause_id for m in messages if m.cause_id},
        participant_id__in={m.participant_id for m in messages},
    ).select_related("site__bazaar", "allocation__stall", "allocation__absence", "nominated_by")
    return {(row.site_id, row.participant_id): row for row in rows}


def _allocation(application: Application) -> Allocation | None:
    return getattr(application, "allocation", None)


def is_held(application: Application) -> bool:
    allocation = _allocation(application)
    return allocation is not None and allocation.state != AllocationState.RELEASED


def _is_unexcused(application: Application) -> bool:
    absence = getattr(_allocation(application), "absence", None)
    return absence is not None and absence.excuse == Excuse.NONE


def details(messages: Sequence[Any]) -> Mapping[str, Mapping[str, Any]]:
    """Place, days and stall of each message's application as they stand now. One query."""
    found = applications_of(messages)
    whose = {m.key: (m.cause_id, m.participant_id) for m in messages}
    return {key: describe(found[pair]) for key, pair in whose.items() if pair in found}


def describe(application: Application) -> dict[str, Any]:
    site, allocation = application.site, _allocation(application)
    return {
        "bazaar": site.bazaar.name,
        "site": site.name,
        "starts_on": site.bazaar.starts_on,
        "ends_on": site.bazaar.ends_on,
        "opens": site.bazaar.opens_at,
        "closes": site.bazaar.closes_at,
        "stall": allocation.stall.number if allocation else "",
        "lacks_power": bool(allocation and application.needs_power and not allocation.stall.has_power),
        "answer_path": links.path_of(allocation) if allocation else "",
        "answer_by": allocation.answer_by if allocation and allocation.is_unanswered else None,
        "lapsed": bool(allocation and allocation.release_kind == ReleaseKind.LAPSED),
        "reason": site.cancel_reason or (allocation.release_reason if allocation else ""),
        "result_path": reverse("bazaars:result", args=[site.pk]),
        "turns_path": reverse("bazaars:own_turns"),
        "excuse_by": site.bazaar.ends_on + EXCUSES_FOR,
        "product": application.product,
        "agency": application.nominated_by.short_name if application.nominated_by else "",
        "closes_at": site.applications_close_at,
    }


def void(messages: Sequence[Any]) -> Mapping[str, str]:
    """Which messages have lost their cause: the bazaar is off, or the stall went back. One query."""
    found = applications_of(messages)
    gone: dict[str, str] = {}
    for message in messages:
        application = found.get((message.cause_id, message.participant_id))
        if application is None or application.site.state == SiteState.CANCELLED:
            gone[message.key] = "bazaar_cancelled"
        elif message.kind in OF_A_STALL and not is_held(application):
            gone[message.key] = "stall_gone"
        elif message.kind in ASKS and not application.allocation.is_unanswered:
            gone[message.key] = "answered"
        elif message.kind == STALL_MOVED and application.allocation.stall_id != message.context.get(
            "stall_id"
        ):
            gone[message.key] = "moved_again"
        elif message.kind == ABSENCE_NOTED and not _is_unexcused(application):
            gone[message.key] = "excused"
        elif message.kind == NOMINATED and application.state == ApplicationState.WITHDRAWN:
            gone[message.key] = "withdrawn"
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
            due_at=may_go_at(now),
            expires_at=first_day,
        )
    return count


def _draft(site: Site, application_id: int, participant_id: int, occasion: str) -> services.Draft:
    return services.Draft(
        key=f"bazaar:application:{application_id}:{occasion}",
        participant_id=participant_id,
        cause=site,
        city=site.bazaar.city_id,
        kecamatan=site.kecamatan_id,
    )


def tell_nominated(site: Site, applications: Iterable[Application], *, now: datetime) -> int:
    """To vendors whose agency has applied for them: what was sent, and until when it can be taken back."""
    return services.queue_many(
        kind=NOMINATED,
        drafts=[_draft(site, a.pk, a.participant_id, "nominated") for a in applications],
        due_at=may_go_at(now),
        expires_at=site.applications_close_at or site.bazaar.begins_at,
    )


def tell_offers(site: Site, offers: Sequence[Allocation], *, now: datetime) -> int:
    """To reserves who are asked now; each offer has its deadline. The bazaar may be tomorrow."""
    begins_at = site.bazaar.begins_at
    return services.queue_many(
        kind=STALL_OFFERED,
        drafts=[_draft(site, a.application_id, a.participant_id, "offered") for a in offers],
        due_at=_soon(now, begins_at),
        expires_at=begins_at,
    )


def tell_lost(site: Site, lost: Sequence[Allocation], *, now: datetime) -> int:
    """To those whose stall went on without their own doing: the deadline passed, or the office took it."""
    begins_at = site.bazaar.begins_at
    return services.queue_many(
        kind=STALL_LOST,
        drafts=[_draft(site, a.application_id, a.participant_id, "lost") for a in lost],
        due_at=_soon(now, begins_at),
        expires_at=begins_at,
    )


def no_question_left(allocation: Allocation, *, reason: str) -> int:
    """The vendor has answered, or has no stall any more: what waits is sent to nobody, by hand neither."""
    return services.cancel(
        cause=(CAUSE, allocation.application.site_id),
        kinds=ASKS,
        participant_id=allocation.participant_id,
        reason=reason,
    )


def tell_absent(site: Site, allocation: Allocation, *, until: datetime, now: datetime) -> int:
    """What it costs, and until when an excuse can be said. An hour later, so that a mistake can be mended."""
    draft = _draft(site, allocation.application_id, allocation.participant_id, "absent")
    return services.queue_many(
        kind=ABSENCE_NOTED, drafts=[draft], due_at=decent(now + timedelta(hours=1)), expires_at=until
    )


def tell_moved(site: Site, moves: Sequence[StallMove], *, now: datetime) -> int:
    """To vendors whom the office moved, with the stall that is theirs now."""
    begins_at = site.bazaar.begins_at
    drafts = [
        replace(
            _draft(site, move.allocation.application_id, move.allocation.participant_id, f"moved:{move.pk}"),
            context={"stall_id": move.after_id, "reason": move.reason, "before": move.before.number},
        )
        for move in moves
    ]
    return services.queue_many(
        kind=STALL_MOVED, drafts=drafts, due_at=_soon(now, begins_at), expires_at=begins_at
    )


def tell_exchange_asked(site: Site, exchange: Exchange, *, now: datetime) -> int:
    """To the vendor who is asked."""
    asked = exchange.asked
    draft = _draft(site, asked.application_id, asked.participant_id, f"exchange:{exchange.pk}:asked")
    begins_at = site.bazaar.begins_at
    return services.queue_many(
        kind=EXCHANGE_ASKED, drafts=[draft], due_at=_soon(now, begins_at), expires_at=begins_at
    )


def tell_exchange_answered(site: Site, exchange: Exchange, *, now: datetime) -> int:
    """To the vendor who asked: exchanged, or declined."""
    asker = exchange.asker
    draft = _draft(site, asker.application_id, asker.participant_id, f"exchange:{exchange.pk}:answered")
    begins_at = site.bazaar.begins_at
    return services.queue_many(
        kind=EXCHANGE_ANSWERED, drafts=[draft], due_at=_soon(now, begins_at), expires_at=begins_at
    )


def tell_cancelled(site: Site, applications: Iterable[Application], *, now: datetime) -> int:
    """To everybody who applied; what else waits for them about the place is withdrawn."""
    services.cancel(cause=site, reason="bazaar_cancelled")
    return services.queue_many(
        kind=PLACE_CANCELLED,
        drafts=[
            replace(
                _draft(site, a.pk, a.participant_id, "cancelled"),
                context={"begins_at": site.bazaar.begins_at.isoformat()},  # it is told until the last day
            )
            for a in applications
        ],
        due_at=_soon(now, site.bazaar.begins_at),
        expires_at=timezone.make_aware(datetime.combine(site.bazaar.ends_on, time.max)),
    )


def _soon(now: datetime, begins_at: datetime) -> datetime:
    """At a time of day that disturbs nobody; earlier and later than usual when the bazaar is tomorrow."""
    if begins_at - now >= timedelta(hours=24):
        return may_go_at(now)
    due = may_go_at(now, begins=URGENT_BEGINS, ends=URGENT_ENDS)
    return due if due < begins_at else now
