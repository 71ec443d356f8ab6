"""People with seats in tomorrow's sessions, made in sets, for drills and figures of the reminders."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.db.models import F
from django.utils import timezone

from okoce.notifications.bulk import key_of, queue_from
from okoce.regions.models import Region
from participants.models import Participant
from participants.numbering import PREFIXES
from tests.benchmarks import people
from tests.factories.trainings import tomorrow_at
from trainings import messages
from trainings.enums import SessionState
from trainings.models import Activity, Booking, TrainingSession, Venue

A_SESSION = 100  # seats
_SEATS = """
    INSERT INTO trainings_booking (session_id, participant_id, state, queue_number, during, booked_at,
        decline_reason)
    SELECT (%s::bigint[])[(id - 1) / %s + 1], id, 'confirmed', (id - 1) %% %s + 1,
        tstzrange(%s, %s), now(), ''
    FROM participants_participant WHERE id BETWEEN %s AND %s
"""
AT_ONCE = 10_000  # the triggers of one statement cost more with every row before


def make(count: int) -> None:
    """``count`` people with a phone each (ids from 1), seats for all of them tomorrow at nine."""
    sessions = _sessions(-(-count // A_SESSION))
    kelurahan = list(Region.objects.filter(level=4).order_by("pk").values_list("pk", flat=True))
    rows = people.rows(kelurahan, count, PREFIXES, all_have_phones=True)
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY participants_participant ({people.PARTICIPANTS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            "SELECT count(nextval('participants_participant_id_seq')) FROM generate_series(1, %s)", [count]
        )
        ids, first = [s.pk for s in sessions], sessions[0]
        for person in range(1, count + 1, AT_ONCE):
            values = [ids, A_SESSION, A_SESSION, first.starts_at, first.ends_at, person, person + AT_ONCE - 1]
            cursor.execute(_SEATS, values)
    assert Participant.objects.count() == Booking.objects.count() == count


def _sessions(count: int) -> list[TrainingSession]:
    place = {"kecamatan_id": "31.73.07", "city_id": "31.73"}
    venues = Venue.objects.bulk_create(
        Venue(name=f"Aula {n}", capacity=A_SESSION, **place) for n in range(count)
    )
    starts_at = tomorrow_at(9)
    return TrainingSession.objects.bulk_create(
        TrainingSession(
            activity=Activity.objects.get(code="dasar"), venue=venue, capacity=A_SESSION,
            starts_at=starts_at, ends_at=starts_at + timedelta(hours=3), state=SessionState.PUBLISHED,
            published_at=timezone.now(), **place,
        )
        for venue in venues
    )  # fmt: skip


def remind(first: int | None = None, *, occasion: str = "reminder-1d") -> int:
    """Queue everybody's reminder, or that of so many, by one statement; how many."""
    seats = Booking.objects.seated().filter(session__state=SessionState.PUBLISHED)
    return queue_from(
        seats.filter(participant_id__lte=first) if first else seats,
        kind=messages.REMINDER,
        key=key_of("session:", F("session_id"), ":participant:", F("participant_id"), f":{occasion}"),
        participant_id=F("participant_id"),
        cause=(messages.CAUSE, F("session_id")),
        city=F("session__city_id"),
        kecamatan=F("session__kecamatan_id"),
        expires_at=F("session__starts_at"),
    )
