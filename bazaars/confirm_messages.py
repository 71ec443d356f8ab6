"""Who has a stall and has not answered is reminded before the deadline, at the time that the province set."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _

from bazaars import answering, messages
from bazaars.messages import STALL_CONFIRM
from bazaars.models import Allocation
from okoce.notifications import kinds, timing
from okoce.notifications.bulk import key_of, queue_from
from okoce.notifications.enums import Manner, Topic
from trainings.messages import may_go_at

CONFIRM_BEFORE = (timedelta(days=1),)
NAMES = (
    "bazaar", "site", "starts_on", "ends_on", "opens", "closes", "stall", "answer_link", "answer_by",
    "result_link",
)  # fmt: skip


def register() -> None:
    """Called when the app starts; the outbox knows the kind from then on."""
    kinds.register(
        kinds.Kind(
            code=STALL_CONFIRM,
            label=_("Reminder to confirm a stall"),
            channels=kinds.USUAL_CHAIN,
            topic=Topic.BAZAARS,
            waits=kinds.HURRIED,
            details=messages.details,
            recheck=messages.void,
            manner=Manner.PROMPT,  # there is a deadline
            reasons={
                "bazaar_cancelled": _("The bazaar was cancelled"),
                "stall_gone": _("The stall was given back"),
                "answered": _("The vendor has answered"),
            },
            sample=messages.SAMPLE,
            gaps={name: messages.GAPS[name] for name in NAMES},
            required=("stall", "answer_link", "answer_by"),
            answers=answering.ANSWERS,
            times=CONFIRM_BEFORE,
        )
    )


def remind(*, now: datetime) -> int:
    """One reminder, at each of the times, to whoever has a stall and has not answered; how many are new.

    Nobody is reminded in the first half of the time they were given: of an offer that lasts a day, twelve
    hours before its end. One statement for each time.
    """
    return sum(_queue(before, now=now) for before in timing.of(kinds.get(STALL_CONFIRM)))


def _queue(before: timedelta, *, now: datetime) -> int:
    due = may_go_at(now)
    return queue_from(
        _silent(before, now=now),
        kind=STALL_CONFIRM,
        key=key_of("bazaar:application:", F("application_id"), f":confirm-{timing.occasion(before)}"),
        participant_id=F("participant_id"),
        cause=(messages.CAUSE, F("application__site_id")),
        city=F("application__site__bazaar__city_id"),
        kecamatan=F("application__site__kecamatan_id"),
        due_at=Case(
            When(answer_by__lte=due, then=Value(now)), default=Value(due), output_field=DateTimeField()
        ),
        expires_at=F("answer_by"),
    )


def _silent(before: timedelta, *, now: datetime) -> QuerySet[Allocation]:
    """Stalls whose deadline is so near, and of whose time to answer more than half is over."""
    moment = Value(now, output_field=DateTimeField())
    left = ExpressionWrapper(F("answer_by") - moment, output_field=DurationField())
    gone = ExpressionWrapper(moment - F("decided_at"), output_field=DurationField())
    rows = Allocation.objects.held().unanswered().filter(answer_by__gt=now, answer_by__lte=now + before)
    return rows.annotate(left=left, gone=gone).filter(left__lte=F("gone"))  # type: ignore[no-any-return]


def people_between(now: datetime, until: datetime) -> QuerySet[Allocation]:
    """Whom the clock will ask between two moments at most, for keeping them room (budget)."""
    due = Q(pk__in=())
    for before in timing.of(kinds.get(STALL_CONFIRM)):
        due |= Q(answer_by__gt=now + before, answer_by__lte=until + before)
    return Allocation.objects.held().unanswered().filter(due)  # type: ignore[no-any-return]
