"""When somebody has done the three activities of a year ("tuntas").

Source: docs/programme.md, "Three activities".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

REQUIRED_ACTIVITIES = 3  # different ones, in one calendar year in Jakarta


@dataclass(frozen=True)
class Attended:
    """Somebody was there. ``on`` is the session's day in Jakarta."""

    activity: str
    on: date
    session_id: int


def first_of_each(
    attended: Iterable[Attended], *, year: int, required: Collection[str]
) -> dict[str, Attended]:
    """The first attendance of every required activity in ``year``; the same activity twice counts once."""
    found: dict[str, Attended] = {}
    for one in sorted(attended, key=lambda a: (a.on, a.session_id)):
        if one.on.year == year and one.activity in required:
            found.setdefault(one.activity, one)
    return found


def completing(attended: Iterable[Attended], *, year: int, required: Collection[str]) -> Attended | None:
    """The attendance that made ``year`` complete, or None while an activity is missing."""
    firsts = sorted(
        first_of_each(attended, year=year, required=required).values(), key=lambda a: (a.on, a.session_id)
    )
    return firsts[REQUIRED_ACTIVITIES - 1] if len(firsts) >= REQUIRED_ACTIVITIES else None
