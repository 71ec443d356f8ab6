"""Who was there. Rows are only ever added; being present, and having completed, follows from them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from okoce.audit.services import record
from participants.enums import Step
from participants.models import Participant, StepReached
from trainings import after_messages, completion, rules
from trainings.enums import ENROLLED, BookingState, ScanMethod, ScanResult, SessionState
from trainings.models import Activity, AttendanceScan, Booking, TrainingSession
from trainings.progress import attended_by
from trainings.refusals import BookingRefused, Refusal
from trainings.scheduling import day_of
from trainings.services.certificates import revoke_unproven
from trainings.services.locks import actor, lock_people, locked, next_number, save

EVIDENCE = "session:"


# ---------------------------------------------------------------- one person


@transaction.atomic
def mark_present(
    *,
    session_id: int,
    participant_id: int,
    by: Any,
    nonce: uuid.UUID | None = None,
    method: str = ScanMethod.LIST,
    device: str = "",
    device_at: datetime | None = None,
    now: datetime | None = None,
) -> AttendanceScan:
    """Record that the person is there. ``result`` of the row says whether it was accepted, or why not.

    The same ``nonce`` twice is one row; a person who is present already keeps the first row.
    """
    now = now or timezone.now()
    session = locked(session_id)
    known: AttendanceScan | None = AttendanceScan.objects.filter(nonce=nonce).first() if nonce else None
    if known is not None:
        return known
    standing: AttendanceScan | None = (
        session.scans.standing().filter(participant=participant_id).order_by("pk").first()
    )
    if standing is not None:
        return standing
    scan = AttendanceScan(
        session=session,
        participant_id=participant_id,
        nonce=nonce or uuid.uuid4(),
        method=method,
        result=result_for(session, participant_id, now=now),
        device=device[:40],
        device_at=device_at or now,
        recorded_by=actor(by),
    )
    scan.save()
    if scan.result == ScanResult.ACCEPTED:
        settle_completion([participant_id], session, by=by)
    return scan


def result_for(session: TrainingSession, participant_id: int, *, now: datetime) -> ScanResult:
    """What becomes of marking the person present at ``now``."""
    if session.state == SessionState.CANCELLED:
        return ScanResult.CANCELLED
    if day_of(now) < day_of(session.starts_at):
        return ScanResult.TOO_EARLY
    if not session.bookings.enrolled().filter(participant=participant_id).exists():
        return ScanResult.NOT_BOOKED
    return ScanResult.FULL if present_count(session) >= session.places else ScanResult.ACCEPTED


def present_count(session: TrainingSession) -> int:
    return session.scans.standing().values("participant").distinct().count()


@transaction.atomic
def admit(
    *,
    session_id: int,
    participant: Participant,
    by: Any,
    nonce: uuid.UUID | None = None,
    now: datetime | None = None,
) -> AttendanceScan:
    """Let in somebody without a seat, where one is free.

    Until half an hour after the start that is a seat that nobody was given, later every seat whose owner has
    not come. People who wait for the activity are let in the same way.

    Who has a seat is simply marked present. Raises BookingRefused; a refusal by the rules leaves no row.
    """
    now = now or timezone.now()
    session = locked(session_id)
    booking = session.bookings.filter(participant=participant).first()
    if booking is not None and booking.state in ENROLLED:
        return mark_present(
            session_id=session_id,
            participant_id=participant.pk,
            by=by,
            nonce=nonce,
            method=ScanMethod.NUMBER,
            now=now,
        )
    lock_people([participant.pk])
    if (reason := _why_not_admitted(session, participant, now=now)) is not None:
        raise reason
    if booking is None:
        booking = Booking(session=session, participant=participant, queue_number=next_number(session))
    booking.state = BookingState.WALKED_IN
    booking.during = (session.starts_at, session.ends_at)
    booking.booked_at, booking.booked_by, booking.answered_at = now, actor(by), now
    save(booking)
    record(by, "trainings.seat.walked_in", session)
    return mark_present(
        session_id=session_id,
        participant_id=participant.pk,
        by=by,
        nonce=nonce,
        method=ScanMethod.NUMBER,
        now=now,
    )


def _why_not_admitted(
    session: TrainingSession, participant: Participant, *, now: datetime
) -> BookingRefused | None:
    if session.state == SessionState.CANCELLED:
        return BookingRefused(Refusal.CANCELLED)
    if session.state == SessionState.DRAFT:
        return BookingRefused(Refusal.DRAFT)
    if day_of(now) < day_of(session.starts_at):
        return BookingRefused(Refusal.TOO_EARLY, day=rules.long_day(session.starts_at))
    if free_on_the_day(session, now=now) <= 0:
        return BookingRefused(Refusal.ROOM_FULL, capacity=session.capacity, name=participant.full_name)
    return rules.why_not(session, participant)


def free_on_the_day(session: TrainingSession, *, now: datetime) -> int:
    """Seats for people who come without one."""
    if now >= session.starts_at + rules.GRACE:
        return session.capacity - present_count(session)
    return session.capacity - session.bookings.enrolled().count()


# ---------------------------------------------------------------- many people


@transaction.atomic
def mark_all_present(
    *,
    session_id: int,
    except_ids: Collection[int],
    by: Any,
    batch: uuid.UUID,
    method: str = ScanMethod.LIST,
    now: datetime | None = None,
) -> int:
    """Everybody with a seat is there, but these. Returns how many rows were added.

    The same ``batch`` again adds none. Raises BookingRefused.
    """
    now = now or timezone.now()
    session = locked(session_id)
    if AttendanceScan.objects.filter(batch=batch).exists():
        return 0
    if day_of(now) < day_of(session.starts_at):
        raise BookingRefused(Refusal.TOO_EARLY, day=rules.long_day(session.starts_at))
    if session.state not in (SessionState.PUBLISHED, SessionState.HELD):
        raise BookingRefused(Refusal.CANCELLED)
    missing = (
        session.bookings.enrolled()
        .exclude(participant__in=session.scans.standing().values("participant"))
        .exclude(participant__in=list(except_ids))
    )
    people = list(missing.order_by("queue_number").values_list("participant_id", flat=True))
    if present_count(session) + len(people) > session.places:
        raise BookingRefused(Refusal.TOO_MANY, capacity=session.capacity)
    AttendanceScan.objects.bulk_create(
        AttendanceScan(
            session=session,
            participant_id=person,
            batch=batch,
            method=method,
            result=ScanResult.ACCEPTED,
            device_at=now,
            recorded_by=actor(by),
        )
        for person in people
    )
    if people:
        settle_completion(people, session, by=by)
        record(by, "trainings.attendance.recorded", session, count=len(people), method=method)
    return len(people)


@transaction.atomic
def take_back(
    *, session_id: int, participant_id: int, by: Any, now: datetime | None = None, **row: Any
) -> bool:
    """The person was not there after all: a row says so. False when the person was not present anyway.

    ``row``: further fields of that row (its nonce, the device, a reason).
    """
    return _take_back(session_id, [participant_id], by=by, now=now or timezone.now(), **row) == 1


@transaction.atomic
def take_back_batch(*, session_id: int, batch: uuid.UUID, by: Any, now: datetime | None = None) -> int:
    """Undo one press of "all but these". Returns how many people it took back."""
    rows = AttendanceScan.objects.filter(session=session_id, batch=batch)
    people = list(rows.values_list("participant_id", flat=True))
    return _take_back(session_id, people, by=by, now=now or timezone.now())


def _take_back(session_id: int, people: Collection[int], *, by: Any, now: datetime, **row: Any) -> int:
    """``row``: further fields of the rows that say so."""
    session = locked(session_id)
    standing = session.scans.standing().filter(participant__in=people)
    present = list(standing.order_by("participant").values_list("participant_id", flat=True).distinct())
    AttendanceScan.objects.bulk_create(
        AttendanceScan(
            **{
                "session": session,
                "participant_id": person,
                "method": ScanMethod.LIST,
                "result": ScanResult.UNDONE,
                "device_at": now,
                "recorded_by": actor(by),
                **row,
            }
        )
        for person in present
    )
    for booking in session.bookings.filter(participant__in=present, state=BookingState.WALKED_IN):
        booking.state = BookingState.RELEASED  # who waited for the activity still waits
        booking.save()
    if present:
        settle_completion(present, session, by=by)
        revoke_unproven(present, day_of(session.starts_at).year, by=by, now=now)
        record(by, "trainings.attendance.taken_back", session, count=len(present))
    return len(present)


@transaction.atomic
def close_list(*, session_id: int, by: Any, now: datetime | None = None) -> TrainingSession:
    """The session was held. Calling again changes nothing. Raises BookingRefused before the start."""
    now = now or timezone.now()
    session = locked(session_id)
    if session.state == SessionState.HELD:
        return session
    if session.state == SessionState.CANCELLED:
        raise BookingRefused(Refusal.CANCELLED)
    if session.state == SessionState.DRAFT:
        raise BookingRefused(Refusal.DRAFT)
    if session.starts_at > now:
        raise BookingRefused(Refusal.NOT_BEGUN, clock=rules.hours(session.starts_at, session.ends_at)[:5])
    session.state, session.held_at, session.closed_by = SessionState.HELD, now, actor(by)
    session.save()
    record(by, "trainings.session.held", session, present=present_count(session))
    after_messages.queue_missed(session, now=now)
    return session


# ---------------------------------------------------------------- completion


def settle_completion(people: Iterable[int], session: TrainingSession, *, by: Any) -> None:
    """Write step P2 for those whose third activity of the year this was, and take it from who lost it.

    Only what attendance proves is touched: a step recorded by hand for another reason stays.
    """
    ids = list(people)
    year = day_of(session.starts_at).year
    required = set(Activity.objects.required().values_list("code", flat=True))
    attended = attended_by(ids, year)
    reached = {
        person: done
        for person in ids
        if (done := completion.completing(attended[person], year=year, required=required))
    }
    mine = StepReached.objects.filter(
        participant__in=ids, step=Step.P2_TRAINING, evidence__startswith=EVIDENCE, reached_on__year=year
    )
    for row in mine:
        done = reached.get(row.participant_id)
        if done is None or row.evidence != f"{EVIDENCE}{done.session_id}":
            row.delete()
    StepReached.objects.bulk_create(
        [
            StepReached(
                participant_id=person,
                step=Step.P2_TRAINING,
                reached_on=done.on,
                evidence=f"{EVIDENCE}{done.session_id}",
                actor=actor(by),
            )
            for person, done in reached.items()
        ],
        ignore_conflicts=True,
    )
    if reached:
        after_messages.queue_completed(reached, session, year=year, now=timezone.now())
