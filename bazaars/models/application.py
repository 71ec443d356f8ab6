"""Who wants a stall, who gets which, and how many turns each has had."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from bazaars.enums import UNANSWERED, AllocationState, ApplicationState, ReleaseKind, TurnKind
from bazaars.models.bazaar import Site, Stall
from bazaars.querysets import AllocationQuerySet, ApplicationQuerySet, TurnLedgerQuerySet
from okoce.db.models import AppendOnly
from okoce.organisations.models import Organisation
from participants.models import Participant, Sector


def new_public_id() -> str:
    """The pseudonym of an application in the public record: random, not the participant number."""
    return secrets.token_hex(8)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Application(models.Model):
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="applications")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="applications")
    public_id = models.CharField(max_length=16, unique=True, default=new_public_id)
    pengampu = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(Sector, on_delete=models.PROTECT, related_name="+")
    product = models.CharField(max_length=100)
    needs_power = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10, choices=ApplicationState.choices, default=ApplicationState.SUBMITTED
    )
    submitted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    left_out = ArrayField(
        models.CharField(max_length=20),
        default=list,
        db_default=[],
        help_text="which conditions were not met when the list was frozen (bazaars.eligibility.Obstacle)",
    )
    nominated_by = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="the agency that applied for its vendor; empty when the vendor did",
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["site", "submitted_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="bazaars_application_once_per_site", fields=["site", "participant"]),
            models.CheckConstraint(
                name="bazaars_application_withdrawn_whole",
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | Q(state="submitted", withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Allocation(models.Model):
    """A stall given, by the draw or to a reserve. ``days`` repeats the bazaar's days: nobody holds stalls in
    two places on one day.

    An application has at most one for good: whoever gave a stall back or declined is not asked again.
    ``replaces`` is the stall given back that this one makes good; each is made good once.
    """

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="allocation")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="allocations")
    stall = models.ForeignKey(Stall, on_delete=models.PROTECT, related_name="allocations")
    share = models.PositiveSmallIntegerField(default=1, help_text="1 or 2: which half of a shared stall")
    days = DateRangeField()
    state = models.CharField(
        max_length=10, choices=AllocationState.choices, default=AllocationState.ALLOCATED
    )
    decided_at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True, blank=True, help_text="until when it has to be confirmed")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    release_kind = models.CharField(max_length=10, choices=ReleaseKind.choices, blank=True)
    release_reason = models.CharField(max_length=200, blank=True, help_text="published, so it names nobody")
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )

    objects = AllocationQuerySet.as_manager()

    class Meta:
        ordering = ["stall", "share"]
        constraints = [
            ExclusionConstraint(  # not unique: two who exchange their stalls change hands in one statement
                name="bazaars_allocation_one_vendor_a_share",
                expressions=[("stall", RangeOperators.EQUAL), ("share", RangeOperators.EQUAL)],
                condition=~Q(state="released"),
                deferrable=models.Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(name="bazaars_allocation_share_one_or_two", condition=Q(share__in=[1, 2])),
            ExclusionConstraint(
                name="bazaars_allocation_one_place_a_day",
                expressions=[("participant", RangeOperators.EQUAL), ("days", RangeOperators.OVERLAPS)],
                condition=~Q(state="released"),
            ),
            models.CheckConstraint(
                name="bazaars_allocation_released_whole",
                condition=Q(state="released", released_at__isnull=False) & ~Q(release_kind="")
                | ~Q(state="released") & Q(released_at__isnull=True, release_kind="", release_reason=""),
            ),
            models.CheckConstraint(
                name="bazaars_allocation_confirmed_with_its_moment",
                condition=~Q(state="confirmed") | Q(confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="bazaars_allocation_taken_back_with_reason",
                condition=~Q(release_kind="taken_back") | ~Q(release_reason=""),
            ),
            models.CheckConstraint(
                name="bazaars_allocation_offer_replaces",
                condition=~Q(state="offered") | Q(replaces__isnull=False, answer_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stall_id}/{self.share}"

    @property
    def last_day(self) -> date:
        return self.days.upper - timedelta(days=1)

    @property
    def is_unanswered(self) -> bool:
        return self.state in UNANSWERED

    @property
    def was_theirs(self) -> bool:
        """On the day it was the vendor's, if they came or not: held, or given on because nobody was there."""
        return self.state in (AllocationState.ALLOCATED, AllocationState.CONFIRMED) or (
            self.release_kind == ReleaseKind.ABSENT
        )

    @property
    def is_held(self) -> bool:
        return self.state != AllocationState.RELEASED


class TurnLedger(AppendOnly):
    """Turns of each vendor: a stall held, or a no-show without excuse. Counted over the last 12 months."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="turns")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="turns")
    kind = models.CharField(max_length=8, choices=TurnKind.choices)
    on = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = TurnLedgerQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(name="bazaars_turnledger_once", fields=["participant", "site", "kind"]),
        ]
        indexes = [models.Index(name="bazaars_turnledger_person", fields=["participant", "-on"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.on}"
