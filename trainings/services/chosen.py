"""Inviting people somebody has chosen by hand: those who can come, in the order of need, as seats allow."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from participants.models import BulkDeed, Participant
from participants.querysets import ParticipantQuerySet
from participants.services.assigning import keep_deed
from trainings import rules
from trainings.enums import ENROLLED, SessionState
from trainings.models import AttendanceScan, Booking, TrainingSession
from trainings.querysets import can_come
from trainings.refusals import BookingRefused
from trainings.services import waits
from trainings.services.locks import lock_people, locked
from trainings.services.seats import book_seat

INVITED = "invited"
MOST = 500  # people in one invitation

NOT_IN_PROGRAMME, CATEGORY, DONE, PLACED, BUSY = "not_in_programme", "category", "done", "placed", "busy"


class TooManyPeople(Exception):
    """More than MOST at once."""


@dataclass
class ChosenPlan:
    """Who would get a seat and who would wait, in order, and who is left out and why (reason → ids)."""

    free: int
    seated: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    left_out: dict[str, list[int]] = field(default_factory=dict)

    @property
    def ids(self) -> list[int]:
        return [*self.seated, *self.waiting]

    @property
    def left_count(self) -> int:
        return sum(map(len, self.left_out.values()))


def plan_chosen(session: TrainingSession, people: QuerySet[Participant], *, now: datetime) -> ChosenPlan:
    """A fixed number of queries, whatever the number of people."""
    ids = list(people.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        raise TooManyPeople
    chosen = Participant.objects.filter(pk__in=ids)
    placed = set(
        session.bookings.filter(state__in=ENROLLED, participant__in=ids).values_list(
            "participant_id", flat=True
        )
    )
    able = [pk for pk in waits.by_need(can_come(chosen, session), session, now=now) if pk not in placed]
    free = max(0, session.places - session.bookings.seated().count())
    plan = ChosenPlan(free, able[:free], able[free:])
    _say_why(plan, session, chosen.exclude(pk__in=able), placed)
    return plan


def _say_why(
    plan: ChosenPlan, session: TrainingSession, others: ParticipantQuerySet, placed: set[int]
) -> None:
    in_programme = set(others.in_programme().values_list("pk", flat=True))
    closed = set(others.filter(category__in=session.activity.closed_to).values_list("pk", flat=True))
    ids = list(others.order_by("pk").values_list("pk", flat=True))
    done = set(
        AttendanceScan.objects.counted()
        .of_year(timezone.localtime(session.starts_at).year)
        .filter(session__activity=session.activity_id, participant__in=ids)
        .values_list("participant_id", flat=True)
    )
    for pk in ids:
        if pk in placed:
            reason = PLACED
        elif pk not in in_programme:
            reason = NOT_IN_PROGRAMME
        elif pk in closed:
            reason = CATEGORY
        else:
            reason = DONE if pk in done else BUSY
        plan.left_out.setdefault(reason, []).append(pk)


@transaction.atomic
def invite_chosen(
    *,
    session_id: int,
    people: QuerySet[Participant],
    selection: UUID,
    by: Any,
    now: datetime | None = None,
) -> BulkDeed:
    """Seats as far as they go, then places in line. The same selection again is the same deed."""
    now = now or timezone.now()
    uid = deed_uid(selection, session_id)
    if (before := BulkDeed.objects.filter(uid=uid).first()) is not None:
        return before
    session = locked(session_id)
    if (reason := rules.why_closed(session, now=now)) is not None:
        raise reason
    plan = plan_chosen(session, people, now=now)
    lock_people(plan.ids)
    found = Participant.objects.in_bulk(plan.ids)
    done, seated = 0, 0
    for pk in plan.ids:
        try:
            booking = book_seat(session_id=session_id, participant=found[pk], by=by, now=now)
        except BookingRefused:  # somebody gave them a seat elsewhere meanwhile
            plan.left_out.setdefault(BUSY, []).append(pk)
        else:
            done, seated = done + 1, seated + isinstance(booking, Booking)
    params = {"session": session_id, "seated": seated, "waiting": done - seated}
    return keep_deed(uid=uid, action=INVITED, params=params, done_count=done, left_out=plan.left_out, by=by)


def deed_uid(selection: UUID, session_id: int) -> UUID:
    return uuid5(selection, f"{INVITED}|{session_id}")


def sessions_for(user: Any, *, now: datetime) -> QuerySet[TrainingSession]:
    """Published sessions of the user's area that have not begun, the nearest first."""
    coming = TrainingSession.objects.visible_to(user).upcoming(now=now).filter(state=SessionState.PUBLISHED)
    return coming.with_places().with_seats().order_by("starts_at", "pk")
