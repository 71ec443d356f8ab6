"""A place in a session."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, Q

from okoce.db.models import AppendOnly
from participants.models import Participant
from trainings.enums import BookingState, CallOutcome, DeclineReason
from trainings.models.session import TrainingSession
from trainings.querysets import BookingQuerySet


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Booking(models.Model):
    """``queue_number`` is given under the session's lock: the order in which people got a seat.

    ``during`` repeats the session's time, so that the database itself refuses a person in two sessions at
    one time.
    """

    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="bookings")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="bookings")
    state = models.CharField(max_length=10, choices=BookingState.choices)
    queue_number = models.PositiveIntegerField()
    during = DateTimeRangeField()
    booked_at = models.DateTimeField()
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    promoted_at = models.DateTimeField(null=True, blank=True, help_text="got the seat from the waiting list")
    answer_by = models.DateTimeField(
        null=True, blank=True, help_text="an offer: who has not answered by then loses the seat to the next"
    )
    decline_reason = models.CharField(max_length=10, choices=DeclineReason.choices, blank=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["session", "queue_number"]
        constraints = [
            models.UniqueConstraint(
                name="trainings_booking_once_per_session", fields=["session", "participant"]
            ),
            models.UniqueConstraint(
                name="trainings_booking_queue_number_once", fields=["session", "queue_number"]
            ),
            models.CheckConstraint(
                name="trainings_booking_known_state", condition=Q(state__in=BookingState.values)
            ),
            models.CheckConstraint(
                name="trainings_booking_reason_of_a_no",
                condition=Q(decline_reason="") | Q(state="declined"),
            ),
            ExclusionConstraint(
                name="trainings_booking_person_free",
                expressions=[
                    ("participant", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=["invited", "confirmed", "walked_in"]),
                deferrable=Deferrable.IMMEDIATE,  # a plan that changes moves many sessions at once
            ),
        ]
        indexes = [
            models.Index(name="trainings_booking_person", fields=["participant", "session"]),
            models.Index(
                name="trainings_booking_offer",
                fields=["answer_by"],
                condition=Q(state="invited", answer_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.participant_id}"


class CallAttempt(AppendOnly):
    """Somebody was called about a seat. A yes or no is on the seat itself; this says how it came."""

    # The database deletes it with the seat (0021): this role may not.
    booking = models.ForeignKey(Booking, on_delete=models.DO_NOTHING, related_name="calls")
    outcome = models.CharField(max_length=12, choices=CallOutcome.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="trainings_callattempt_known_outcome", condition=Q(outcome__in=CallOutcome.values)
            )
        ]

    def __str__(self) -> str:
        return self.outcome
