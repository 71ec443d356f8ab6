"""Which stall: in the order of the draw everybody gets the best one left. The same input gives the same plan.

First the own zone, then free stalls, at last what other zones leave over; within these a stall with power for
whoever needs it, then by row and column.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vendor:
    """Somebody chosen; vendors come in the order of the draw."""

    id: str
    pengampu: str
    needs_power: bool


@dataclass(frozen=True, slots=True)
class FreeStall:
    """``zone`` is the pengampu it is kept for, empty when it is for anybody. ``shares`` vendors fit in."""

    number: str
    row: int
    column: int
    zone: str
    has_power: bool
    shares: int


class NotEnoughStalls(Exception):
    """There are more vendors than stall shares."""


def assign(vendors: Sequence[Vendor], stalls: Sequence[FreeStall]) -> dict[str, tuple[str, int]]:
    """Vendor id → (stall number, share from 1)."""
    left = {stall.number: stall.shares for stall in stalls}
    if sum(left.values()) < len(vendors):
        raise NotEnoughStalls
    taken: dict[str, tuple[str, int]] = {}

    def give(vendor: Vendor, *, everywhere: bool) -> None:
        open_to = [
            stall
            for stall in stalls
            if left[stall.number] and (everywhere or stall.zone in ("", vendor.pengampu))
        ]
        if not open_to:
            return
        best = min(
            open_to,
            key=lambda stall: (
                stall.zone != vendor.pengampu,
                stall.has_power != vendor.needs_power,
                stall.row,
                stall.column,
            ),
        )
        taken[vendor.id] = (best.number, best.shares - left[best.number] + 1)
        left[best.number] -= 1

    for vendor in vendors:
        give(vendor, everywhere=False)
    for vendor in vendors:
        if vendor.id not in taken:
            give(vendor, everywhere=True)
    return taken
