"""How long a session lives.

Staff: 30 minutes idle, 12 hours in all. Participants: 15 minutes, or 30 days on "this is my phone".
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

MEMBERSHIP = "membership_id"
_KIND = "session_kind"
_STARTED = "signed_in_at"
_SEEN = "seen_at"
_PLACE = "sign_in_id"

STAFF, PARTICIPANT, OWN_PHONE = KINDS = "staff", "participant", "own_phone"
TOUCH_EVERY = timedelta(seconds=60)  # a row is not rewritten for every click


def limits(kind: str) -> tuple[timedelta, timedelta]:
    """(idle, in all) of a kind of session."""
    if kind == STAFF:
        return timedelta(minutes=settings.STAFF_IDLE_MINUTES), timedelta(hours=settings.STAFF_SESSION_HOURS)
    if kind == OWN_PHONE:
        days = timedelta(days=settings.PARTICIPANT_OWN_PHONE_DAYS)
        return days, days
    idle = timedelta(minutes=settings.PARTICIPANT_IDLE_MINUTES)
    return idle, timedelta(hours=settings.STAFF_SESSION_HOURS)


def start(session: SessionBase, *, kind: str, now: datetime) -> None:
    """Called once after sign-in."""
    session[_KIND] = kind
    session[_STARTED] = session[_SEEN] = now.timestamp()
    session.set_expiry(int(limits(kind)[1].total_seconds()))


def is_over(session: SessionBase, *, now: datetime) -> bool:
    if _STARTED not in session:
        return True
    idle, total = limits(session.get(_KIND, PARTICIPANT))
    started = now.timestamp() - session[_STARTED]
    seen = now.timestamp() - session[_SEEN]
    return started > total.total_seconds() or seen > idle.total_seconds()


def touch(session: SessionBase, *, now: datetime) -> bool:
    """Notes that the person is still there; whether anything was written."""
    if now.timestamp() - session[_SEEN] <= TOUCH_EVERY.total_seconds():
        return False
    session[_SEEN] = now.timestamp()
    return True


def kind_of(session: SessionBase) -> str:
    return session.get(_KIND, PARTICIPANT)


def place_of(session: SessionBase) -> int | None:
    """The SignIn row of this session."""
    return session.get(_PLACE)


def set_place(session: SessionBase, place: int) -> None:
    session[_PLACE] = place
