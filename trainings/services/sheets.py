"""The sheet on paper, and entering it afterwards by its row numbers."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from trainings.enums import ScanMethod
from trainings.models import Booking, PrintedSheet
from trainings.services.attendance import mark_all_present
from trainings.services.seats import locked


@transaction.atomic
def keep(*, session_id: int, places: list[int], now: datetime) -> PrintedSheet | None:
    """Which row is whose, for the sheet that is being printed. The same order again is the same sheet."""
    session = locked(session_id)
    last: PrintedSheet | None = session.sheets.order_by("-number").first()
    if not places or (last is not None and last.places == places):
        return last
    number = last.number + 1 if last else 1
    return PrintedSheet.objects.create(session=session, number=number, places=places, printed_at=now)


@dataclass
class Reading:
    """What entering rows of a sheet would do. Rows are (number, name)."""

    present: list[tuple[int, str]] = field(default_factory=list)
    absent: list[tuple[int, str]] = field(default_factory=list)
    marked_before: list[tuple[int, str]] = field(default_factory=list)  # absent on paper, present already
    without_seat: list[tuple[int, str]] = field(default_factory=list)  # lost the seat since the printing
    to_mark: list[int] = field(default_factory=list)  # ids of participants


def read(sheet: PrintedSheet, rows: Collection[int], *, rows_are_absent: bool) -> Reading:
    """``rows``: row numbers of those who were absent, or (``rows_are_absent`` false) of those who came."""
    bookings = {
        b.pk: b
        for b in Booking.objects.filter(pk__in=sheet.places).with_presence().select_related("participant")
    }
    enrolled = set(Booking.objects.enrolled().filter(pk__in=sheet.places).values_list("pk", flat=True))
    found = Reading()
    for number, pk in enumerate(sheet.places, 1):
        booking = bookings.get(pk)
        if booking is None:
            continue
        row = (number, booking.participant.full_name)
        came = (number in rows) != rows_are_absent
        if came and pk not in enrolled:
            found.without_seat.append(row)
        elif came:
            found.present.append(row)
            if not booking.is_present:
                found.to_mark.append(booking.participant_id)
        elif booking.is_present:
            found.marked_before.append(row)
        else:
            found.absent.append(row)
    return found


@transaction.atomic
def enter(
    *,
    sheet: PrintedSheet,
    rows: Collection[int],
    rows_are_absent: bool,
    by: Any,
    batch: uuid.UUID,
    now: datetime | None = None,
) -> int:
    """Marks who came by the sheet; returns how many were added. The same ``batch`` again adds none.

    Raises BookingRefused.
    """
    locked(sheet.session_id)
    wanted = read(sheet, rows, rows_are_absent=rows_are_absent).to_mark
    others = (
        Booking.objects.enrolled()
        .filter(session=sheet.session_id)
        .exclude(participant__in=wanted)
        .values_list("participant_id", flat=True)
    )
    return mark_all_present(
        session_id=sheet.session_id,
        except_ids=list(others),
        by=by,
        batch=batch,
        method=ScanMethod.PAPER,
        now=now,
    )
