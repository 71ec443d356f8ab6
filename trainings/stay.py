"""How long somebody was there, from coming and leaving. Plain values, no database.

Source: docs/programme.md, "Attendance".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

CAME, WENT = "came", "went"


@dataclass(frozen=True)
class Stay:
    """``is_open``: came and never left, as far as anybody wrote down; that time counts once it is mended."""

    minutes: int
    is_open: bool


def measure(events: Iterable[tuple[str, datetime]], *, starts_at: datetime, ends_at: datetime) -> Stay:
    """The minutes between each coming and the leaving after it, within the session's hours.

    ``events``: (CAME or WENT, when), in any order. Coming twice without leaving counts from the first time.
    """
    total, since = timedelta(), None
    for kind, at in sorted(events, key=lambda event: event[1]):
        if kind == CAME:
            since = since or at
        elif since is not None:
            total += max(timedelta(), min(at, ends_at) - max(since, starts_at))
            since = None
    return Stay(int(total.total_seconds() // 60), since is not None)
