"""The vendor is asked once what was sold, with the address to say it, and reminded once when it is late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bazaars.answering import what
from bazaars.links import sales_paths_of
from bazaars.messages import GAPS as SITE_GAPS
from bazaars.messages import SAMPLE
from bazaars.models import Allocation, SalesReport
from bazaars.sales import LATE_AFTER_DAYS, days_between, last_late_day
from okoce.notifications import kinds, services
from okoce.notifications.enums import Meaning, Topic
from okoce.notifications.kinds import BESIDE, Answered, Answers
from trainings.messages import decent

SALES_ASKED = "sales_asked"
SALES_LATE = "sales_late"
ASKED_FOR_DAYS = 3  # a day on which nothing ran is made up for
REMINDED_FOR_DAYS = 30
GAPS = {
    **{
        name: SITE_GAPS[name]
        for name in ("bazaar", "site", "starts_on", "ends_on", "opens", "closes", "stall")
    },
    "report_link": _("The person's own link to report sales"),
}


def register() -> None:
    """Called when the app starts; the outbox knows these kinds from then on."""
    for code, label in (
        (SALES_ASKED, _("Question about sales at a bazaar")),
        (SALES_LATE, _("Reminder of a missing sales report")),
    ):
        kinds.register(
            kinds.Kind(
                code=code,
                label=label,
                channels=kinds.USUAL_CHAIN,
                topic=Topic.BAZAARS,
                details=details,
                recheck=void,
                reasons={
                    "sales_reported": _("The sales were reported"),
                    "stall_gone": _("The stall was given back"),
                },
                sample=SAMPLE | {"report_path": "/bazar/jual/abc-contohtautanlaporan/"},
                gaps=GAPS,
                required=("stall", "report_link"),
                answers=ANSWERS,
            )
        )


def _allocations(messages: Sequence[Any]) -> dict[tuple[int, int], Allocation]:
    """By site and person. One query."""
    rows = (
        Allocation.objects.taken()
        .filter(
            application__site__in={m.cause_id for m in messages if m.cause_id},
            participant__in={m.participant_id for m in messages},
        )
        .select_related("stall", "application__site__bazaar")
    )
    return {(row.application.site_id, row.participant_id): row for row in rows}


def details(messages: Sequence[Any]) -> Mapping[str, Mapping[str, Any]]:
    """Place, stall and address as they stand now. Two queries."""
    found = _allocations(messages)
    paths = sales_paths_of([row.pk for row in found.values()])
    whose = {m.key: found.get((m.cause_id, m.participant_id)) for m in messages}
    return {key: _described(row, paths[row.pk]) for key, row in whose.items() if row is not None}


def _described(allocation: Allocation, path: str) -> dict[str, Any]:
    site = allocation.application.site
    return {
        "bazaar": site.bazaar.name,
        "site": site.name,
        "starts_on": site.bazaar.starts_on,
        "ends_on": site.bazaar.ends_on,
        "opens": site.bazaar.opens_at,
        "closes": site.bazaar.closes_at,
        "stall": allocation.stall.number,
        "report_path": path,
    }


def void(messages: Sequence[Any]) -> Mapping[str, str]:
    """Which messages have lost their cause: the stall is gone, or all its days are reported. Two queries."""
    found = _allocations(messages)
    reported: dict[int, set[date]] = {}
    rows = SalesReport.objects.filter(allocation__in=list(found.values()))
    for allocation, day in rows.values_list("allocation_id", "day"):
        reported.setdefault(allocation, set()).add(day)
    gone: dict[str, str] = {}
    for message in messages:
        row = found.get((message.cause_id, message.participant_id))
        if row is None:
            gone[message.key] = "stall_gone"
            continue
        if set(days_between(row.days.lower, row.last_day)) <= reported.get(row.pk, set()):
            gone[message.key] = "sales_reported"
    return gone


def ask_for_sales(*, now: datetime) -> int:
    """One message to every vendor of a bazaar that closed for its first day; how many are new."""
    local = timezone.localtime(now)
    since = local.date() - timedelta(days=ASKED_FOR_DAYS)
    rows = Allocation.objects.taken().filter(
        application__site__bazaar__starts_on__range=(since, local.date()),
    )
    closed = [
        row
        for row in _with_event(rows)
        if (row.application.site.bazaar.starts_on, row.application.site.bazaar.closes_at)
        <= (local.date(), local.time())
    ]
    return _queue(SALES_ASKED, closed, now=now)


def remind_of_late_sales(*, now: datetime) -> int:
    """One reminder to every vendor with a stall day that is late; how many are new (rule 51)."""
    today = timezone.localtime(now).date()
    rows = Allocation.objects.late_with_sales(today=today).filter(
        application__site__bazaar__ends_on__gte=last_late_day(today) - timedelta(days=REMINDED_FOR_DAYS)
    )
    return _queue(SALES_LATE, _with_event(rows), now=now)


def _with_event(rows: Any) -> Any:
    return rows.select_related("application__site__bazaar")


def _queue(kind: str, allocations: Iterable[Allocation], *, now: datetime) -> int:
    due_at = decent(now)
    drafts = [
        services.Draft(
            key=f"bazaar:allocation:{row.pk}:{kind}",
            participant_id=row.participant_id,
            cause=("bazaars.site", row.application.site_id),
            city=row.application.site.bazaar.city_id,
            kecamatan=row.application.site.kecamatan_id,
            expires_at=due_at + timedelta(days=LATE_AFTER_DAYS),
        )
        for row in allocations
    ]
    return services.queue_many(kind=kind, drafts=drafts, due_at=due_at) if drafts else 0


# ---------------------------------------------------------------- what somebody answers to it


def still_open(messages: Sequence[Any]) -> Mapping[str, int]:
    """As long as a day is not reported; it takes an answer only where nothing else was asked."""
    gone = void(messages)
    return {m.key: BESIDE for m in messages if m.key not in gone}


def about(messages: Sequence[Any]) -> Mapping[str, str]:
    found = _allocations(messages)
    return {m.key: what(found[pair]) for m in messages if (pair := (m.cause_id, m.participant_id)) in found}


def take(message: Any, meaning: Meaning, now: datetime) -> Answered:
    """Sales are told on the own page, whatever the word: an amount is never written into a chat."""
    row = _allocations([message]).get((message.cause_id, message.participant_id))
    if row is None:
        return Answered("stall_gone", gettext("You have no stall there any more. Nothing has changed."))
    link = settings.PORTAL_URL + sales_paths_of([row.pk])[row.pk]
    if message.key in void([message]):
        text = gettext("Thank you, your sales are reported: %(what)s. To correct them: %(link)s")
        return Answered("sales_reported", text % {"what": what(row), "link": link})
    text = gettext(
        "Please say it here, also when you sold nothing: %(link)s (%(what)s). It takes 20 seconds and costs "
        "you no turn."
    )
    return Answered("link_to_report", text % {"what": what(row), "link": link})


ANSWERS = Answers(still_open=still_open, take=take, about=about)
