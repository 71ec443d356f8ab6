"""Where, when and by whom: a session of one activity for one kecamatan."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Func, Q
from django.db.models.lookups import Exact
from django.urls import reverse

from okoce.db.models import Dated
from okoce.regions.models import Region
from trainings.enums import SessionState, VenueKind
from trainings.models.curriculum import Activity
from trainings.querysets import SessionQuerySet, TrainerQuerySet, VenueQuerySet


def all_weekdays() -> list[int]:
    return [0, 1, 2, 3, 4, 5, 6]


class Venue(models.Model):
    """A room. ``capacity`` is how many people it holds."""

    name = models.CharField(max_length=120)
    kecamatan = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    city = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=200, blank=True)
    capacity = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=VenueKind.choices, default=VenueKind.OFFICE)
    equipment = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    retired_at = models.DateTimeField(
        null=True, blank=True, help_text="since when no new session is planned here"
    )

    objects = VenueQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="trainings_venue_capacity_positive", condition=Q(capacity__gte=1)),
            models.UniqueConstraint(name="trainings_venue_once", fields=["kecamatan", "name"]),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("trainings:venue", args=[self.pk])


class Trainer(models.Model):
    """Somebody who teaches; ``user`` when they sign in themselves."""

    name = models.CharField(max_length=100)
    city = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="trainer"
    )
    subjects = models.ManyToManyField(
        Activity, blank=True, related_name="trainers", help_text="none: not asked yet, may teach everything"
    )
    home = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(), default=all_weekdays, help_text="when they can; 0 is Monday"
    )
    per_day = models.PositiveSmallIntegerField(default=2, help_text="sessions a day at most")
    per_week = models.PositiveSmallIntegerField(default=6, help_text="sessions a week at most")
    retired_at = models.DateTimeField(
        null=True, blank=True, help_text="since when no new session is planned with this trainer"
    )

    objects = TrainerQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("trainings:trainer", args=[self.pk])


class JakartaDay(Func):
    """The calendar day of a moment in Jakarta, whatever the connection's time zone."""

    template = "(%(expressions)s AT TIME ZONE 'Asia/Jakarta')::date"
    output_field = models.DateField()


class TsTzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["updated_at"]
)
class TrainingSession(Dated):
    """One session (sesi). A venue and a trainer are in one place at a time: exclusion constraints say so.

    Times are aware; the session's day is its start's day in Jakarta.

    A class of several days is one row a day: room, trainer and people are then free or taken day by day, by
    the same constraints. Later days name the first in ``head``; seats are given on the first, and a trigger
    repeats them on the later ones. Who comes on ``required_days`` of ``day_count`` has done the activity.

    ``released``: what people were last told, set when the plan of a published session moves on from it at
    ``changed_at``; the next release tells them, and clears both.
    """

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="sessions")
    kecamatan = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    city = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="sessions")
    trainer = models.ForeignKey(
        Trainer, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveIntegerField()
    extra_seats = models.PositiveSmallIntegerField(
        default=0, help_text="invited beyond the seats, because some never come; never beyond the room"
    )
    state = models.CharField(max_length=10, choices=SessionState.choices, default=SessionState.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cancel_reason = models.CharField(max_length=200, blank=True)
    plan_version = models.PositiveSmallIntegerField(
        default=1, help_text="grows when day, time or place change after publication: people are told anew"
    )
    publish_note = models.CharField(
        max_length=200, blank=True, help_text="why it is published against a warning"
    )
    held_at = models.DateTimeField(null=True, blank=True, help_text="when the attendance list was closed")
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    phase = models.ForeignKey(
        "trainings.Phase", null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    group_number = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="which group of the kecamatan, in a phase"
    )
    head = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="later_days"
    )
    day_number = models.PositiveSmallIntegerField(default=1)
    day_count = models.PositiveSmallIntegerField(default=1)
    required_days = models.PositiveSmallIntegerField(default=1)
    has_quotas = models.BooleanField(
        default=False, help_text="some seats are limited to a kelurahan or a trade (SeatQuota)"
    )
    released = models.JSONField(default=dict, blank=True, help_text="trainings.releasing.snapshot")
    changed_at = models.DateTimeField(null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(name="trainings_session_capacity_positive", condition=Q(capacity__gte=1)),
            models.CheckConstraint(
                name="trainings_session_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="trainings_session_cancelled_whole",
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | ~Q(state="cancelled") & Q(cancelled_at__isnull=True),
            ),
            models.CheckConstraint(
                name="trainings_session_held_whole",
                condition=Q(state="held", held_at__isnull=False) | ~Q(state="held") & Q(held_at__isnull=True),
            ),
            models.CheckConstraint(
                name="trainings_session_published_whole",
                condition=~Q(state__in=["published", "held"]) | Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="trainings_session_group_of_a_phase",
                condition=Q(phase__isnull=True, group_number__isnull=True)
                | Q(phase__isnull=False, group_number__isnull=False),
            ),
            models.UniqueConstraint(
                name="trainings_session_group_once",
                fields=["phase", "kecamatan", "group_number", "activity"],
                condition=~Q(state="cancelled") & Q(phase__isnull=False),
            ),
            models.CheckConstraint(
                name="trainings_session_day_of_its_class",
                condition=Q(head__isnull=True, day_number=1) | Q(head__isnull=False, day_number__gt=1),
            ),
            models.CheckConstraint(
                name="trainings_session_days_in_order",
                condition=Q(day_number__lte=F("day_count"))
                & Q(required_days__gte=1, required_days__lte=F("day_count")),
            ),
            models.UniqueConstraint(name="trainings_session_day_once", fields=["head", "day_number"]),
            models.CheckConstraint(
                name="trainings_session_within_one_day",
                condition=Exact(JakartaDay("starts_at"), JakartaDay("ends_at")),
            ),
            ExclusionConstraint(
                name="trainings_session_venue_free",
                expressions=[
                    ("venue", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=~Q(state="cancelled"),
                deferrable=Deferrable.IMMEDIATE,  # two sessions may swap rooms in one transaction
            ),
            ExclusionConstraint(
                name="trainings_session_group_free",
                expressions=[
                    ("phase", RangeOperators.EQUAL),
                    ("kecamatan", RangeOperators.EQUAL),
                    ("group_number", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=~Q(state="cancelled") & Q(phase__isnull=False),
                deferrable=Deferrable.IMMEDIATE,
            ),
            ExclusionConstraint(
                name="trainings_session_trainer_free",
                expressions=[
                    ("trainer", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=~Q(state="cancelled") & Q(trainer__isnull=False),
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]
        indexes = [
            models.Index(name="trainings_session_city", fields=["city", "starts_at"]),
            models.Index(name="trainings_session_kecamatan", fields=["kecamatan", "starts_at"]),
            models.Index(name="trainings_session_start", fields=["starts_at"]),
            models.Index(
                name="trainings_session_untold",
                fields=["kecamatan", "changed_at"],
                condition=Q(changed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity}"

    @property
    def places(self) -> int:
        """How many people may have a seat: the seats, and what the office invites beyond them."""
        return self.capacity + self.extra_seats

    def get_absolute_url(self) -> str:
        return reverse("trainings:session", args=[self.pk])

    @property
    def class_id(self) -> int:
        """The first day of the class; a session of one day is its own."""
        return self.head_id or self.pk
