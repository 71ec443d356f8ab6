"""What other machines tell us in JSON, read so that no part of it can stop the rest.

They promise a shape and send what they like: lists for texts, texts for numbers, characters that the database
does not take. What has not the promised type is taken as not said.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

LARGEST_NUMBER: Final = 2**31 - 1  # of a column


class Unreadable(ValueError):
    """It is no JSON, or none of the kind that was promised."""


def parse(content: bytes | str) -> Any:
    """The JSON of ``content``. Raises Unreadable, also for one nested too deep to be read."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise Unreadable from None


def objects(said: Any, name: str) -> Iterator[Mapping[str, Any]]:
    """The objects in the list ``name`` of ``said``; whatever else stands there is passed over."""
    found = part(said).get(name)
    return (one for one in found if isinstance(one, dict)) if isinstance(found, list) else iter(())


def part(said: Any, *names: str) -> Mapping[str, Any]:
    """The object under ``names``, one inside the other; empty when it is none."""
    for name in names:
        said = said.get(name) if isinstance(said, dict) else None
    return said if isinstance(said, dict) else {}


def text(value: Any, *, longest: int) -> str:
    """A text, or a number as one, as the database takes it; empty for anything else."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return str(value).replace("\x00", "").encode("utf-8", "ignore").decode()[:longest]


def number(value: Any) -> int | None:
    """A whole number that fits into a column, also where it came as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
        value = int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and abs(value) <= LARGEST_NUMBER else None


def moment(value: Any, *, until: datetime, newest: Callable[[], datetime | None] = lambda: None) -> datetime:
    """Seconds since 1970 as a time, never after ``until``; that one when nothing usable is said.

    ``newest`` is asked when the time lies in the future, for what was heard before of the same: our own clock
    may have been set back, and what was said later shall not count as earlier.
    """
    try:
        said = datetime.fromtimestamp(int(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return until
    return said if said <= until else min(said, max(until, newest() or until))
