"""How often one officer may ask for a person by NIK or phone: enough for a busy counter, not for a script."""

from __future__ import annotations

from datetime import datetime, timedelta

from okoce.accounts import limits
from okoce.accounts.models import User

HOUR = timedelta(hours=1)
QUESTIONS_AN_HOUR = 300


def is_too_many(*, by: User, now: datetime) -> bool:
    """Counts one more question and says whether it is one too many."""
    return limits.count("person_asked", str(by.pk), window=HOUR, now=now) > QUESTIONS_AN_HOUR
