"""Real records for tests. Nobody here is real: NIK serials are 9001-9999, phone numbers contain 0000."""

from tests.factories.accounts import UserFactory, member
from tests.factories.participants import ParticipantFactory
from tests.factories.trainings import (
    BookingFactory,
    ScanFactory,
    SessionFactory,
    TrainerFactory,
    VenueFactory,
    WaitingFactory,
)

__all__ = [
    "BookingFactory",
    "ParticipantFactory",
    "ScanFactory",
    "SessionFactory",
    "TrainerFactory",
    "UserFactory",
    "VenueFactory",
    "WaitingFactory",
    "member",
]
