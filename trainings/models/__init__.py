from trainings.models.attendance import AttendanceScan
from trainings.models.booking import Booking
from trainings.models.calendar import Holiday, RamadanPeriod
from trainings.models.certificate import (
    Certificate,
    CertificateEdition,
    CertificateSeries,
    NameConfirmation,
)
from trainings.models.curriculum import Activity
from trainings.models.feed import CalendarFeed
from trainings.models.session import Trainer, TrainingSession, Venue

__all__ = [
    "Activity",
    "AttendanceScan",
    "Booking",
    "CalendarFeed",
    "Certificate",
    "CertificateEdition",
    "CertificateSeries",
    "Holiday",
    "NameConfirmation",
    "RamadanPeriod",
    "Trainer",
    "TrainingSession",
    "Venue",
]
