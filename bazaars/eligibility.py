"""Who may apply for a stall, and what stands in the way of whom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
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
    FEW_ACTIVITIES = "few_activities"
    PAPERS_MISSING = "papers_missing"
    SAME_BUSINESS = "same_business"
    SAME_DAYS = "same_days"
    NOT_ACCEPTED = "not_accepted"


@dataclass(frozen=True, slots=True)
class Applicant:
    """``elsewhere`` names the place of another application or stall on the same days, or is empty.

    ``activities_done``: of the three, in the bazaar's year or the one before. ``papers``: seen, good, and
    valid on every day of the bazaar. ``sent``: papers that an office still looks at; enough to apply, not to
    be drawn. ``shares_business``: one of the same household applied with it before.
    """

    is_active: bool
    city: str
    has_business: bool
    fostered_by: Collection[str]
    elsewhere: str = ""
    activities_done: int = 0
    papers: Collection[str] = frozenset()
    sent: Collection[str] = frozenset()
    shares_business: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """What a site asks for. ``opens_at`` is None until applications are opened.

    ``papers``: by kind of goods, what whoever sells it must have.
    """

    city: str
    pengampu: Collection[str]
    opens_at: datetime | None
    closes_at: datetime | None
    is_open: bool
    needs_business: bool = True
    least_activities: int = 0
    papers: Mapping[str, Collection[str]] = field(default_factory=dict)


def missing_papers(applicant: Applicant, call: Call, category: str) -> set[str]:
    """Which papers somebody lacks to sell these goods there (programme.md 8, rule 50)."""
    return set(call.papers.get(category, ())) - set(applicant.papers)


def unsent_papers(applicant: Applicant, call: Call, category: str) -> set[str]:
    """Which of them no office is looking at either: these stand in the way of applying."""
    return missing_papers(applicant, call, category) - set(applicant.sent)


def obstacles_of_person(applicant: Applicant, call: Call, category: str = "") -> list[Obstacle]:
    """What about the person stands in the way; checked again when the list is frozen.

    ``category`` is what they want to sell; without it papers are not asked about.
    """
    found = []
    if not applicant.is_active:
        found.append(Obstacle.NOT_ACTIVE)
    if applicant.city != call.city:
        found.append(Obstacle.OTHER_CITY)
    if call.needs_business and not applicant.has_business:
        found.append(Obstacle.NO_BUSINESS)
    if not set(applicant.fostered_by) & set(call.pengampu):
        found.append(Obstacle.NO_PENGAMPU)
    if applicant.activities_done < call.least_activities:
        found.append(Obstacle.FEW_ACTIVITIES)
    if missing_papers(applicant, call, category):
        found.append(Obstacle.PAPERS_MISSING)
    if applicant.shares_business:
        found.append(Obstacle.SAME_BUSINESS)
    if applicant.elsewhere:
        found.append(Obstacle.SAME_DAYS)
    return found


def obstacles(applicant: Applicant, call: Call, *, now: datetime, category: str = "") -> list[Obstacle]:
    """Everything that stands in the way of applying at ``now``; the time first."""
    if not call.is_open or call.opens_at is None or call.closes_at is None:
        return [Obstacle.NOT_OPEN_YET if call.closes_at is None or now < call.closes_at else Obstacle.CLOSED]
    if now < call.opens_at:
        return [Obstacle.NOT_OPEN_YET]
    if now >= call.closes_at:
        return [Obstacle.CLOSED]
    with_sent = replace(applicant, papers={*applicant.papers, *applicant.sent})
    return obstacles_of_person(with_sent, call, category)
