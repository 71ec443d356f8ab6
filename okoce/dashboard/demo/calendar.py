"""What an office of West Jakarta keeps beside its sessions: rooms with hours, absences, a class, a release.

Told through the services of the pages. Runs after the sessions of trainings.py stand.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from django.utils import timezone

from okoce.accounts.models import User
from okoce.dashboard.demo.accounts import CITY, KEMBANGAN, PALMERAH
from okoce.regions.models import Region
from trainings import scheduling, services
from trainings.enums import SessionState, VenueKind
from trainings.models import Activity, Trainer, TrainingSession, Venue
from trainings.refusals import Refused
from trainings.services import curriculum, releases, resources, shares
from trainings.services.sessions import SessionPlan, plan_of

OFFICE_HOURS = {n: (time(7, 30), time(17)) for n in range(5)}
EQUIPMENT = ("Proyektor", "Pengeras suara", "Kompor gas")


def tell_calendar(users: dict[str, User], today: date) -> None:
    province, officer = users["provinsi"], users["sudin.jakbar"]
    _curriculum(province)
    _rooms(officer, today)
    _trainers(officer, today)
    _class_of_several_days(officer, today)
    _changes(officer)


def _curriculum(by: User) -> None:
    """What Sudin gave in 2024 beside the three: a class of four days, equipment afterwards, once."""
    curriculum.keep_activity(
        entry=curriculum.ActivityEntry(
            code="memasak",
            name_id="Memasak untuk usaha",
            name_en="Cooking for a business",
            area_id=CITY,
            days=4,
            required_days=3,
            conditions={"permit": (), "no_equipment": (), "not_similar": ("memasak",)},
        ),
        by=by,
    )


def _rooms(by: User, today: date) -> None:
    for area in (PALMERAH, KEMBANGAN):
        for room in Venue.objects.filter(kecamatan=area):
            is_hall = room.name.startswith("Aula")
            resources.keep_venue(
                venue_id=room.pk,
                entry=resources.VenueEntry(
                    name=room.name,
                    kind=VenueKind.OFFICE if is_hall else VenueKind.RPTRA,
                    kecamatan_id=area,
                    capacity=room.capacity,
                    address=room.address,
                    equipment=EQUIPMENT if is_hall else EQUIPMENT[:1],
                    hours=OFFICE_HOURS if is_hall else {},
                ),
                by=by,
            )
    first = _room_in_need(today)
    if first is not None:
        venue, day = first
        resources.close_venue(
            venue_id=venue.pk, first=day, last=day + timedelta(days=1), reason="perbaikan atap", by=by
        )


def _room_in_need(today: date) -> tuple[Venue, date] | None:
    """The hall of the last session planned in Kembangan: its closing shows what stands there."""
    last = (
        TrainingSession.objects.filter(kecamatan=KEMBANGAN, state=SessionState.PUBLISHED)
        .upcoming()
        .select_related("venue")
        .order_by("-starts_at")
        .first()
    )
    return (last.venue, scheduling.day_of(last.starts_at)) if last else None


def _trainers(by: User, today: date) -> None:
    """Each lives where they usually teach; one is away, and one may teach everything."""
    for n, trainer in enumerate(Trainer.objects.filter(city=CITY).order_by("pk")):
        usual = trainer.sessions.order_by("starts_at").values_list("kecamatan", flat=True).first()
        subjects = tuple(Activity.objects.required().values_list("pk", flat=True))
        resources.keep_trainer(
            trainer_id=trainer.pk,
            entry=resources.TrainerEntry(
                name=trainer.name,
                city_id=CITY,
                home_id=usual,
                subjects=subjects if n != 1 else (),
                weekdays=tuple(range(6)),
                per_day=2,
                per_week=6,
                user_id=trainer.user_id,
            ),
            by=by,
        )
    away = Trainer.objects.filter(city=CITY, name="Teguh Prasetyo").first()
    if away is not None:
        first = today + timedelta(days=30)
        resources.set_absence(trainer_id=away.pk, first=first, last=first + timedelta(days=4), by=by)


def _class_of_several_days(by: User, today: date) -> None:
    """Four mornings of cooking in the RPTRA of Palmerah, with seats kept for each kelurahan."""
    room = Venue.objects.filter(kecamatan=PALMERAH, kind=VenueKind.RPTRA).first()
    if room is None:
        return
    monday = today + timedelta(days=28 - today.weekday())
    days = [
        (scheduling.at(day, time(8, 30)), scheduling.at(day, time(12)))
        for day in (monday + timedelta(days=n) for n in range(4))
    ]
    plan = SessionPlan(
        activity=Activity.objects.get(code="memasak"),
        kecamatan_id=PALMERAH,
        venue=room,
        trainer=None,
        starts_at=days[0][0],
        ends_at=days[0][1],
        capacity=40,
        later_days=tuple(days[1:]),
        required_days=3,
        reason="Jadwal dapur bersama RPTRA",
    )
    try:
        session = services.create_session(plan=plan, by=by)
    except Refused:  # a holiday of that week took the room already: the story does without the class
        return
    kelurahan = Region.objects.kelurahan(kecamatan=PALMERAH).values_list("code", flat=True)
    shares.keep_quotas(limits={("kelurahan", code): 8 for code in kelurahan}, session=session, by=by)
    services.publish(session_id=session.pk, by=by, note="Jadwal dapur bersama RPTRA")


def _changes(by: User) -> None:
    """One change that people know of, and one that waits to be released."""
    coming = list(
        TrainingSession.objects.filter(city=CITY, state=SessionState.PUBLISHED)
        .exclude(kecamatan__in=[PALMERAH, KEMBANGAN])
        .first_days()
        .upcoming(now=timezone.now() + timedelta(days=5))
        .with_places()
        .order_by("-starts_at")[:2]
    )
    for session in coming:
        later = timedelta(minutes=30)
        plan = plan_of(session)
        plan = replace(plan, starts_at=plan.starts_at + later, ends_at=plan.ends_at + later)
        try:
            services.change_session(session_id=session.pk, plan=plan, by=by)
        except Refused:
            continue
        if session is coming[0]:
            releases.release(sessions=[session.pk], by=by)
