"""The papers that one vendor needs for some goods, and how far each of them is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bazaars.enums import PaperState
from bazaars.models import PaperKind, PaperSent
from bazaars.querysets import PaperSentQuerySet

MISSING, GOOD = "missing", "good"


@dataclass(frozen=True, slots=True)
class Needed:
    """``state``: missing, good, waiting or refused. ``reason``: why the last one was refused."""

    kind: PaperKind
    state: str
    reason: str = ""
    sent_at: datetime | None = None

    @property
    def can_be_sent(self) -> bool:
        return self.state in (MISSING, PaperState.REFUSED)


def needed(codes: Collection[str], *, good: Collection[str], sent: PaperSentQuerySet) -> list[Needed]:
    """``sent``: what this one person sent. Two queries; none when nothing is needed."""
    if not codes:
        return []
    last = {row.paper_id: row for row in sent.newest()}
    return [
        _needed(kind, kind.pk in good, last.get(kind.pk)) for kind in PaperKind.objects.filter(pk__in=codes)
    ]


def _needed(kind: PaperKind, is_good: bool, last: PaperSent | None) -> Needed:
    if is_good:
        return Needed(kind, GOOD)
    if last is None or last.state == PaperState.ACCEPTED:  # accepted, and run out since or failed
        return Needed(kind, MISSING)
    return Needed(kind, last.state, last.reason, last.sent_at)
