"""Who may save a list alone. Pure: plain values in, an answer out."""

from __future__ import annotations


def needs_second_person(*, rows: int, limit: int, sender: str | None, own: str | None) -> bool:
    """Whether saving changes more than ``limit`` people, or the list is another agency's."""
    return rows > limit or (sender is not None and sender != own)
