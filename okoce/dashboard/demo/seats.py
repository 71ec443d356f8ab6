"""Who is in line in Palmerah, when people can come, and a seat that was given back and offered on."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from okoce.accounts.models import User
from okoce.dashboard.demo.accounts import CITY, PALMERAH
from participants.models import Participant
from trainings import services
from trainings.enums import DeclineReason
from trainings.models import Booking, TrainingSession
from trainings.querysets import can_come
from trainings.services import availability, waits

IN_LINE = 14
ANYWHERE = 4  # of those: as many go to any kecamatan of the city
TRADES_BY_DAY = 3  # so many can come in the evening or at the weekend only


def tell_seats(users: dict[str, User], now: datetime) -> None:
    """Needs the sessions. Palmerah's next session of activity 2 is full, and some people wait for it."""
    office = users["camat.palmerah"]
    session = (
        TrainingSession.objects.public()
        .upcoming(now=now)
        .filter(kecamatan=PALMERAH, activity__position=2)
        .order_by("starts_at")
        .first()
    )
    if session is None:
        return
    able = can_come(Participant.objects.filter(kecamatan=PALMERAH), session).order_by("-number")
    for n, person in enumerate(able[:IN_LINE]):
        waits.join(
            participant_id=person.pk,
            activity_id=session.activity_id,
            area_id=CITY if n < ANYWHERE else PALMERAH,
            by=office,
            now=now - timedelta(days=IN_LINE - n, hours=n),
        )
        if n < TRADES_BY_DAY:
            by_day = availability.Times(mornings=False, afternoons=False)
            availability.put(person=person, times=by_day, by=office, now=now)
        elif n == TRADES_BY_DAY:  # in the mornings, and not for a few weeks
            today = timezone.localdate(now)
            away = availability.Times(
                afternoons=False,
                evenings=False,
                away_from=today + timedelta(days=20),
                away_until=today + timedelta(days=34),
            )
            availability.put(person=person, times=away, by=office, now=now)
    seat = Booking.objects.seated().filter(session=session).order_by("-queue_number").first()
    if seat is not None:
        services.decline(booking_id=seat.pk, by=None, now=now, reason=DeclineReason.TRADE)
