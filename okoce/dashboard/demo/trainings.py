"""Sessions of West Jakarta around today: held, today, tomorrow and to come, with the people who came.

Groups of 100 keep together; four kecamatan meet on one day, the other four on the next.
Written in bulk: what is past was not entered by the minute.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from django.db import connection
from django.utils import timezone

from okoce.accounts.models import User
from okoce.dashboard.demo.accounts import CITY, KEMBANGAN, PALMERAH
from okoce.regions.models import Region
from participants.enums import Step
from participants.models import Participant, StepReached
from trainings.enums import BookingState, ScanMethod, ScanResult, SessionState, VenueKind
from trainings.models import Activity, AttendanceScan, Booking, Trainer, TrainingSession, Venue

GROUP = 100
SHOW_UP = 0.86
TRAINERS = (
    "Maya Anggraini",
    "Rudi Hartono Saputra",
    "Sri Wahyuni",
    "Andri Gunawan",
    "Lilik Handayani",
    "Zulkifli Tanjung",
    "Neneng Kurniasih",
    "Teguh Prasetyo",
)
# Round of past sessions: which activity, which group; the earliest first.
PAST_ROUNDS = [*((1, g) for g in range(1, 8)), *((2, g) for g in range(1, 6)), *((3, g) for g in range(1, 3))]


@dataclass
class Stage:
    """What the story is told on."""

    today: date
    kecamatan: list[Region]
    activities: list[Activity]
    venues: dict[str, list[Venue]]
    trainers: list[Trainer]
    officer: User


def build_stage(users: dict[str, User], today: date) -> Stage:
    kecamatan = list(Region.objects.kecamatan(city=CITY))
    venues: dict[str, list[Venue]] = {}
    for area in kecamatan:
        for name, capacity in ((f"Aula Kantor Kecamatan {area.name}", 100), (f"RPTRA {area.name}", 60)):
            venue, _created = Venue.objects.get_or_create(
                kecamatan=area,
                name=name,
                defaults={
                    "city_id": CITY,
                    "capacity": capacity,
                    "kind": VenueKind.OFFICE if name.startswith("Aula") else VenueKind.RPTRA,
                },
            )
            venues.setdefault(area.code, []).append(venue)
    own = {"Maya Anggraini": users["pelatih.palmerah"], "Rudi Hartono Saputra": None}
    trainers = [
        Trainer.objects.get_or_create(name=name, city_id=CITY, defaults={"user": own.get(name)})[0]
        for name in TRAINERS
    ]
    dian = users["camat.kembangan"]
    Trainer.objects.get_or_create(user=dian, defaults={"name": dian.full_name, "city_id": CITY})
    return Stage(today, kecamatan, list(Activity.objects.required()), venues, trainers, users["sudin.jakbar"])


def tell_trainings(stage: Stage) -> None:
    """Past, present and coming sessions with their people."""
    people = _people_by_kecamatan(stage)
    past = _past_sessions(stage)
    coming = _coming_sessions(stage)
    TrainingSession.objects.bulk_create([session for session, _group in past + coming])
    _book(past, people, stage)
    _book(coming, people, stage)
    _record_attendance(past, stage)
    _reach_training_step(stage)


def _people_by_kecamatan(stage: Stage) -> dict[str, list[int]]:
    people: dict[str, list[int]] = {area.code: [] for area in stage.kecamatan}
    for pk, area in Participant.objects.in_programme().order_by("number").values_list("pk", "kecamatan_id"):
        people.setdefault(area, []).append(pk)
    return people


def _workdays_before(day: date) -> Iterable[date]:
    while True:
        day -= timedelta(days=1)
        if day.weekday() < 5:
            yield day


def _workdays_after(day: date) -> Iterable[date]:
    while True:
        day += timedelta(days=1)
        if day.weekday() < 5:
            yield day


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def _session(
    stage: Stage, place: int, activity: int, day: date, state: SessionState, *, venue: int = 0, hour: int = 9
) -> TrainingSession:
    area = stage.kecamatan[place]
    room = stage.venues[area.code][venue]
    # One trainer a kecamatan: four kecamatan a day never need the same person at one time.
    trainer = stage.trainers[_trainer_of(area.code, place)]
    return TrainingSession(
        activity=stage.activities[activity - 1],
        kecamatan=area,
        city_id=CITY,
        venue=room,
        trainer=trainer,
        starts_at=_at(day, hour),
        ends_at=_at(day, hour + 3),
        capacity=min(GROUP, room.capacity),
        state=state,
        published_at=None if state == SessionState.DRAFT else _at(day - timedelta(days=10), 10),
        held_at=_at(day, hour + 3, 20) if state == SessionState.HELD else None,
        created_by=stage.officer,
    )


def _trainer_of(kecamatan: str, place: int) -> int:
    """Palmerah's trainer is the one who has an account."""
    return {PALMERAH: 0, "31.73.01": 6}.get(kecamatan, place)


