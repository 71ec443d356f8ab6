"""The named conditions over the rows of this app: one module for the models of the same name."""

from trainings.querysets.attendance import HAPPENED_AT, FeedbackQuerySet, ScanQuerySet, SheetQuerySet
from trainings.querysets.base import year_in_jakarta
from trainings.querysets.booking import BookingQuerySet
from trainings.querysets.calendar import HolidayQuerySet, RamadanQuerySet
from trainings.querysets.certificate import CertificateQuerySet, NameConfirmationQuerySet
from trainings.querysets.curriculum import ActivityQuerySet
from trainings.querysets.eligibility import GrantQuerySet, fit_for, similar_before
from trainings.querysets.feed import FeedQuerySet
from trainings.querysets.people import (
    attendance_of,
    available_at,
    can_come,
    days_of,
    in_need_of,
    need_by_activity,
    outside_the_class,
    seats_for_the_same,
)
from trainings.querysets.phase import GroupMemberQuerySet, PhaseQuerySet, PlanRunQuerySet
from trainings.querysets.release import ReleaseQuerySet
from trainings.querysets.resources import TrainerQuerySet, VenueQuerySet
from trainings.querysets.session import SessionQuerySet
from trainings.querysets.waiting import WaitingQuerySet

__all__ = [
    "HAPPENED_AT",
    "ActivityQuerySet",
    "BookingQuerySet",
    "CertificateQuerySet",
    "FeedQuerySet",
    "FeedbackQuerySet",
    "GrantQuerySet",
    "GroupMemberQuerySet",
    "HolidayQuerySet",
    "NameConfirmationQuerySet",
    "PhaseQuerySet",
    "PlanRunQuerySet",
    "RamadanQuerySet",
    "ReleaseQuerySet",
    "ScanQuerySet",
    "SessionQuerySet",
    "SheetQuerySet",
    "TrainerQuerySet",
    "VenueQuerySet",
    "WaitingQuerySet",
    "attendance_of",
    "available_at",
    "can_come",
    "days_of",
    "fit_for",
    "in_need_of",
    "need_by_activity",
    "outside_the_class",
    "seats_for_the_same",
    "similar_before",
    "year_in_jakarta",
]
