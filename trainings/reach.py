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

from django.db import connection
from django.utils import timezone

from trainings.scheduling import at

COUNTED = 0  # reach of an activity for which no session is left


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


# The parts that the radar uses too (trainings.radar). {people} selects id, kecamatan_id, city_id, category.
CTES = """
person AS MATERIALIZED ({people}),
coming AS MATERIALIZED (
    SELECT s.id, s.activity_id, s.kecamatan_id, s.city_id, tstzrange(s.starts_at, s.ends_at) AS during,
           s.capacity + s.extra_seats > (
               SELECT count(*) FROM trainings_booking b
               WHERE b.session_id = s.id AND b.state IN ('invited', 'confirmed')
                 AND (b.state = 'confirmed' OR b.answer_by IS NULL OR b.answer_by > %(now)s)
           ) AS has_room
    FROM trainings_trainingsession s
    WHERE s.state = 'published' AND s.starts_at > %(now)s AND s.starts_at < %(year_ends)s
),
done AS MATERIALIZED (
    SELECT DISTINCT scan.participant_id, s.activity_id
    FROM trainings_attendancescan scan JOIN trainings_trainingsession s ON s.id = scan.session_id
    WHERE scan.result = 'accepted' AND s.state <> 'cancelled'
      AND s.starts_at >= %(year_begins)s AND s.starts_at < %(year_ends)s
      AND scan.participant_id IN (SELECT id FROM person)
      AND NOT EXISTS (
          SELECT 1 FROM trainings_attendancescan later
          WHERE later.session_id = scan.session_id AND later.participant_id = scan.participant_id
            AND later.result = 'undone' AND later.id > scan.id)
),
lack AS MATERIALIZED (
    SELECT p.id, p.kecamatan_id, a.code AS activity_id
    FROM person p JOIN trainings_activity a ON a.is_required AND NOT p.category = ANY(a.closed_to)
    WHERE NOT EXISTS (SELECT 1 FROM done d WHERE d.participant_id = p.id AND d.activity_id = a.code)
),
seat AS MATERIALIZED (
    SELECT b.participant_id, c.activity_id, c.id AS session_id, b.during
    FROM trainings_booking b JOIN coming c ON c.id = b.session_id
    WHERE b.state IN ('invited', 'confirmed') AND b.participant_id IN (SELECT id FROM person)
)
"""
_CHANCES = """
WITH {ctes},
chance AS (
    SELECT l.id, l.activity_id, c.id AS session_id, c.during
    FROM lack l JOIN coming c
      ON c.activity_id = l.activity_id AND c.kecamatan_id = l.kecamatan_id AND c.has_room
    UNION
    SELECT l.id, l.activity_id, c.id, c.during
    FROM lack l
    JOIN trainings_waiting w
      ON w.participant_id = l.id AND w.activity_id = l.activity_id AND w.left_at IS NULL
    JOIN coming c
      ON c.activity_id = l.activity_id AND c.has_room AND w.area_id IN (c.kecamatan_id, c.city_id)
    UNION
    SELECT l.id, l.activity_id, seat.session_id, seat.during
    FROM lack l JOIN seat ON seat.participant_id = l.id AND seat.activity_id = l.activity_id
),
reachable AS (
    SELECT chance.id, chance.activity_id, count(*) AS n
    FROM chance
    WHERE NOT EXISTS (
        SELECT 1 FROM seat
        WHERE seat.participant_id = chance.id AND seat.activity_id <> chance.activity_id
          AND seat.during && chance.during)
    GROUP BY 1, 2
)
SELECT l.id, l.activity_id, coalesce(r.n, 0)
FROM lack l LEFT JOIN reachable r ON r.id = l.id AND r.activity_id = l.activity_id
"""


def reach_of(people: Any, *, now: datetime) -> dict[int, Reach]:
    """The reach of each of ``people`` (a queryset of participants) in the present year. One query.

    Who lacks nothing has an empty Reach; ask with ``.get(pk, Reach())``.
    """
    sql, values = asked(people, _CHANCES, now=now)
    found: dict[int, Reach] = defaultdict(Reach)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for person, activity, count in cursor.fetchall():
            found[person].sessions[activity] = count
    return dict(found)


def asked(people: Any, text: str, *, now: datetime) -> tuple[str, dict[str, Any]]:
    """``text`` with the common parts and ``people`` in it, and its values."""
    chosen = people.order_by().values("id", "kecamatan_id", "city_id", "category")
    sql, params = chosen.query.sql_with_params()
    names = {f"p{n}": value for n, value in enumerate(params)}
    inner = sql % tuple(f"%({name})s" for name in names) if params else sql.replace("%", "%%")
    year = timezone.localtime(now).year
    values = names | {
        "now": now,
        "year_begins": at(date(year, 1, 1), time()),
        "year_ends": at(date(year + 1, 1, 1), time()),
    }
    return text.replace("{ctes}", CTES.replace("{people}", inner)), values
