"""Inviting beyond the seats, because some never come: by the past, and never beyond the room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from okoce.audit.services import record
from trainings import rules
from trainings.models import TrainingSession
from trainings.radar import ShowUp, extra_seats, show_up_rates
from trainings.refusals import Clash, SessionRefused
from trainings.services import offers
from trainings.services.locks import locked


@dataclass(frozen=True)
class Advice:
    """How many more may be invited, and from which history. ``most`` 0: none."""

    show_up: ShowUp
    most: int


def advice(session: TrainingSession, *, now: datetime) -> Advice:
    """The kecamatan's rate of the last twelve months. One query."""
    rate = show_up_rates([session.kecamatan_id], now=now)[session.kecamatan_id]
    return Advice(rate, extra_seats(capacity=session.capacity, room=session.venue.capacity, show_up=rate))


@transaction.atomic
def set_extra_seats(*, session_id: int, extra: int, by: Any, now: datetime | None = None) -> TrainingSession:
    """So many more may be invited; the next in line get the new seats at once. Raises Refused."""
    now = now or timezone.now()
    session = locked(session_id)
    if (closed := rules.why_closed(session, now=now)) is not None:
        raise closed
    if session.extra_seats == extra:
        return session
    if extra > (most := advice(session, now=now).most):
        raise SessionRefused(Clash.OVERBOOKING, "extra", most=most)
    seated = session.bookings.seated().count()
    if session.capacity + extra < seated:
        raise SessionRefused(Clash.CAPACITY_BELOW_SEATED, "extra", seated=seated)
    before, session.extra_seats = session.extra_seats, extra
    session.save()
    record(by, "trainings.session.overbooked", session, before=before, extra=extra)
    offers.promote(session, now=now)
    return session
