"""How often one officer may ask for a person by NIK or phone: enough for a busy counter, not for a script."""

from __future__ import annotations

from datetime import datetime, timedelta

from okoce.accounts import limits
from okoce.accounts.models import User

HOUR = timedelta(hours=1)
QUESTIONS_AN_HOUR = 300
SAME = timedelta(minutes=10)


def is_new(*, by: User, digest: bytes, now: datetime) -> bool:
    """Whether the officer asks this anew: the answer as somebody types and the button are one question."""
    seconds = limits.seconds_until_gate_opens("person_asked", str(by.pk), digest.hex(), every=SAME, now=now)
    return seconds == 0


def is_too_many(*, by: User, now: datetime) -> bool:
    """Counts one more question and says whether it is one too many."""
    return limits.count("person_asked", str(by.pk), window=HOUR, now=now) > QUESTIONS_AN_HOUR
