"""The code on the wall: who reads it is in the room. It changes by itself, and nothing is stored for it."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction

from okoce.accounts import limits
from okoce.db.encryption import lookup
from participants.models import Participant
from trainings.enums import ENROLLED, ScanMethod, ScanResult, SessionState
from trainings.models import AttendanceScan, Booking, TrainingSession
from trainings.scheduling import day_of
from trainings.services import attendance
from trainings.services.seats import locked

PERIOD = 45  # seconds
GRACE = 1  # earlier codes that still count: reading and typing take time
SHOWN_FOR = 150  # seconds after the page on the wall was last refreshed
MOST_TRIES, WITHIN = 6, timedelta(minutes=10)


MOST_WRONG = 300  # opened addresses with a wrong code, a session


class TooManyTries(Exception):
    """Codes were guessed; another try after ``WITHIN``."""


def code_at(session_id: int, moment: datetime, *, back: int = 0) -> str:
    """Six digits from a key of ours, the session and the time."""
    step = int(moment.timestamp()) // PERIOD - back
    digest = lookup(f"{session_id}:{step}", column="trainings.wall_code")
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def seconds_left(moment: datetime) -> int:
    return PERIOD - int(moment.timestamp()) % PERIOD


def show(session_id: int) -> None:
    """The page is on the wall: only then its codes count."""
    cache.set(f"wall:{session_id}", 1, timeout=SHOWN_FOR)


def is_shown(session_id: int) -> bool:
    return cache.get(f"wall:{session_id}") is not None


def is_right(session_id: int, code: str, *, now: datetime) -> bool:
    if not is_shown(session_id):
        return False
    codes = [code_at(session_id, now, back=back) for back in range(GRACE + 1)]
    return any(secrets.compare_digest(code.encode(), right.encode()) for right in codes)


def was_seen(session_id: int, code: str, *, now: datetime) -> bool:
    """Whether an opened address holds the code of this moment. Wrong ones are counted, against guessing."""
    if is_right(session_id, code, now=now):
        tried = limits.count("wall_seen", str(session_id), window=WITHIN, now=now)
        limits.uncount("wall_seen", str(session_id))
        return tried <= MOST_WRONG
    if is_shown(session_id):
        limits.count("wall_seen", str(session_id), window=WITHIN, now=now)
    return False


def sessions_of(participant: Participant, *, now: datetime) -> list[TrainingSession]:
    """Today's sessions in which the person has a seat."""
    seats = Booking.objects.filter(
        participant=participant,
        state__in=ENROLLED,
        session__state=SessionState.PUBLISHED,
        session__starts_at__gte=now - timedelta(days=1),
        session__starts_at__lt=now + timedelta(days=1),
    ).select_related("session__activity", "session__venue", "session__kecamatan")
    found = [seat.session for seat in seats.order_by("session__starts_at")]
    return [s for s in found if day_of(s.starts_at) == day_of(now)]


@transaction.atomic
def check_in(
    *, session_id: int, participant_id: int, code: str, is_seen: bool = False, now: datetime
) -> AttendanceScan:
    """The person says the code. ``result`` of the row says what became of it.

    ``is_seen``: the code was right when the address from the wall was opened. Raises TooManyTries.
    """
    session = locked(session_id)
    present = session.scans.standing().filter(participant=participant_id).order_by("pk").first()
    if present is not None:
        return present
    if limits.count("wall", str(participant_id), window=WITHIN, now=now) > MOST_TRIES:
        raise TooManyTries
    result = ScanResult.OLD_CODE
    if is_seen or is_right(session_id, code, now=now):
        result = attendance.result_for(session, participant_id, now=now)
    if session.state == SessionState.HELD and result == ScanResult.ACCEPTED:
        result = ScanResult.CLOSED
    scan = AttendanceScan.objects.create(
        session=session,
        participant_id=participant_id,
        nonce=uuid.uuid4(),
        method=ScanMethod.WALL,
        result=result,
        device_at=now,
    )
    if result == ScanResult.ACCEPTED:
        attendance.settle_completion([participant_id], session, by=None)
    return scan
