"""How many will finish the year at this pace, and where more sessions would rescue how many.

Everything is counted in sets: three questions to the database for a whole city, however many people it has.
What each figure means: docs/indicators.md, "Completion radar".
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import combinations_with_replacement, product
from math import floor
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from participants.models import Participant
from trainings.completion import REQUIRED_ACTIVITIES
from trainings.reach import asked
from trainings.scheduling import USUAL_SEATS, at

PACE_WEEKS = 8
MORE_SESSIONS = 4
HISTORY = timedelta(days=365)
ENOUGH_SESSIONS, ENOUGH_PEOPLE = 5, 100  # of history, before a rate is taken from it
ASSUMED_RATE = 0.75

_NEED = """
WITH {ctes},
reached AS (SELECT DISTINCT id, activity_id FROM reachable),
needs AS (
    SELECT l.id, array_agg(l.activity_id ORDER BY l.activity_id) AS missing,
           bool_and(r.id IS NOT NULL) AS can_finish
    FROM lack l LEFT JOIN reached r ON r.id = l.id AND r.activity_id = l.activity_id
    GROUP BY l.id
),
open_to AS (
    SELECT p.id, count(*) AS n FROM person p JOIN ({required}) a ON NOT p.category = ANY(a.closed_to)
    GROUP BY p.id
)
SELECT p.kecamatan_id, coalesce(needs.missing, '{{}}'), coalesce(needs.can_finish, true),
       coalesce(open_to.n, 0) >= {enough}, count(*)
FROM person p LEFT JOIN needs ON needs.id = p.id LEFT JOIN open_to ON open_to.id = p.id
GROUP BY 1, 2, 3, 4
"""
_SUPPLY = """
SELECT s.kecamatan_id, s.activity_id,
       count(*) FILTER (WHERE s.starts_at > %(now)s AND s.state = 'published'),
       coalesce(sum(s.capacity) FILTER (WHERE s.starts_at > %(now)s AND s.state = 'published'), 0),
       coalesce(sum(s.capacity) FILTER (WHERE s.starts_at <= %(now)s), 0),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY s.capacity)
FROM trainings_trainingsession s
WHERE s.state IN ('published', 'held') AND s.head_id IS NULL AND s.kecamatan_id = ANY(%(areas)s)
  AND s.starts_at > %(pace_begins)s AND s.starts_at < %(year_ends)s
GROUP BY 1, 2
"""
_SHOW_UP = """
WITH came AS (
    SELECT s.id, s.kecamatan_id, count(*) AS seated,
           count(*) FILTER (WHERE EXISTS (
               SELECT 1 FROM trainings_attendancescan scan
               WHERE scan.session_id = s.id AND scan.participant_id = b.participant_id
                 AND scan.result = 'accepted' AND NOT EXISTS (
                     SELECT 1 FROM trainings_attendancescan later
                     WHERE later.session_id = s.id AND later.participant_id = b.participant_id
                       AND later.result = 'undone' AND later.id > scan.id))) AS present
    FROM trainings_trainingsession s JOIN trainings_booking b ON b.session_id = s.id
    WHERE s.state = 'held' AND s.kecamatan_id = ANY(%(areas)s)
      AND s.starts_at > %(history_begins)s AND s.starts_at <= %(now)s
      AND b.state IN ('invited', 'confirmed')
    GROUP BY s.id, s.kecamatan_id
)
SELECT kecamatan_id, count(*), sum(seated), sum(present),
       percentile_cont(0.1) WITHIN GROUP (ORDER BY present::float / seated),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY present::float / seated)
