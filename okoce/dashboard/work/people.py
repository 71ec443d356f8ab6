"""Applicants, double entries, people who move, and requests about own data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.accounts.roles import has_permission
from okoce.dashboard.work.item import INFO, SOON, URGENT, Work, url_of
from okoce.ui.templatetags.okoce_ui import number
from participants.models import (
    DataRequest,
    DuplicateCandidate,
    SelfRegistration,
    TransferRequest,
)
from participants.services import transfers

PAIRS_COUNTED = 1_000
WAITS_TOO_LONG = 3  # days


def applicants(user: Any, now: datetime) -> Iterator[Work]:
    """Residents who have registered themselves and wait for the office."""
    if not has_permission(user, "participants.verify"):
        return
    waiting = SelfRegistration.objects.visible_to(user).waiting().order_by("submitted_at", "pk")
    found = list(waiting.values_list("submitted_at", flat=True)[:1000])
    if not found:
        return
    days = (now - found[0]).days
    yield Work(
        URGENT if days >= WAITS_TOO_LONG else SOON,
        "person-check",
        ngettext(
            "%(count)s self-registration waits to be checked",
            "%(count)s self-registrations wait to be checked",
            len(found),
        )
        % {"count": number(len(found))},
        ngettext("The oldest has waited for %(days)s day.", "The oldest has waited for %(days)s days.", days)
        % {"days": days}
        if days
        else _("The oldest was sent today."),
        url_of("participants:verifications"),
        _("Check them"),
    )


def duplicates(user: Any, now: datetime) -> Iterator[Work]:
    """Pairs that may be one person and that nobody has compared."""
    if not has_permission(user, "participants.merge"):
        return
    waiting = DuplicateCandidate.objects.visible_to(user).waiting()
    if count := waiting.order_by()[:PAIRS_COUNTED].count():
        yield Work(
            INFO,
            "people-fill",
            ngettext(
                "%(count)s person may be registered twice",
                "%(count)s people may be registered twice",
                count,
            )
            % {"count": number(count)},
            _("They count twice until somebody compares the two entries."),
            url_of("participants:duplicates"),
            _("Compare the entries"),
        )


def moves(user: Any, now: datetime) -> Iterator[Work]:
    """Requests of other offices, answers to own ones, and people who came lately."""
    if not has_permission(user, "participants.transfer"):
        return
    today, week = timezone.localtime(now).date(), timedelta(days=7)
    url = url_of("participants:transfers")
    requests = TransferRequest.objects.visible_to(user)
    if waiting := requests.to_be_decided_by(user).waiting(today).count():
        yield Work(
            SOON,
            "send",
            ngettext(
                "%(count)d office asks you to hand over a participant",
                "%(count)d requests to hand over a participant wait for you",
                waiting,
            )
            % {"count": waiting},
            _("The person lives in another area now. Hand over, or say why not."),
            url,
            _("Answer the requests"),
        )
    answered = requests.asked_by_office_of(user).filter(decided_at__gt=now - week)
    if answers := answered.exclude(state="withdrawn").count():
        yield Work(
            INFO,
            "send",
            ngettext(
                "%(count)d of your requests to move a participant was answered",
                "%(count)d of your requests to move a participant were answered",
                answers,
            )
            % {"count": answers},
            _("Who was handed over is in your list now."),
            url,
            _("See the answers"),
        )
    if arrived := transfers.arrived_in(user, since=today - week).count():
        yield Work(
            INFO,
            "person-plus",
            ngettext(
                "%(count)d participant has moved to your area",
                "%(count)d participants have moved to your area",
                arrived,
            )
            % {"count": arrived},
            _("Complete the new address, and invite the person to a session."),
            url,
            _("See who came"),
        )


def data_requests(user: Any, now: datetime) -> Iterator[Work]:
    """Requests about own data: 72 hours each, by law."""
    if not has_permission(user, "participants.rights"):
        return
    waiting = DataRequest.objects.visible_to(user).waiting()
    found = waiting.aggregate(
        all=Count("pk"),
        late=Count("pk", filter=Q(due_at__lt=now)),
        soon=Count("pk", filter=Q(due_at__lt=now + timedelta(hours=24))),
    )
    if not found["all"]:
        return
    late = found["late"]
    yield Work(
        URGENT if late else SOON if found["soon"] else INFO,
        "lock-fill",
        ngettext(
            "%(count)s request about own data waits",
            "%(count)s requests about own data wait",
            found["all"],
        )
        % {"count": number(found["all"])},
        ngettext(
            "%(count)s is overdue: the law gives 3 × 24 hours.",
            "%(count)s are overdue: the law gives 3 × 24 hours.",
            late,
        )
        % {"count": number(late)}
        if late
        else _("The law gives 3 × 24 hours from the moment a request arrives."),
        url_of("rights:requests"),
        _("Answer the requests"),
    )
