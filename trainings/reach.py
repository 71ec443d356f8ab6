"""How many sessions somebody can still reach this year, for each activity they lack.

One definition for one person, a waiting list and a city; docs/programme.md, "Nearest to failing the year":

a session is reachable when it is published, has not begun, lies in this calendar year (Jakarta), takes the
person's category, is held in the person's kecamatan or in an area the person waits in, does not overlap a
seat the person has for another activity, and has a free seat or the person's own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, QuerySet
from django.utils import timezone

from trainings.models import Activity, AttendanceScan
from trainings.scheduling import at


@dataclass
class Reach:
    """``sessions``: activity that is lacking → sessions still reachable. What is done is not in it."""

    sessions: dict[str, int] = field(default_factory=dict)

    @property
    def fewest(self) -> int:
        """Of the activity that is hardest to reach; 0 when one is out of reach as things are planned."""
        return min(self.sessions.values(), default=0)

    @property
    def total(self) -> int:
        return sum(self.sessions.values())


# The parts that the radar uses too (trainings.radar). {people}, {done} and {required} are querysets.
# A session stands in ``reachable`` once for each way to it: the kecamatan, a line, the own seat.
CTES = """
person AS MATERIALIZED ({people}),
place AS MATERIALIZED (
    SELECT kecamatan_id AS area FROM person
    UNION
    SELECT area_id FROM trainings_waiting
    WHERE left_at IS NULL AND participant_id IN (SELECT id FROM person)
),
coming AS MATERIALIZED (
    SELECT s.id, s.activity_id, s.kecamatan_id, s.city_id, tstzrange(s.starts_at, s.ends_at) AS during,
           s.capacity + s.extra_seats > (
               SELECT count(*) FROM trainings_booking b
               WHERE b.session_id = s.id AND b.state IN ('invited', 'confirmed')
                 AND (b.state = 'confirmed' OR b.answer_by IS NULL OR b.answer_by > %(now)s)
           ) AS has_room
    FROM trainings_trainingsession s
    WHERE s.state = 'published' AND s.head_id IS NULL
      AND (s.kecamatan_id IN (SELECT area FROM place) OR s.city_id IN (SELECT area FROM place))
      AND s.starts_at > %(now)s AND s.starts_at < %(year_ends)s
),
done AS MATERIALIZED ({done}),
lack AS MATERIALIZED (
    SELECT p.id, p.kecamatan_id, a.code AS activity_id
    FROM person p JOIN ({required}) a ON NOT p.category = ANY(a.closed_to)
    WHERE NOT EXISTS (SELECT 1 FROM done d WHERE d.participant_id = p.id AND d.activity_id = a.code)
),
seat AS MATERIALIZED (
    SELECT b.participant_id, s.activity_id, s.id AS session_id, s.head_id, b.during
    FROM trainings_booking b JOIN trainings_trainingsession s ON s.id = b.session_id
    WHERE b.state IN ('invited', 'confirmed') AND b.participant_id IN (SELECT id FROM person)
      AND s.state = 'published' AND s.starts_at > %(now)s AND s.starts_at < %(year_ends)s
),
chance AS (
    SELECT l.id, l.activity_id, c.id AS session_id, c.during
    FROM lack l JOIN coming c
      ON c.activity_id = l.activity_id AND c.kecamatan_id = l.kecamatan_id AND c.has_room
    UNION ALL
    SELECT l.id, l.activity_id, c.id, c.during
    FROM lack l
    JOIN trainings_waiting w
      ON w.participant_id = l.id AND w.activity_id = l.activity_id AND w.left_at IS NULL
    JOIN coming c
      ON c.activity_id = l.activity_id AND c.has_room AND w.area_id IN (c.kecamatan_id, c.city_id)
    UNION ALL
    SELECT l.id, l.activity_id, seat.session_id, seat.during
    FROM lack l
    JOIN seat ON seat.participant_id = l.id AND seat.activity_id = l.activity_id AND seat.head_id IS NULL
),
reachable AS (
    SELECT chance.id, chance.activity_id, chance.session_id
    FROM chance
    WHERE NOT EXISTS (
        SELECT 1 FROM seat
        WHERE seat.participant_id = chance.id AND seat.activity_id <> chance.activity_id
          AND seat.during && chance.during)
)
"""
_COUNTED = """
WITH {ctes},
counted AS (SELECT id, activity_id, count(DISTINCT session_id) AS n FROM reachable GROUP BY 1, 2)
SELECT l.id, l.activity_id, coalesce(c.n, 0)
FROM lack l LEFT JOIN counted c ON c.id = l.id AND c.activity_id = l.activity_id
"""


def reach_of(people: QuerySet, *, now: datetime) -> dict[int, Reach]:
    """The reach of each of ``people`` (a queryset of participants) in the present year. One query.

    Who lacks nothing has an empty Reach; ask with ``.get(pk, Reach())``.
    """
    try:
        sql, values = asked(people, _COUNTED, now=now)
    except EmptyResultSet:  # nobody was asked about
        return {}
    found: dict[int, Reach] = defaultdict(Reach)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for person, activity, count in cursor.fetchall():
            found[person].sessions[activity] = count
    return dict(found)


def asked(people: QuerySet, text: str, *, now: datetime) -> tuple[str, dict[str, Any]]:
    """``text`` with the common parts and ``people`` in it, and its values."""
    year = timezone.localtime(now).year
    chosen = people.order_by()
    done = AttendanceScan.objects.counted().of_year(year).filter(participant__in=chosen.values("pk"))
    values: dict[str, Any] = {
        "now": now,
        "year_begins": at(date(year, 1, 1), time()),
        "year_ends": at(date(year + 1, 1, 1), time()),
    }
    parts = {
        "people": _inside(chosen.values("id", "kecamatan_id", "city_id", "category"), values),
        "done": _inside(
            done.order_by().distinct().values("participant_id", activity_id=F("session__activity_id")),
            values,
        ),
        "required": _inside(
            Activity.objects.required().taught_in(year).order_by().values("code", "closed_to"), values
        ),
    }
    for name, sql in {"ctes": CTES, **parts}.items():
        text = text.replace(f"{{{name}}}", sql)
    return text, values


def _inside(queryset: QuerySet, values: dict[str, Any]) -> str:
    """The queryset's SQL with names for its values, which are added to ``values``."""
    sql, params = queryset.query.sql_with_params()
    names = [f"p{len(values) + n}" for n in range(len(params))]
    values.update(zip(names, params, strict=True))
    return sql % tuple(f"%({name})s" for name in names)
