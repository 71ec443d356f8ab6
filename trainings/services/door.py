"""Scans and taps that a phone at the door kept and sends: each counts once, whatever way it arrives.

The same queue twice, half of it, out of order, from two phones: nothing changes more than once. A device's
clock may be wrong by hours: what counts is how long before sending something happened, by that clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from okoce.accounts.roles import has_permission
from okoce.audit.services import record
from participants.models import Participant
from participants.services import cards
from trainings.door_queue import Clock, Entry
from trainings.enums import ENROLLED, ScanMethod, ScanResult, SessionState
from trainings.models import AttendanceScan, Booking, Certificate, TrainingSession
from trainings.scheduling import day_of
from trainings.services import attendance
from trainings.services.locks import actor, locked

IN, OUT, UNDO, OTHER_PERSON = "in", "out", "undo", "other_person"
DOES = (IN, OUT, UNDO, OTHER_PERSON)
HOWS = (ScanMethod.CARD, ScanMethod.NUMBER, ScanMethod.LIST, ScanMethod.WALL)


def receive(
    *,
    session_id: int,
    entries: Sequence[Entry],
    device: str,
    device_now: datetime,
    by: Any,
    now: datetime,
) -> list[AttendanceScan]:
    """The row of each entry, in their order: ``result`` says what became of it.

    Each entry is a transaction of its own: what was received stays received when the line breaks.
    """
    clock = Clock(device_now, now)
    return [take(session_id=session_id, entry=e, device=device, clock=clock, by=by) for e in entries]


@transaction.atomic
def take(*, session_id: int, entry: Entry, device: str, clock: Clock, by: Any) -> AttendanceScan:
    session = locked(session_id)
    known: AttendanceScan | None = AttendanceScan.objects.filter(nonce=entry.nonce).first()
    if known is not None:
        return known
    scan = AttendanceScan(
        session=session,
        nonce=entry.nonce,
        method=entry.how,
        device=device[:40],
        device_at=entry.at,
        clock_ahead=clock.ahead_for(entry.at),
        undoes=entry.undoes,
        recorded_by=actor(by),
    )
    person, is_valid = _person(entry)
    scan.participant = person
    if person is None:
        scan.result = ScanResult.UNKNOWN
    elif entry.does in (UNDO, OTHER_PERSON):
        return _undo(scan, entry, by=by, now=clock.now)
    elif not is_valid:
        scan.result = ScanResult.REVOKED
    else:
        scan.result = _judge(scan, session, person, entry, by=by)
    if scan.result in (ScanResult.NOT_BOOKED, ScanResult.ELSEWHERE) and person is not None:
        scan.elsewhere = _seat_elsewhere(session, person)
        if scan.elsewhere is not None:
            scan.result = ScanResult.ELSEWHERE
    scan.save()
    if scan.result == ScanResult.ACCEPTED:
        assert person is not None
        attendance.settle_completion([person.pk], session, by=by)
    return scan


def _person(entry: Entry) -> tuple[Participant | None, bool]:
    """Whom the entry is about, and whether the card (if it was one) is still valid."""
    if entry.token:
        return cards.whose(entry.token)
    carriers = Participant.everybody.all().carriers(number__in=[entry.number])
    return Participant.objects.filter(pk__in=carriers).first(), True


def _judge(
    scan: AttendanceScan, session: TrainingSession, person: Participant, entry: Entry, *, by: Any
) -> ScanResult:
    last = _last_event(session, person.pk)
    if last is not None and entry.does == IN:
        may_return = session.activity.counts_hours and last.result == ScanResult.LEFT
        return ScanResult.BACK if may_return else ScanResult.DUPLICATE
    if entry.does == OUT:
        is_in = last is not None and last.result != ScanResult.LEFT
        return ScanResult.LEFT if is_in else ScanResult.NOT_IN
    if AttendanceScan.objects.filter(session=session, undoes=entry.nonce).exists():
        return ScanResult.NOTHING  # taken back before it arrived
    was_open = session.held_at is None or scan.happened_at <= session.held_at
    if session.state == SessionState.HELD and not was_open and not has_permission(by, "trainings.manage"):
        return ScanResult.CLOSED
    if _is_certified(session, person):
        return ScanResult.CERTIFIED
    return attendance.result_for(session, person.pk, now=scan.happened_at)


def _last_event(session: TrainingSession, person: int) -> AttendanceScan | None:
    """The newest of came, left and came back, if the person counts as present at all."""
    if not session.scans.standing().filter(participant=person).exists():
        return None
    moves = session.scans.filter(
        participant=person, result__in=[ScanResult.ACCEPTED, ScanResult.LEFT, ScanResult.BACK]
    )
    last: AttendanceScan | None = moves.with_moment().order_by("-at", "-pk").first()
    return last


def _is_certified(session: TrainingSession, person: Participant) -> bool:
    """The year's required activities are proved already: one more attendance would contradict the sheet."""
    if not session.activity.is_required:
        return False
    year = day_of(session.starts_at).year
    return Certificate.objects.filter(participant=person, year=year, revoked_at=None).exists()


def _seat_elsewhere(session: TrainingSession, person: Participant) -> TrainingSession | None:
    """Where the person should be: a session of the same day before the next one of this activity."""
    seats = (
        Booking.objects.filter(
            participant=person,
            state__in=ENROLLED,
            session__state__in=[SessionState.PUBLISHED, SessionState.HELD],
        )
        .exclude(session=session)
        .select_related("session__activity", "session__kecamatan")
        .order_by("session__starts_at")
    )
    day = day_of(session.starts_at)
    found = [
        seat.session for seat in seats.filter(session__starts_at__gte=session.starts_at - timedelta(days=1))
    ]
    same_day = [s for s in found if day_of(s.starts_at) == day]
    same_activity = [
        s for s in found if s.activity_id == session.activity_id and s.starts_at > session.starts_at
    ]
    return next(iter([*same_day, *same_activity]), None)


def _undo(scan: AttendanceScan, entry: Entry, *, by: Any, now: datetime) -> AttendanceScan:
    """A tap too many, or the card was not the person's own: who was let in by it is not present.

    Only the entry that it names is taken back: who was recorded at the other door stays present.
    """
    assert scan.participant_id is not None
    is_about_card = entry.does == OTHER_PERSON
    marked = AttendanceScan.objects.filter(nonce=entry.undoes).first() if entry.undoes else None
    counts = entry.undoes is None or (marked is not None and marked.result == ScanResult.ACCEPTED)
    own = {} if is_about_card else _columns(scan)
    taken = counts and attendance.take_back(
        session_id=scan.session_id, participant_id=scan.participant_id, by=by, now=now, **own
    )
    if taken and not is_about_card:
        return AttendanceScan.objects.get(nonce=entry.nonce)
    scan.result = ScanResult.OTHER_PERSON if is_about_card else ScanResult.NOTHING
    scan.save()
    if is_about_card:
        record(by, "trainings.attendance.other_card", scan.session)
    return scan


def _columns(scan: AttendanceScan) -> dict[str, Any]:
    names = ("nonce", "method", "device", "device_at", "clock_ahead", "undoes")
    return {name: getattr(scan, name) for name in names}
