"""Answers by WhatsApp for a stall: YES keeps it, NO gives it to the next on the reserve list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bazaars import errors, links
from bazaars.enums import AllocationState, SiteState
from bazaars.models import Allocation
from bazaars.services import confirming, releasing
from okoce.notifications.enums import Meaning
from okoce.notifications.kinds import ANSWERED, UNANSWERED, Answered, Answers


def _allocations(messages: Sequence[Any]) -> dict[tuple[int, int], Allocation]:
    """By site and person. One query."""
    rows = Allocation.objects.filter(
        application__site__in={m.cause_id for m in messages},
        participant__in={m.participant_id for m in messages},
    ).select_related("application__site__bazaar", "stall")
    return {(row.application.site_id, row.participant_id): row for row in rows}


def still_open(messages: Sequence[Any]) -> Mapping[str, int]:
    found, now = _allocations(messages), timezone.now()
    ranks = {}
    for message in messages:
        allocation = found.get((message.cause_id, message.participant_id))
        if allocation is None or allocation.state == AllocationState.RELEASED:
            continue
        site = allocation.application.site
        if site.state == SiteState.CANCELLED or site.bazaar.begins_at <= now:
            continue
        ranks[message.key] = UNANSWERED if allocation.is_unanswered else ANSWERED
    return ranks


def about(messages: Sequence[Any]) -> Mapping[str, str]:
    found = _allocations(messages)
    return {m.key: what(found[pair]) for m in messages if (pair := (m.cause_id, m.participant_id)) in found}


def what(allocation: Allocation) -> str:
    """stan A07, Bazar Kantor Wali Kota Jakarta Barat, 28 Agustus 2026"""
    bazaar = allocation.application.site.bazaar
    return _("stall %(stall)s, %(bazaar)s, %(day)s") % {
        "stall": allocation.stall.number,
        "bazaar": bazaar.name,
        "day": date_format(bazaar.starts_on, "LONG_DATE_FORMAT"),
    }


def take(message: Any, meaning: Meaning, now: datetime) -> Answered:
    releasing.settle(message.cause_id, now=now)
    allocation = _allocations([message]).get((message.cause_id, message.participant_id))
    if allocation is None:
        return Answered("stall_gone", _("You have no stall there any more. Nothing has changed."))
    site = allocation.application.site
    if site.state == SiteState.CANCELLED:
        text = _("That bazaar was cancelled: %(what)s. Nothing has changed.")
        return Answered("bazaar_cancelled", text % {"what": what(allocation)})
    try:
        match meaning:
            case Meaning.YES:
                confirming.confirm(allocation_id=allocation.pk, by=None, now=now)
                text = _("Thank you. You keep your stall: %(what)s. If you cannot come after all, reply NO.")
                return Answered("confirmed", text % {"what": what(allocation)})
            case Meaning.NO:
                return _gives_back(allocation, now=now)
            case _:
                link = settings.PORTAL_URL + links.path_of(allocation)
                text = _("A stall cannot be moved to another day. Keep it or give it back here: %(link)s")
                return Answered("link_to_answer", text % {"link": link})
    except errors.Refusal as refusal:
        return Answered("refused", _("%(why)s Nothing has changed.") % {"why": refusal})


def _gives_back(allocation: Allocation, *, now: datetime) -> Answered:
    if allocation.state == AllocationState.RELEASED:
        text = _("You have no stall there any more: %(what)s. Nothing has changed.")
        return Answered("stall_gone", text % {"what": what(allocation)})
    releasing.give_back(allocation_id=allocation.pk, by=None, now=now)
    text = _(
        "Thank you for telling us. The stall goes to the next vendor, and it costs you no turn: %(what)s."
    )
    return Answered("passed_on", text % {"what": what(allocation)})


ANSWERS = Answers(still_open=still_open, take=take, about=about)
