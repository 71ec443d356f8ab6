"""What becomes of seats and attendance when a person is erased (participants.erasing)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from participants.erasing import Erased, blank, delete, keep, leaves_plans, nobody
from participants.services.retention import register_activity
from trainings.enums import SEATED, LeftReason, SessionState
from trainings.models import Booking, EquipmentGrant, EquipmentMark, Waiting
from trainings.services import seats

MARK_DAYS = 10 * 365  # as long as papers about what was handed over are kept


def declare() -> None:
    """Called when the app starts."""
    keep(
        "trainings.CallAttempt",
        person="booking__participant",
        stays=("outcome",),
        why="that somebody was called about a seat, and what came of it: a code",
    )
    nobody(
        "trainings.Activity",
        "trainings.ActivityCondition",
        "trainings.Release",
        "trainings.ReleaseEntry",
        "trainings.SeatQuota",
        "trainings.SessionReason",
        "trainings.Venue",
        "trainings.Trainer",
        "trainings.TrainingSession",
        "trainings.Holiday",
        "trainings.RamadanPeriod",
        "trainings.Phase",
        "trainings.PhaseKecamatan",
        "trainings.PlanRun",
        "trainings.VenueHours",
        "trainings.VenueClosure",
        "trainings.TrainerAbsence",
        why="what is taught, where and by whom: staff and places",
    )
    blank(
        "trainings.EquipmentGrant",
        person="participant",
        columns={"nik_lookup": None},
        stays=("item",),
        why="what was handed over is counted; whose it was goes",
        deed=_mark_equipment,
    )
    nobody(
        "trainings.EquipmentMark",
        why="that some NIK was given equipment once: a keyed digest that nothing points to, for ten years",
    )
    keep(
        "trainings.Booking",
        person="participant",
        stays=("decline_reason",),
        why="seats are counted; states, times and chosen reasons name nobody",
    )
    keep("trainings.Waiting", person="participant", why="how long people wait is counted")
    delete("trainings.Availability", person="participant", why="when the person can come")
    keep(
        "trainings.AttendanceScan",
        person="participant",
        stays=("device", "reason"),
        why="attendance is counted; the device is the office's, and so is the reason of a correction",
    )
    keep("trainings.FeedbackGiven", person="participant", why="that something was said, not what")
    nobody("trainings.Feedback", why="what people think of a session: nobody can tell whose words these are")
    nobody("trainings.PrintedSheet", why="which row of a sheet belongs to which seat")
    blank(
        "trainings.NameConfirmation",
        person="participant",
        columns={"name": ""},
        why="that a name was confirmed; the name goes",
    )
    keep(
        "trainings.Certificate",
        person="participant",
        stays=("number", "revoke_reason"),
        why="numbers have no gaps, and certificates are counted; the number names nobody",
    )
    blank(
        "trainings.CertificateEdition",
        person="certificate__participant",
        columns={"name": ""},
        stays=("facts", "reason", "code_lookup", "code_ciphertext"),
        why="whoever checks a print learns that it was issued, not to whom; facts are days and courses",
    )
    delete("trainings.GroupMember", person="participant", why="the place in the group is free again")
    delete("trainings.CalendarFeed", person="participant", why="an address that shows the person's sessions")
    nobody("trainings.CertificateSeries", why="counters")
    leaves_plans(_leave_sessions)
    register_activity(_active_since)


def _mark_equipment(person: Erased) -> int:
    """ "Once in a lifetime" outlives the entry, without naming anybody: docs/decisions/0120."""
    grants = EquipmentGrant.objects.filter(participant=person.participant_id, nik_lookup__isnull=False)
    marks = [
        EquipmentMark(
            nik_lookup=bytes(grant.nik_lookup), forget_after=grant.given_on + timedelta(days=MARK_DAYS)
        )
        for grant in grants
    ]
    today = timezone.localdate(person.at)
    EquipmentMark.objects.bulk_create(
        [mark for mark in marks if mark.forget_after >= today], ignore_conflicts=True
    )
    return len(marks)


def _leave_sessions(participant_id: int, now: datetime) -> None:
    """Seats of sessions to come are given back, the next in line gets them; and the person waits no more."""
    waits = Waiting.objects.open().filter(participant=participant_id)
    waits.update(left_at=now, left_reason=LeftReason.OFFICE)
    coming = Booking.objects.filter(
        participant=participant_id,
        session__starts_at__gt=now,
        session__state=SessionState.PUBLISHED,
        state__in=SEATED,
    )
    for pk in coming.order_by("session_id").values_list("pk", flat=True):
        seats.release_seat(booking_id=pk, by=None, now=now)


def _active_since(moment: datetime) -> QuerySet:
    return Booking.objects.filter(booked_at__gte=moment).values("participant_id")
