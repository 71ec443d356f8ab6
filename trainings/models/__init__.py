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
from trainings.models.phase import Phase, PhaseKecamatan, PlanRun
from trainings.models.resources import TrainerAbsence, VenueClosure, VenueHours
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
    "Phase",
    "PhaseKecamatan",
    "PlanRun",
    "RamadanPeriod",
    "Trainer",
    "TrainerAbsence",
    "TrainingSession",
    "Venue",
    "VenueClosure",
    "VenueHours",
]
