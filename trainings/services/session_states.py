"""What becomes of a planned session: published, called off, postponed. Each tells whom it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from okoce.audit.services import record
from trainings import messages, releasing
from trainings.enums import ENROLLED, BookingState, ChangeKind, SessionState
from trainings.models import TrainingSession
from trainings.refusals import BookingRefused, Clash, Refusal, SessionRefused
from trainings.services import offers, releases
from trainings.services.locks import actor, locked
from trainings.services.releases import Change, people_with_place
from trainings.services.sessions import SessionPlan, change_session, note_concerns


@transaction.atomic
def publish(*, session_id: int, by: Any, now: datetime | None = None, note: str = "") -> TrainingSession:
    """The session is on the schedule and people can be invited. Calling again changes nothing.

    ``note``: why it is published although something speaks against the time. Raises SessionRefused.
    """
    now = now or timezone.now()
    changes = open_to_people(session_id, by=by, now=now, note=note)
    if changes and changes[0].session.phase_id is None:  # a plan is released as a whole
        releases.enter(changes, by=by, now=now)
    return locked(session_id)


def open_to_people(session_id: int, *, by: Any, now: datetime, note: str = "") -> list[Change]:
    """Publishes a draft, of a class all of its days; what the release says of each. Empty: known."""
    session = locked(session_id)
    if session.state == SessionState.PUBLISHED:
        return []
    if session.state != SessionState.DRAFT:
        raise SessionRefused(Clash.NOT_DRAFT, state=session.get_state_display())
    if session.head_id is not None:
        raise SessionRefused(Clash.DAY_OF_A_CLASS)
    days = [session, *_later_days(session)]
    if any(day.starts_at <= now for day in days):
        raise SessionRefused(Clash.PAST)
    note_concerns(session, note, by=by, now=now)
    for day in days:
        day.state, day.published_at, day.publish_note = SessionState.PUBLISHED, now, note
        day.changed_at, day.released = None, {}
        day.save()
        record(by, "trainings.session.published", day, against_warnings=bool(note))
    return [Change(day, ChangeKind.NEW, {}, releasing.snapshot(day)) for day in days]


def _later_days(session: TrainingSession) -> Sequence[TrainingSession]:
    if session.day_count == 1:
        return []
    days = TrainingSession.objects.select_for_update(no_key=True, of=("self",)).filter(head=session)
    return list(days.exclude(state=SessionState.CANCELLED).with_places().order_by("day_number"))


@transaction.atomic
def cancel(*, session_id: int, reason: str, by: Any, now: datetime | None = None) -> TrainingSession:
    """The session is off: everybody with a place is told once and comes first for the next of the activity.

    Venue, trainer and people are free again; a class is called off with all its days. Calling again changes
    nothing. Raises BookingRefused when the list is closed or somebody is present.
    """
    now = now or timezone.now()
    session = locked(session_id)
    if session.state == SessionState.CANCELLED:
        return session
    if session.head_id is not None:
        raise BookingRefused(Refusal.DAY_OF_CLASS, number=session.day_number)
    days = [session, *_later_days(session)]
    if any(day.state == SessionState.HELD for day in days):
        raise BookingRefused(Refusal.HELD_CLOSED)
    if any(day.scans.standing().exists() for day in days):
        raise BookingRefused(Refusal.HELD)
    is_known = session.state == SessionState.PUBLISHED
    told = people_with_place(session) if is_known else []
    for day in days:
        day.state, day.cancelled_at, day.cancelled_by = SessionState.CANCELLED, now, actor(by)
        day.cancel_reason, day.changed_at, day.released = reason, None, {}
        day.save()
    if told:
        messages.queue_cancellations(session, told, now=now)
    session.bookings.filter(state__in=ENROLLED).update(state=BookingState.RELEASED)
    if is_known:
        off = [Change(day, ChangeKind.CANCELLED, {}, releasing.snapshot(day), told, reason) for day in days]
        releases.enter(off, by=by, now=now)
    if told:
        offers.offer_next(session, people=told, by=by, now=now)
    record(by, "trainings.session.cancelled", session, count=max(1, len(told)))
    return session


@transaction.atomic
def postpone(
    *, session_id: int, plan: SessionPlan, reason: str, by: Any, now: datetime | None = None
) -> TrainingSession:
    """The session is held later: everybody with a place is told at once, with the reason, in one message.

    They keep their places, and who cannot come then gives the place back on the answer page. Calling again
    with the same plan tells nobody anew. Raises SessionRefused.
    """
    now = now or timezone.now()
    session = change_session(session_id=session_id, plan=plan, by=by, now=now)
    if session.changed_at is None:
        return session
    change = Change(
        session,
        ChangeKind.POSTPONED,
        session.released,
        releasing.snapshot(session),
        people_with_place(session),
        reason,
    )
    releases.enter([change], by=by, now=now)
    record(by, "trainings.session.postponed", session, count=len(change.people))
    session.refresh_from_db()
    return session
