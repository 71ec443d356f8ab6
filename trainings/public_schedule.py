"""What everybody may see: published sessions to come, with seats left. No person is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from okoce.regions.models import Region
from trainings.models import TrainingSession

FEW = 10  # seats: from here on the tag warns


@dataclass(frozen=True)
class PublicSession:
    id: int
    activity_position: int
    activity_name: str
    starts_at: datetime
    ends_at: datetime
    venue_name: str
    venue_address: str
    kecamatan_code: str
    kecamatan_name: str
    capacity: int
    seats_left: int

    @property
    def is_full(self) -> bool:
        return self.seats_left == 0

    @property
    def tone(self) -> str:
        if self.is_full:
            return ""
        return "warn" if self.seats_left <= FEW else "ok"


def coming(*, now: datetime | None = None, kecamatan: str | None = None, city: str | None = None) -> QuerySet:
    """Published sessions that have not begun, with what a row shows."""
    sessions = TrainingSession.objects.public().first_days().upcoming(now=now).with_places().with_seats()
    if kecamatan:
        sessions = sessions.filter(kecamatan_id=kecamatan)
    if city:
        sessions = sessions.filter(city_id=city)
    return sessions


def row_of(session: Any) -> PublicSession:
    """``session`` with places and seats, as ``coming`` gives it."""
    return PublicSession(
        id=session.pk,
        activity_position=session.activity.position,
        activity_name=session.activity.name,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        venue_name=session.venue.name,
        venue_address=session.venue.address,
        kecamatan_code=session.kecamatan_id,
        kecamatan_name=session.kecamatan.name,
        capacity=session.capacity,
        seats_left=max(0, session.capacity - session.seated_count),
    )


def nearest(
    *, kecamatan: str | None = None, limit: int = 3, now: datetime | None = None
) -> list[PublicSession]:
    """The next sessions, nearest first; of one kecamatan when its code is given. One query."""
    return [row_of(s) for s in coming(now=now, kecamatan=kecamatan).order_by("starts_at", "pk")[:limit]]


def kecamatan_with_sessions(*, now: datetime | None = None) -> QuerySet[Region]:
    """Kecamatan that have a session to come, for the choice above the list."""
    sessions = TrainingSession.objects.public().upcoming(now=now)
    return Region.objects.kecamatan().filter(code__in=sessions.values("kecamatan")).order_by("name")
