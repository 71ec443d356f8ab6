"""How much of the 3 × 24 hours is left, in words and tone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

HOUR = timedelta(hours=1)
SOON = timedelta(hours=24)


@dataclass(frozen=True)
class Left:
    """``tone``: bad when late, warn in the last 24 hours, info before, empty once answered."""

    text: str
    tone: str


def left(due_at: datetime, *, now: datetime) -> Left:
    """Whole hours, rounded towards the deadline: "0 hours left" is the last hour."""
    rest = due_at - now
    hours = abs(rest) // HOUR
    if rest < timedelta(0):
        words = ngettext("%(hours)d hour late", "%(hours)d hours late", hours)
        return Left(words % {"hours": hours} if hours else _("just overdue"), "bad")
    words = ngettext("%(hours)d hour left", "%(hours)d hours left", hours)
    return Left(words % {"hours": hours}, "warn" if rest <= SOON else "info")
