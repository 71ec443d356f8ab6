from datetime import datetime, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from trainings.enums import BookingState, SessionState
from trainings.models import Activity, Booking, Trainer, TrainingSession, Venue


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


def tomorrow_at(hour: int) -> datetime:
    return timezone.localtime().replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=1)


class SessionFactory(DjangoModelFactory):
    """A published session in Palmerah tomorrow, 09.00-12.00."""

    class Meta:
        model = TrainingSession

    activity = factory.LazyFunction(lambda: Activity.objects.get(code="dasar"))
    venue = factory.SubFactory(VenueFactory)
    trainer = factory.SubFactory(TrainerFactory)
    kecamatan_id = "31.73.07"
    city_id = factory.LazyAttribute(lambda s: s.kecamatan_id[:5])
    starts_at = factory.LazyFunction(lambda: tomorrow_at(9))
    ends_at = factory.LazyAttribute(lambda s: s.starts_at + timedelta(hours=3))
    capacity = 100
    state = SessionState.PUBLISHED
    published_at = factory.LazyFunction(timezone.now)


class BookingFactory(DjangoModelFactory):
    class Meta:
        model = Booking

    session = factory.SubFactory(SessionFactory)
    participant = factory.SubFactory("tests.factories.participants.ParticipantFactory")
    state = BookingState.INVITED
    queue_number = factory.Sequence(lambda n: n + 1)
    during = factory.LazyAttribute(lambda b: (b.session.starts_at, b.session.ends_at))
    booked_at = factory.LazyFunction(timezone.now)
