"""Waiting for an activity: joining the line, leaving it, and who is next in it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from okoce.audit.services import record
from participants.models import Participant
from trainings import quotas
from trainings.enums import LeftReason, SessionState
from trainings.models import AttendanceScan, Booking, TrainingSession, Waiting
from trainings.querysets import available_at, can_come
from trainings.reach import Reach, reach_of
from trainings.services.locks import actor, lock_people

OFFERS_MISSED = 3  # who has not answered so many offers is not asked any more


@transaction.atomic
def join(*, participant_id: int, activity_id: str, area_id: str, by: Any, now: datetime) -> Waiting:
    """A place in the line. Calling again returns the same place, with its time."""
    lock_people([participant_id])
    wait, is_new = Waiting.objects.get_or_create(
        participant_id=participant_id,
        activity_id=activity_id,
        area_id=area_id,
        left_at=None,
        defaults={"since": now, "joined_by": actor(by)},
    )
    if is_new:
        record(by, "trainings.waiting.joined", wait.participant, activity=activity_id, area=area_id)
    return wait


def join_many(*, since: dict[int, datetime], activity_id: str, area_id: str, by: Any, now: datetime) -> int:
    """Many places at once, each from its own time on; who waits already keeps the earlier time. The caller
    holds the people's locks."""
    known = Waiting.objects.open().filter(participant__in=since, activity=activity_id, area=area_id)
    waiting = dict(known.values_list("participant_id", "pk"))
    for pk, moment in since.items():
        if pk in waiting:
            known.filter(pk=waiting[pk], since__gt=moment).update(since=moment)
    new = [
        Waiting(
            participant_id=pk, activity_id=activity_id, area_id=area_id, since=moment, joined_by=actor(by)
        )
        for pk, moment in since.items()
        if pk not in waiting
    ]
    Waiting.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


@transaction.atomic
def leave(*, wait_id: int, by: Any, now: datetime, reason: str = LeftReason.OWN_WISH) -> bool:
    """The person does not wait any more. Calling again changes nothing."""
    ended = Waiting.objects.open().filter(pk=wait_id).update(left_at=now, left_reason=reason)
    if ended:
        wait = Waiting.objects.select_related("participant").get(pk=wait_id)
        record(by, "trainings.waiting.left", wait.participant, activity=wait.activity_id, reason=str(reason))
    return bool(ended)


def end(people: Collection[int], activity_id: str, *, reason: LeftReason, now: datetime) -> int:
    """These people need no seat for the activity any more: all their places in line end."""
    mine = Waiting.objects.open().filter(participant__in=people, activity=activity_id)
    return mine.update(left_at=now, left_reason=reason)


def tidy(*, now: datetime) -> int:
    """Ends the waiting of those who were present at the activity since they began to wait. One statement."""
    came = AttendanceScan.objects.counted().filter(
        participant=OuterRef("participant"),
        session__activity=OuterRef("activity"),
        session__ends_at__gte=OuterRef("since"),
        session__state=SessionState.HELD,
    )
    return Waiting.objects.open().filter(Exists(came)).update(left_at=now, left_reason=LeftReason.DONE)


def line_of(session: TrainingSession, *, now: datetime) -> list[int]:
    """Who gets the next free seat of the session, in order: ids of people who wait and can come.

    First who has the fewest sessions of this activity left before 31 December, then who has the fewest left
    for everything they lack, then who has waited longest. Who had a place in this session is not asked again.
    Two queries, whatever the number of people.
    """
    line = Waiting.objects.for_session(session).values("participant")
    had = Booking.objects.filter(participant=OuterRef("pk"), session=session.pk)
    people = can_come(Participant.objects.filter(pk__in=line), session).filter(~Exists(had))
    return by_need(available_at(people, session.starts_at), session, now=now)


def since_of(people: Collection[int], session: TrainingSession) -> dict[int, datetime]:
    """Since when these people wait for the session's activity where it is held; who does not is absent."""
    line = Waiting.objects.for_session(session).filter(participant__in=people).order_by("-since")
    return dict(line.values_list("participant_id", "since"))


def by_need(people: QuerySet[Participant], session: TrainingSession, *, now: datetime) -> list[int]:
    """``people`` in the order in which seats of the session are given; docs/programme.md says which.

    Whose kelurahan or trade has its seats already is left out. Two queries: the people with the time they
    wait since, and how many sessions each can still reach; three more where seats are limited.
    """
    since = Waiting.objects.for_session(session).filter(participant=OuterRef("pk")).order_by("since")
    rows = list(
        people.order_by()
        .annotate(since=Subquery(since.values("since")[:1]))
        .values_list("pk", "since", "registered_on")
    )
    if not rows:
        return []
    reach = reach_of(Participant.objects.filter(pk__in=[pk for pk, *_rest in rows]), now=now)
    nothing = Reach()

    def need(row: tuple[int, datetime | None, date]) -> tuple[Any, ...]:
        pk, waits_since, registered_on = row
        one = reach.get(pk, nothing)
        mine = one.sessions.get(session.activity_id, 0)
        return (mine, one.total, waits_since is None, waits_since or now, registered_on, pk)

    return quotas.within(session, [row[0] for row in sorted(rows, key=need)])
