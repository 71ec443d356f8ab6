"""How far somebody is this year: which activities are done, what comes next, what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from participants.models import Participant
from trainings import completion
from trainings.enums import SEATED, BookingState, SessionState
from trainings.models import Activity, AttendanceScan, Booking, Waiting
from trainings.reach import Reach, reach_of
from trainings.scheduling import day_of


@dataclass(frozen=True)
class BookedSession:
    """A coming session in which the person has a seat. ``answer_by``: an offer that lasts until then."""

    session_id: int
    booking_id: int
    activity_code: str
    activity_position: int
    activity_name: str
    starts_at: datetime
    ends_at: datetime
    venue_name: str
    venue_address: str
    kecamatan_name: str
    trainer_name: str
    state: str
    answer_by: datetime | None = None
    class_id: int | None = None  # the first day, where a class of several days is answered

    @property
    def needs_answer(self) -> bool:
        return self.state == BookingState.INVITED

    @property
    def answer_url(self) -> str:
        return reverse("trainings:answer", args=[self.class_id or self.session_id])


@dataclass(frozen=True)
class ActivityProgress:
    """One required activity. ``booking``: the coming session with a seat. ``waiting``: in line for it.

    ``reachable``: sessions of it that are still to come this year and have a seat (trainings.reach).
    """

    code: str
    position: int
    name: str
    is_done: bool
    done_on: date | None
    done_session_id: int | None
    booking: BookedSession | None
    waiting: WaitingFor | None = None
    reachable: int = 0


@dataclass(frozen=True)
class WaitingFor:
    """In line for an activity: since when, and where (the widest area)."""

    wait_id: int
    since: datetime
    area_name: str


@dataclass(frozen=True)
class Progress:
    year: int
    activities: tuple[ActivityProgress, ...]
    done_count: int
    required_count: int
    is_complete: bool
    completed_on: date | None
    next_session: BookedSession | None

    @property
    def missing(self) -> tuple[ActivityProgress, ...]:
        return tuple(a for a in self.activities if not a.is_done)

    @property
    def fewest(self) -> int:
        """Sessions left for the missing activity that is hardest to reach; 0: out of reach as planned now."""
        return min((a.reachable for a in self.missing), default=0)


def progress_of(participant: Participant, year: int, *, now: datetime | None = None) -> Progress:
    """The year of one person, in five queries whatever the number of activities.

    ``year`` is a calendar year in Jakarta; an activity counts for the year of its session's day.
    """
    now = now or timezone.now()
    activities = list(Activity.objects.required())
    required = {a.code for a in activities}
    attended = attended_by([participant.pk], year)[participant.pk]
    firsts = completion.first_of_each(attended, year=year, required=required)
    completing = completion.completing(attended, year=year, required=required)
    # In December people are invited for January: the next session is shown whatever year it is in.
    booked = [_booked(row) for row in coming_places(participant, now=now)]
    this_year = [b for b in booked if day_of(b.starts_at).year == year]
    waits = _waits(participant)
    reach = reach_of(Participant.objects.filter(pk=participant.pk), now=now).get(participant.pk, Reach())
    return Progress(
        year=year,
        activities=tuple(
            _activity(a, firsts.get(a.code), this_year, waits.get(a.code), reach) for a in activities
        ),
        done_count=len(firsts),
        required_count=completion.REQUIRED_ACTIVITIES,
        is_complete=completing is not None,
        completed_on=completing.on if completing else None,
        next_session=next(iter(booked), None),
    )


def _activity(
    activity: Activity,
    done: completion.Attended | None,
    booked: list[BookedSession],
    waiting: WaitingFor | None,
    reach: Reach,
) -> ActivityProgress:
    places = [b for b in booked if b.activity_code == activity.code]
    return ActivityProgress(
        code=activity.code,
        position=activity.position,
        name=activity.name,
        is_done=done is not None,
        done_on=done.on if done else None,
        done_session_id=done.session_id if done else None,
        booking=min(places, key=lambda b: b.starts_at, default=None),
        waiting=waiting if done is None and not places else None,
        reachable=reach.sessions.get(activity.code, 0),
    )


def _waits(participant: Participant) -> dict[str, WaitingFor]:
    mine = Waiting.objects.open().filter(participant=participant).select_related("area")
    return {
        wait.activity_id: WaitingFor(wait.pk, wait.since, wait.area.short_name)
        for wait in mine.order_by("-area__level", "-since")
    }


def coming_places(participant: Participant, *, now: datetime) -> Any:
    """Seats of the person in sessions that are not over, nearest first."""
    return (
        Booking.objects.filter(
            participant=participant,
            state__in=SEATED,
            session__state=SessionState.PUBLISHED,
            session__ends_at__gt=now,
        )
        .select_related("session__activity", "session__venue", "session__kecamatan", "session__trainer")
        .order_by("session__starts_at", "pk")
    )


def _booked(booking: Any) -> BookedSession:
    session = booking.session
    return BookedSession(
        session_id=session.pk,
        booking_id=booking.pk,
        activity_code=session.activity_id,
        activity_position=session.activity.position,
        activity_name=session.activity.name,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        venue_name=session.venue.name,
        venue_address=session.venue.address,
        kecamatan_name=session.kecamatan.name,
        trainer_name=session.trainer.name if session.trainer else "",
        state=booking.state,
        answer_by=booking.answer_by if booking.state == BookingState.INVITED else None,
        class_id=session.class_id,
    )


def attended_by(ids: Collection[int], year: int) -> dict[int, list[completion.Attended]]:
    """What these people attended in the year. One query; people without attendance have an empty list."""
    rows = (
        AttendanceScan.objects.counted()
        .of_year(year)
        .filter(participant__in=ids)
        .values_list("participant_id", "session__activity_id", "session__starts_at", "session_id")
        .order_by()
        .distinct()
    )
    found: dict[int, list[completion.Attended]] = defaultdict(list)
    for person, activity, starts_at, session_id in rows:
        found[person].append(completion.Attended(activity, day_of(starts_at), session_id))
    return found


def done_counts(participant_ids: Collection[int], year: int) -> dict[int, int]:
    """How many different required activities each of these people did in the year; absent people are 0."""
    rows = (
        AttendanceScan.objects.counted()
        .of_year(year)
        .filter(participant__in=participant_ids, session__activity__is_required=True)
        .order_by()
        .values("participant_id")
        .annotate(n=Count("session__activity", distinct=True))
        .values_list("participant_id", "n")
    )
    return dict.fromkeys(participant_ids, 0) | dict(rows)
