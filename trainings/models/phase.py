"""Phases (tahap): which kecamatan learn what, when, where and with whom; and the runs that plan them."""

from __future__ import annotations

import uuid
from datetime import time

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from okoce.db.models import Dated
from okoce.regions.models import Region
from trainings.enums import RunKind, RunState
from trainings.models.curriculum import Activity
from trainings.models.session import Trainer, Venue
from trainings.querysets import GroupMemberQuerySet, PhaseQuerySet, PlanRunQuerySet


def usual_weekdays() -> list[int]:
    return [0, 1, 2, 3, 4]


def usual_starts() -> list[time]:
    return [time(8, 30)]


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["updated_at"]
)
class Phase(Dated):
    """One form's worth of a programme year: dates × kecamatan × quota. Its sessions come from a plan.

    ``kecamatan_a_day``: at most so many meet on one day; 0: no limit. ``gap_days``: calendar days between two
    activities of a group. ``starts``: the times at which a session may begin.
    """

    city = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    activities = models.ManyToManyField(Activity, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=usual_weekdays, help_text="0 is Monday")
    starts = ArrayField(models.TimeField(), default=usual_starts)
    minutes = models.PositiveSmallIntegerField(default=180, help_text="length of a session")
    kecamatan_a_day = models.PositiveSmallIntegerField(default=4)
    gap_days = models.PositiveSmallIntegerField(default=7)
    venues = models.ManyToManyField(Venue, related_name="+", blank=True)
    trainers = models.ManyToManyField(Trainer, related_name="+", blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PhaseQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(name="trainings_phase_name_once", fields=["city", "year", "name"]),
            models.CheckConstraint(name="trainings_phase_in_order", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="trainings_phase_within_its_year",
                condition=Q(starts_on__year=F("year"), ends_on__year=F("year")),
            ),
            models.CheckConstraint(name="trainings_phase_gap_positive", condition=Q(gap_days__gte=1)),
            models.CheckConstraint(name="trainings_phase_minutes_positive", condition=Q(minutes__gte=30)),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("trainings:phase", args=[self.pk])


class PhaseKecamatan(models.Model):
    """How many people of a kecamatan take part, and in how many groups. A group sits in one session."""

    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="kecamatan")
    kecamatan = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    quota = models.PositiveIntegerField()
    groups = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(60)])

    class Meta:
        ordering = ["kecamatan"]
        constraints = [
            models.UniqueConstraint(name="trainings_phasekecamatan_once", fields=["phase", "kecamatan"]),
            models.CheckConstraint(
                name="trainings_phasekecamatan_nobody_left",
                condition=Q(groups__gte=1, quota__gte=F("groups")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kecamatan_id}: {self.quota}"

    @property
    def seats(self) -> int:
        """People in the largest group."""
        return -(-self.quota // self.groups)


class PlanRun(models.Model):
    """One attempt to plan a phase. It keeps what was asked and the best plan so far; a page can be closed.

    ``problem``, ``plan``, ``before``: data of ``trainings.planning.codec``. ``before`` is the plan that is
    changed as little as possible; ``moved`` how many sessions had to move.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=8, choices=RunKind.choices, default=RunKind.PLAN)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    problem = models.JSONField()
    before = models.JSONField(default=list, blank=True)
    findings = models.JSONField(default=list, blank=True, help_text="why it cannot be done, from counting")
    plan = models.JSONField(default=list, blank=True)
    unplaced = models.JSONField(default=list, blank=True, help_text="[kecamatan, group, activity, why]")
    figures = models.JSONField(default=dict, blank=True)
    last_day = models.DateField(null=True, blank=True)
    bound = models.DateField(null=True, blank=True, help_text="no plan ends before this day")
    is_proved = models.BooleanField(default=False)
    moved = models.PositiveIntegerField(null=True, blank=True)
    must_move = models.PositiveIntegerField(
        null=True, blank=True, help_text="sessions that could not stay, whatever else moved"
    )
    kept = models.JSONField(
        default=list, blank=True, help_text="[kecamatan, group, activity] that somebody wanted to stay"
    )
    reason = models.CharField(max_length=200, blank=True, help_text="why it is planned anew")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text="last sign of life")
    finished_at = models.DateTimeField(null=True, blank=True)
    is_cancelled = models.BooleanField(default=False, help_text="somebody asked it to stop")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    invites = models.BooleanField(default=False, help_text="the people of the groups are invited with it")
    invited_at = models.DateTimeField(null=True, blank=True, help_text="when all of them had been invited")

    objects = PlanRunQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="trainings_planrun_one_at_work",
                fields=["phase"],
                condition=Q(state__in=["queued", "working"]),
            ),
            models.UniqueConstraint(
                name="trainings_planrun_published_once",
                fields=["phase"],
                condition=Q(published_at__isnull=False, kind="plan"),
            ),
            models.CheckConstraint(
                name="trainings_planrun_published_whole",
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.phase_id}: {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("trainings:plan_run", args=[self.uid])


class GroupMember(models.Model):
    """Somebody's group in a phase: the same people go through its activities together."""

    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="members")
    kecamatan = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    participant = models.ForeignKey(
        "participants.Participant", on_delete=models.PROTECT, related_name="training_groups"
    )
    placed_at = models.DateTimeField(auto_now_add=True)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = GroupMemberQuerySet.as_manager()

    class Meta:
        ordering = ["kecamatan", "number", "pk"]
        constraints = [
            models.UniqueConstraint(name="trainings_groupmember_once", fields=["phase", "participant"]),
            models.CheckConstraint(name="trainings_groupmember_number", condition=Q(number__gte=1)),
        ]
        indexes = [
            models.Index(name="trainings_groupmember_group", fields=["phase", "kecamatan", "number", "id"])
        ]

    def __str__(self) -> str:
        return f"{self.kecamatan_id}: {self.number}"
