"""What the attendance list says: of the last press, and of closing it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trainings import rules
from trainings.enums import ScanResult
from trainings.models import AttendanceScan, TrainingSession
from trainings.refusals import BookingRefused, Refusal

REFUSALS = {
    ScanResult.TOO_EARLY: Refusal.TOO_EARLY,
    ScanResult.NOT_BOOKED: Refusal.NOT_BOOKED,
    ScanResult.CANCELLED: Refusal.CANCELLED,
    ScanResult.FULL: Refusal.ROOM_FULL,
}


@dataclass(frozen=True)
class News:
    """What the last press did, with its undo."""

    tone: str
    title: str
    text: str = ""
    undo_participant: int | None = None
    undo_batch: uuid.UUID | None = None


def news_of(scan: AttendanceScan, session: TrainingSession) -> News:
    name = scan.participant.full_name
    if scan.result == ScanResult.ACCEPTED:
        at = rules.clock(scan.happened_at)
        return News(
            "ok",
            _("%(name)s is present") % {"name": name},
            _("Recorded %(clock)s.") % {"clock": at},
            undo_participant=scan.participant_id,
        )
    if scan.result == ScanResult.UNDONE:
        return News("info", _("%(name)s is not present.") % {"name": name})
    words = BookingRefused(
        REFUSALS[ScanResult(scan.result)],
        name=name,
        capacity=session.capacity,
        day=rules.long_day(session.starts_at),
    )
    return News("bad", words.sentence)


def news_of_batch(batch: uuid.UUID, count: int) -> News:
    words = ngettext("%(count)s person marked present.", "%(count)s people marked present.", count)
    return News("ok", words % {"count": count}, undo_batch=batch if count else None)


def closing(figures: dict[str, Any]) -> list[str]:
    """What closing brings about; ``figures`` as the page counts them."""
    present, absent = figures["present_count"], figures["absent_count"]
    return [
        ngettext("%(count)s person was present.", "%(count)s people were present.", present)
        % {"count": present},
        ngettext(
            "%(count)s person was absent and can be invited again.",
            "%(count)s people were absent and can be invited again.",
            absent,
        )
        % {"count": absent},
        _("The office can still correct the list; every correction is recorded."),
    ]
