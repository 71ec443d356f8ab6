"""What is kept for how long, and what happens then (docs/operations.md, "How long data is kept").

Periods are settings (RETENTION_…). At the end people are anonymised like somebody who asked for erasure, so
every count stays. A night does at most PEOPLE_A_NIGHT of them: the rest comes the next night.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from okoce.audit.services import record
from okoce.notifications.enums import FINAL
from okoce.notifications.models import Message
from participants.models import DataRequest, ImportRow, Participant
from participants.services.erasure import erase

PEOPLE_A_NIGHT = 200
FINISHED = ("saved", "undone", "discarded", "refused")

Activity = Callable[[datetime], QuerySet[Any]]
_activities: list[Activity] = []


def register_activity(activity: Activity) -> None:
    """Called from an app above: ids of participants who did something there since a moment."""
    _activities.append(activity)


@dataclass(frozen=True)
class Kind:
    """``due`` are the rows past their period, ``deed`` handles them and answers how many."""

    code: str
    days: int
    due: Callable[[datetime], QuerySet[Any]]
    deed: Callable[[QuerySet[Any], datetime], int]


def kinds() -> list[Kind]:
    return [
        Kind("participants", settings.RETENTION_PARTICIPANT_DAYS, people_due, _anonymise),
        Kind("import_rows", settings.RETENTION_IMPORT_ROW_DAYS, import_rows_due, _blank_cells),
        Kind("messages", settings.RETENTION_MESSAGE_DAYS, messages_due, _blank_messages),
        Kind("data_requests", settings.RETENTION_REQUEST_DAYS, requests_due, _blank_requests),
    ]


def counts(*, now: datetime) -> dict[str, int]:
    """How many rows of each kind are past their period."""
    return {kind.code: kind.due(now).count() for kind in kinds()}


def keep(*, now: datetime) -> dict[str, int]:
    """Does it; how many rows of each kind. Running twice changes nothing more."""
    done = {kind.code: kind.deed(kind.due(now), now) for kind in kinds()}
    if any(done.values()):
        record(None, "participants.retention.kept", count=sum(done.values()), **done)  # type: ignore[arg-type]
    return done


# ---------------------------------------------------------------- people
def people_due(now: datetime) -> QuerySet[Any]:
    """Nothing has happened with them since the period began: no seat, stall, answer, sign-in or change."""
    since = now - timedelta(days=settings.RETENTION_PARTICIPANT_DAYS)
    day = timezone.localtime(since).date()
    active = (
        Q(consents__at__gte=since)
        | Q(data_requests__received_at__gte=since)
        | Q(status_changes__recorded_at__gte=since)
        | Q(steps__recorded_at__gte=since)
        | Q(enrolments__enrolled_on__gte=day)
        | Q(user__sign_ins__seen_at__gte=since)
    )
    people = Participant.objects.named().filter(registered_on__lt=day)
    people = people.exclude(pk__in=Participant.objects.filter(active).values("pk"))
    for activity in _activities:
        people = people.exclude(pk__in=activity(since))
    return people.order_by("registered_on", "pk")


def _anonymise(people: QuerySet[Any], now: datetime) -> int:
    ids = list(people.values_list("pk", flat=True)[:PEOPLE_A_NIGHT])
    for pk in ids:
        erase(participant_id=pk, by=None, now=now, why="retention")
    return len(ids)


# ---------------------------------------------------------------- what lies about them elsewhere
def import_rows_due(now: datetime) -> QuerySet[Any]:
    """Cells of lists that are finished; the digests stay, so that the next list can be compared."""
    before = now - timedelta(days=settings.RETENTION_IMPORT_ROW_DAYS)
    rows = ImportRow.objects.filter(values_ciphertext__isnull=False, batch__state__in=FINISHED)
    return rows.filter(batch__uploaded_at__lt=before)


def _blank_cells(rows: QuerySet[Any], _now: datetime) -> int:
    return rows.update(values_ciphertext=None, before_ciphertext=None, written=None)


def messages_due(now: datetime) -> QuerySet[Any]:
    before = now - timedelta(days=settings.RETENTION_MESSAGE_DAYS)
    return Message.objects.filter(state__in=FINAL, finished_at__lt=before).exclude(context={})


def _blank_messages(rows: QuerySet[Any], _now: datetime) -> int:
    return rows.update(context={}, secret_ciphertext=None)


def requests_due(now: datetime) -> QuerySet[Any]:
    before = now - timedelta(days=settings.RETENTION_REQUEST_DAYS)
    rows = DataRequest.objects.filter(decided_at__lt=before)
    return rows.filter(Q(asked_ciphertext__isnull=False) | ~Q(answer=""))


def _blank_requests(rows: QuerySet[Any], _now: datetime) -> int:
    done: int = rows.update(asked_ciphertext=None, answer="")
    return done


def periods() -> dict[str, Any]:
    """{kind: days}, for the command and the documents."""
    return {kind.code: kind.days for kind in kinds()}