FROM came GROUP BY GROUPING SETS ((kecamatan_id), ())
"""


@dataclass(frozen=True)
class ShowUp:
    """Of the people with a seat so many came. ``low`` and ``high``: of nine sessions in ten."""

    rate: float
    low: float
    high: float
    sessions: int
    people: int
    is_assumed: bool = False
    is_of_city: bool = False


@dataclass
class Row:
    """A kecamatan. ``finish``: how many will have finished on 31 December, with those who have already."""

    code: str
    people: int = 0
    finished: int = 0
    not_open: int = 0  # the activities their category may take are fewer than three
    out_of_reach: int = 0
    needs: Counter = field(default_factory=Counter)  # frozenset of missing activities → people
    sessions: int = 0
    seats: dict[str, float] = field(default_factory=dict)  # activity → seats until 31 December at this pace
    more_seats: int = USUAL_SEATS
    show_up: ShowUp = ShowUp(ASSUMED_RATE, ASSUMED_RATE, ASSUMED_RATE, 0, 0, is_assumed=True)
    finish: int = 0
    finish_low: int = 0
    finish_high: int = 0
    rescued: int = 0
    more: dict[str, int] = field(default_factory=dict)  # activity → how many of the four sessions

    @property
    def missing_out(self) -> int:
        """Who will not have finished."""
        return self.people - self.not_open - self.finish


def radar(
    people: QuerySet[Participant],
    *,
    areas: Collection[str],
    activities: Collection[str],
    now: datetime,
) -> list[Row]:
    """One row for each kecamatan of ``areas``. ``people``: who counts there; ``activities``: required."""
    rows = {code: Row(code) for code in areas}
    _count_people(rows, people, now=now)
    _count_seats(rows, activities, now=now)
    rates = show_up_rates(areas, now=now)
    for row in rows.values():
        row.show_up = rates[row.code]
        _forecast(row, activities)
    return list(rows.values())


def _count_people(rows: Mapping[str, Row], people: QuerySet[Participant], *, now: datetime) -> None:
    text = _NEED.replace("{{}}", "{}").replace("{enough}", str(REQUIRED_ACTIVITIES))
    with connection.cursor() as cursor:
        cursor.execute(*asked(people.filter(kecamatan__in=list(rows)), text, now=now))
        for area, missing, can_finish, is_open, count in cursor.fetchall():
            row = rows[area]
            row.people += count
            if not is_open:
                row.not_open += count
            elif not missing:
                row.finished += count
            else:
                row.needs[frozenset(missing)] += count
                row.out_of_reach += 0 if can_finish else count


def _count_seats(rows: Mapping[str, Row], activities: Collection[str], *, now: datetime) -> None:
    """At this pace: as many seats a week as in the last eight weeks, or what is planned if that is more."""
    year = timezone.localtime(now).year
    year_ends = at(date(year + 1, 1, 1), time())
    weeks_left = (year_ends - now) / timedelta(weeks=1)
    values = {
        "now": now,
        "areas": list(rows),
        "pace_begins": now - timedelta(weeks=PACE_WEEKS),
        "year_ends": year_ends,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUPPLY, values)
        for area, activity, sessions, planned, held, usual in cursor.fetchall():
            row = rows[area]
            if activity not in activities:
                continue
            row.sessions += sessions
            row.seats[activity] = max(planned, held * weeks_left / PACE_WEEKS)
            row.more_seats = int(usual)


def show_up_rates(areas: Collection[str], *, now: datetime) -> dict[str, ShowUp]:
    """Of the last twelve months: the kecamatan's own rate, where its history is too short that of all
    ``areas``, and without any history three quarters. One query."""
    values = {"areas": list(areas), "now": now, "history_begins": now - HISTORY}
    found: dict[str | None, ShowUp] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SHOW_UP, values)
        for area, sessions, seated, present, low, high in cursor.fetchall():
            if seated and sessions >= ENOUGH_SESSIONS and seated >= ENOUGH_PEOPLE:
                rate = int(present) / int(seated)
                found[area] = ShowUp(rate, min(low, rate), max(high, rate), sessions, int(seated))
    assumed = ShowUp(ASSUMED_RATE, ASSUMED_RATE, ASSUMED_RATE, 0, 0, is_assumed=True)
    whole = found.get(None)
    common = ShowUp(**{**vars(whole), "is_of_city": True}) if whole else assumed
    return {code: found.get(code, common) for code in areas}


# ---------------------------------------------------------------- the forecast


def _forecast(row: Row, activities: Collection[str]) -> None:
    def finishing(rate: float, more: Mapping[str, int] = {}) -> int:
        places = {a: (row.seats.get(a, 0.0) + more.get(a, 0) * row.more_seats) * rate for a in activities}
        return row.finished + served(row.needs, places)

    rate = row.show_up
    row.finish, row.finish_low, row.finish_high = map(finishing, (rate.rate, rate.low, rate.high))
    best = max(
        (Counter(some) for some in combinations_with_replacement(sorted(activities), MORE_SESSIONS)),
        key=lambda more: finishing(rate.rate, more),
        default=Counter(),
    )
    row.rescued = finishing(rate.rate, best) - row.finish
    row.more = dict(best) if row.rescued else {}


def served(needs: Mapping[frozenset[str], int], places: Mapping[str, float]) -> int:
    """How many people get everything they miss when ``places`` (activity → people who will come) are given as
    well as possible: who misses one activity first, then two, then more.

    Giving to who misses less never costs anybody: exchanging a person for one whose needs are a part of the
    other's leaves as many served. Among those who miss two the best share-out is the dual of a small linear
    programme, with weights 0, 1/2 and 1 (a fractional matching with capacities).
    """
    left = defaultdict(float, places)
    done = 0
    for missing, people in needs.items():
        if len(missing) == 1:
            (activity,) = missing
            count = min(people, floor(left[activity] + 1e-9))
            left[activity] -= count
            done += count
    pairs = {missing: people for missing, people in needs.items() if len(missing) == 2}
    got = _pairs(pairs, left)
    done += got
    if got < sum(pairs.values()):
        return done
    for missing, people in pairs.items():
        for activity in missing:
            left[activity] -= people
    for missing, people in sorted(needs.items(), key=lambda n: (len(n[0]), sorted(n[0]))):
        if len(missing) > 2:
            count = min(people, *(floor(left[activity] + 1e-9) for activity in missing))
            for activity in missing:
                left[activity] -= count
            done += count
    return done


def _pairs(pairs: Mapping[frozenset[str], int], left: Mapping[str, float]) -> int:
    ends = sorted({activity for missing in pairs for activity in missing})
    caps = [floor(left[activity] + 1e-9) for activity in ends]
    edges: list[tuple[int, int, int]] = []
    for missing, people in pairs.items():
        one, other = (ends.index(activity) for activity in sorted(missing))
        edges.append((one, other, people))
    best: float = sum(people for _one, _other, people in edges)
    for weights in product((0.0, 0.5, 1.0), repeat=len(ends)):
        cover = sum(w * cap for w, cap in zip(weights, caps, strict=True))
        rest = sum(max(0.0, 1 - weights[i] - weights[j]) * people for i, j, people in edges)
        best = min(best, cover + rest)
    return floor(best + 1e-9)


def extra_seats(*, capacity: int, room: int, show_up: ShowUp) -> int:
    """How many may be invited beyond the seats, so that as many come as there are seats: seats / rate, the
    rate taken up to the next full five in a hundred. Never more people than the room holds, even if all come.

    None without a history of its own: an assumed rate is no reason.
    """
    if show_up.is_assumed or show_up.rate <= 0:
        return 0
    careful = min(100, -(-round(show_up.rate * 10000) // 500) * 5)
    return max(0, min(room, capacity * 100 // careful) - capacity)


def words_of(more: Mapping[str, int], labels: Mapping[str, Any]) -> str:
    """2 × Activity 2, 2 × Activity 3."""
    return ", ".join(f"{count} × {labels[code]}" for code, count in sorted(more.items()))