def _past_sessions(stage: Stage) -> list[tuple[TrainingSession, int]]:
    days = list(islice(_workdays_before(stage.today), 2 * len(PAST_ROUNDS)))[::-1]
    sessions = []
    for number, (activity, group) in enumerate(PAST_ROUNDS):
        for place in range(len(stage.kecamatan)):
            day = days[2 * number + place % 2]
            sessions.append((_session(stage, place, activity, day, SessionState.HELD), group))
    return sessions


def _coming_sessions(stage: Stage) -> list[tuple[TrainingSession, int]]:
    """Today for half of the kecamatan (Palmerah among them), tomorrow for the others, then twice a week."""
    places = {area.code: place for place, area in enumerate(stage.kecamatan)}
    palmerah, kembangan = places[PALMERAH], places[KEMBANGAN]
    sessions = []
    tomorrow = stage.today + timedelta(days=1)
    for place in range(len(stage.kecamatan)):
        day = stage.today if place % 2 == palmerah % 2 else tomorrow
        sessions.append((_session(stage, place, 3, day, SessionState.PUBLISHED), 3))
    sessions.append((_session(stage, palmerah, 2, tomorrow, SessionState.PUBLISHED), 6))
    later = list(islice(_workdays_after(tomorrow), 12))
    for number, (activity, group) in enumerate(((2, 7), (3, 4), (3, 5))):
        for place in range(len(stage.kecamatan)):
            if (place, activity, group) == (palmerah, 2, 7):
                continue  # the office will make this one itself: 100 people lack it
            day = later[3 * number + place % 2 + 1]
            state = SessionState.PUBLISHED if number < 2 else SessionState.DRAFT
            sessions.append((_session(stage, place, activity, day, state), group))
    sessions.append((_session(stage, kembangan, 1, later[1], SessionState.DRAFT, venue=1, hour=13), 9))
    return sessions


def _book(sessions: list[tuple[TrainingSession, int]], people: dict[str, list[int]], stage: Stage) -> None:
    bookings = []
    for session, group in sessions:
        if session.state == SessionState.DRAFT:
            continue
        members = people[session.kecamatan_id][GROUP * (group - 1) : GROUP * group]
        for number, pk in enumerate(members[: session.capacity - _seats_left(session, stage)], 1):
            confirmed = session.state == SessionState.HELD or number % 3 == 0
            bookings.append(
                Booking(
                    session=session,
                    participant_id=pk,
                    state=BookingState.CONFIRMED if confirmed else BookingState.INVITED,
                    queue_number=number,
                    during=(session.starts_at, session.ends_at),
                    booked_at=session.published_at,
                    booked_by=stage.officer,
                )
            )
    Booking.objects.bulk_create(bookings, batch_size=2000)


def _seats_left(session: TrainingSession, stage: Stage) -> int:
    """Held sessions and Palmerah's next ones were full; the others have some or many seats left."""
    if session.state == SessionState.HELD:
        return 0
    if session.starts_at >= _at(stage.today + timedelta(days=2), 0):
        return 38
    place = int(session.kecamatan_id[-2:])
    return 0 if session.kecamatan_id == PALMERAH else (38, 7, 0)[place % 3]


def _record_attendance(sessions: list[tuple[TrainingSession, int]], stage: Stage) -> None:
    chance = random.Random(20180314)  # noqa: S311 invented people
    by_session: dict[int, list[int]] = {}
    held = [session.pk for session, _group in sessions]
    for session_id, person in Booking.objects.filter(session_id__in=held).values_list(
        "session_id", "participant_id"
    ):
        by_session.setdefault(session_id, []).append(person)
    scans = []
    for session, _group in sessions:
        for person in by_session.get(session.pk, []):
            if chance.random() > SHOW_UP:
                continue
            came = session.starts_at + timedelta(minutes=chance.randint(-35, 20))
            scans.append(
                AttendanceScan(
                    session=session,
                    participant_id=person,
                    method=ScanMethod.LIST,
                    result=ScanResult.ACCEPTED,
                    device="demo",
                    device_at=came,
                    recorded_by=stage.officer,
                )
            )
    AttendanceScan.objects.bulk_create(scans, batch_size=2000)


def _reach_training_step(stage: Stage) -> None:
    """P2 for whoever attended three different activities this year, on the day of the third."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT participant_id, max(day) FROM (
                SELECT s.participant_id, t.activity_id,
                       min((t.starts_at AT TIME ZONE 'Asia/Jakarta')::date) AS day
                FROM trainings_attendancescan s JOIN trainings_trainingsession t ON t.id = s.session_id
                WHERE s.result = 'accepted'
                  AND extract(year FROM t.starts_at AT TIME ZONE 'Asia/Jakarta') = %s
                GROUP BY 1, 2
            ) done GROUP BY 1 HAVING count(*) >= 3
            """,
            [stage.today.year],
        )
        reached = cursor.fetchall()
    StepReached.objects.bulk_create(
        [
            StepReached(
                participant_id=person,
                step=Step.P2_TRAINING,
                reached_on=day,
                evidence="trainings",
                actor=stage.officer,
            )
            for person, day in reached
        ],
        ignore_conflicts=True,
        batch_size=2000,
    )
