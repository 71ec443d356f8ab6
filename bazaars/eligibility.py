"""Who may apply for a stall, and what stands in the way of whom."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Obstacle(StrEnum):
    """Words and the way out: ``words.obstacle_words``."""

    NOT_OPEN_YET = "not_open_yet"
    CLOSED = "closed"
    NOT_ACTIVE = "not_active"
    OTHER_CITY = "other_city"
    NO_BUSINESS = "no_business"
    NO_PENGAMPU = "no_pengampu"
    SAME_DAYS = "same_days"


@dataclass(frozen=True, slots=True)
class Applicant:
    """``elsewhere`` names the place of another application or stall on the same days, or is empty."""

    is_active: bool
    city: str
    has_business: bool
    fostered_by: Collection[str]
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """What a site asks for. ``opens_at`` is None until applications are opened."""

    city: str
    pengampu: Collection[str]
    opens_at: datetime | None
    closes_at: datetime | None
    is_open: bool


def obstacles_of_person(applicant: Applicant, call: Call) -> list[Obstacle]:
    """What about the person stands in the way; checked again when the list is frozen."""
    found = []
    if not applicant.is_active:
        found.append(Obstacle.NOT_ACTIVE)
    if applicant.city != call.city:
        found.append(Obstacle.OTHER_CITY)
    if not applicant.has_business:
        found.append(Obstacle.NO_BUSINESS)
    if not set(applicant.fostered_by) & set(call.pengampu):
        found.append(Obstacle.NO_PENGAMPU)
    if applicant.elsewhere:
        found.append(Obstacle.SAME_DAYS)
    return found


def obstacles(applicant: Applicant, call: Call, *, now: datetime) -> list[Obstacle]:
    """Everything that stands in the way of applying at ``now``; the time first."""
    if not call.is_open or call.opens_at is None or call.closes_at is None:
        return [Obstacle.NOT_OPEN_YET if call.closes_at is None or now < call.closes_at else Obstacle.CLOSED]
    if now < call.opens_at:
        return [Obstacle.NOT_OPEN_YET]
    if now >= call.closes_at:
        return [Obstacle.CLOSED]
    return obstacles_of_person(applicant, call)
