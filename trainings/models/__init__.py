from trainings.models.attendance import AttendanceScan, Feedback, FeedbackGiven, PrintedSheet
from trainings.models.booking import Booking, CallAttempt
from trainings.models.calendar import Holiday, RamadanPeriod
from trainings.models.certificate import (
    Certificate,
    CertificateEdition,
    CertificateSeries,
    NameConfirmation,
)
from trainings.models.curriculum import Activity, ActivityCondition
from trainings.models.eligibility import EquipmentGrant, EquipmentMark, SeatQuota
from trainings.models.feed import CalendarFeed
from trainings.models.phase import GroupMember, Phase, PhaseKecamatan, PlanRun
from trainings.models.release import Release, ReleaseEntry, SessionReason
from trainings.models.resources import TrainerAbsence, VenueClosure, VenueHours
from trainings.models.session import Trainer, TrainingSession, Venue
from trainings.models.waiting import Availability, Waiting

__all__ = [
    "Activity",
    "ActivityCondition",
    "AttendanceScan",
    "Availability",
    "Booking",
    "CalendarFeed",
    "CallAttempt",
    "Certificate",
    "CertificateEdition",
    "CertificateSeries",
    "EquipmentGrant",
    "EquipmentMark",
    "Feedback",
    "FeedbackGiven",
    "GroupMember",
    "Holiday",
    "NameConfirmation",
    "Phase",
    "PhaseKecamatan",
    "PlanRun",
    "PrintedSheet",
    "RamadanPeriod",
    "Release",
    "ReleaseEntry",
    "SeatQuota",
    "SessionReason",
    "Trainer",
    "TrainerAbsence",
    "TrainingSession",
    "Venue",
    "VenueClosure",
    "VenueHours",
    "Waiting",
]
