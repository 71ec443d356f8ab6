from datetime import date, datetime, time, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from trainings.enums import BookingState, HolidayKind, HolidayOrigin, ScanMethod, ScanResult, SessionState
from trainings.models import (
    Activity,
    AttendanceScan,
    Booking,
    Holiday,
    Phase,
    PhaseKecamatan,
    RamadanPeriod,
    Trainer,
    TrainingSession,
    Venue,
    Waiting,
)


class VenueFactory(DjangoModelFactory):
    class Meta:
        model = Venue

    name = factory.Sequence(lambda n: f"Aula {n}")
    kecamatan_id = "31.73.07"
    city_id = factory.LazyAttribute(lambda v: v.kecamatan_id[:5])
    capacity = 100


class TrainerFactory(DjangoModelFactory):
    class Meta:
        model = Trainer

    name = factory.Sequence(lambda n: f"Pelatih {n}")
    city_id = "31.73"


def day_at(days: int, hour: int) -> datetime:
    """That hour in Jakarta, so many days from today."""
    return timezone.localtime().replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=days)


def tomorrow_at(hour: int) -> datetime:
    return day_at(1, hour)


class SessionFactory(DjangoModelFactory):
    """A published session in Palmerah tomorrow, 09.00-12.00. ``activity`` may be given by its code."""

    class Meta:
        model = TrainingSession

    class Params:
        activity_code = "dasar"

    activity = factory.LazyAttribute(lambda s: Activity.objects.get(code=s.activity_code))
    venue = factory.SubFactory(VenueFactory, kecamatan_id=factory.SelfAttribute("..kecamatan_id"))
    trainer = factory.SubFactory(TrainerFactory)
    kecamatan_id = "31.73.07"
    city_id = factory.LazyAttribute(lambda s: s.kecamatan_id[:5])
    starts_at = factory.LazyFunction(lambda: tomorrow_at(9))
    ends_at = factory.LazyAttribute(lambda s: s.starts_at + timedelta(hours=3))
    capacity = 100
    state = SessionState.PUBLISHED
    published_at = factory.LazyAttribute(
        lambda s: None if s.state == SessionState.DRAFT else timezone.now() - timedelta(days=7)
    )
    held_at = factory.LazyAttribute(lambda s: s.ends_at if s.state == SessionState.HELD else None)
    cancelled_at = factory.LazyAttribute(
        lambda s: timezone.now() if s.state == SessionState.CANCELLED else None
    )


def class_of(count, *, starts_at=None, required=None, **fields):
    """The days of a class, one after the other, in one room with one trainer."""
    starts_at = starts_at or tomorrow_at(9)
    shared = {"day_count": count, "required_days": required or count}
    head = SessionFactory(starts_at=starts_at, **shared, **fields)
    fields |= {"venue": head.venue, "trainer": head.trainer, "activity": head.activity}
    return [head] + [
        SessionFactory(
            head=head, day_number=n + 1, starts_at=starts_at + timedelta(days=n), **shared, **fields
        )
        for n in range(1, count)
    ]


class BookingFactory(DjangoModelFactory):
    class Meta:
        model = Booking

    session = factory.SubFactory(SessionFactory)
    participant = factory.SubFactory("tests.factories.participants.ParticipantFactory")
    state = BookingState.INVITED
    queue_number = factory.Sequence(lambda n: n + 1)
    during = factory.LazyAttribute(lambda b: (b.session.starts_at, b.session.ends_at))
    booked_at = factory.LazyFunction(timezone.now)


class WaitingFactory(DjangoModelFactory):
    """Somebody of Palmerah who has waited for the first activity there for five days."""

    class Meta:
        model = Waiting

    participant = factory.SubFactory("tests.factories.participants.ParticipantFactory")
    activity_id = "dasar"
    area_id = "31.73.07"
    since = factory.LazyFunction(lambda: timezone.now() - timedelta(days=5))


class ScanFactory(DjangoModelFactory):
    """Somebody recorded as present; the booking is not made by it."""

    class Meta:
        model = AttendanceScan

    session = factory.SubFactory(SessionFactory)
    participant = factory.SubFactory("tests.factories.participants.ParticipantFactory")
    method = ScanMethod.LIST
    result = ScanResult.ACCEPTED
    device_at = factory.LazyAttribute(lambda s: s.session.starts_at)


def completed(
    participant, *, year: int = 2018, codes=("dasar", "kemasan-pemasaran", "izin-keuangan"), month: int = 3
):
    """Three held sessions of the year in which the participant was present, the first in ``month``."""
    sessions = []
    for n, code in enumerate(codes):
        starts_at = timezone.make_aware(datetime(year, month + n, 14, 9))
        session = SessionFactory(activity_code=code, starts_at=starts_at, state=SessionState.HELD)
        BookingFactory(session=session, participant=participant, state=BookingState.CONFIRMED)
        ScanFactory(session=session, participant=participant)
        sessions.append(session)
    return sessions


class HolidayFactory(DjangoModelFactory):
    """A day off from the official list, of a past year so that no test meets it by chance."""

    class Meta:
        model = Holiday

    day = factory.Sequence(lambda n: date(2001, 1, 1) + timedelta(days=n))
    name = factory.Sequence(lambda n: f"Hari libur {n}")
    kind = HolidayKind.NATIONAL
    source = "SKB 3 Menteri"
    origin = HolidayOrigin.SEEDED


class RamadanFactory(DjangoModelFactory):
    class Meta:
        model = RamadanPeriod

    first_day = factory.Sequence(lambda n: date(1990, 1, 1) + timedelta(days=354 * n))
    last_day = factory.LazyAttribute(lambda p: p.first_day + timedelta(days=28))
    opens = time(8)
    closes = time(15)
    friday_closes = time(15, 30)
    source = "SE Gubernur"


class PhaseFactory(DjangoModelFactory):
    """Two kecamatan of West Jakarta x two groups x three activities, on weekdays of next spring."""

    class Meta:
        model = Phase
        skip_postgeneration_save = True

    city_id = "31.73"
    year = factory.LazyFunction(lambda: timezone.localdate().year + 1)
    name = factory.Sequence(lambda n: f"Tahap {n}")
    starts_on = factory.LazyAttribute(lambda p: date(p.year, 4, 1))
    ends_on = factory.LazyAttribute(lambda p: date(p.year, 5, 31))

    @factory.post_generation
    def kecamatan(self, create, codes, **kwargs):
        for code in codes or ("31.73.07", "31.73.08"):
            PhaseKecamatan.objects.create(phase=self, kecamatan_id=code, quota=200, groups=2)
            self.venues.add(VenueFactory(kecamatan_id=code))
        self.activities.set(Activity.objects.required())
        self.trainers.set([TrainerFactory(city_id=self.city_id) for _ in range(2)])
