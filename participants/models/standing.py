"""Where a person stands and belongs, as dated facts: nothing here is overwritten.

``counts_from`` is the day from which figures know of a fact. It is never in a closed quarter
(participants.periods), so that what was reported stays as it was, however late a fact is recorded.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from okoce.db.models import AppendOnly
from okoce.organisations.models import Organisation
from okoce.regions.models import Region
from participants.enums import Status, Step
from participants.models.participant import Participant
from participants.querysets import TransferRequestQuerySet

PERSON = {"to": settings.AUTH_USER_MODEL, "on_delete": models.PROTECT, "related_name": "+"}


class StatusChange(AppendOnly):
    """From a day on somebody is active, has moved away, lives outside Jakarta, has withdrawn or has died.

    ``was_*`` is what held before. A mistake is taken back by a further row (``takes_back``); the last row
    by (counts_from, starts_on, id) holds.
    """

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="status_changes")
    status = models.CharField(max_length=10, choices=Status.choices)
    is_outside_dki = models.BooleanField(default=False)
    was_status = models.CharField(max_length=10, choices=Status.choices)
    was_outside_dki = models.BooleanField(default=False)
    starts_on = models.DateField()
    counts_from = models.DateField()
    reason = models.CharField(max_length=200)
    takes_back = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="taken_back_by"
    )
    recorded_by = models.ForeignKey(null=True, **PERSON)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-counts_from", "-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="participants_statuschange_counted_not_before",
                condition=Q(counts_from__gte=F("starts_on")),
            ),
        ]
        indexes = [
            models.Index(
                name="participants_status_newest",
                fields=["participant", "-counts_from", "-starts_on", "-id"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.starts_on}"


class Transfer(AppendOnly):
    """A person went to another area, or from one agency to another. The participant number stays."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="transfers")
    from_kelurahan = models.ForeignKey(
        Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    from_kecamatan = models.ForeignKey(
        Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    from_city = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    to_kelurahan = models.ForeignKey(
        Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    to_kecamatan = models.ForeignKey(
        Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    to_city = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    from_organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    to_organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    moved_on = models.DateField()
    counts_from = models.DateField()
    reason = models.CharField(max_length=200)
    recorded_by = models.ForeignKey(null=True, **PERSON)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-counts_from", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="participants_transfer_to_somewhere",
                condition=Q(to_kelurahan__isnull=False, to_kecamatan__isnull=False, to_city__isnull=False)
                | (
                    Q(to_kelurahan__isnull=True, to_kecamatan__isnull=True, to_city__isnull=True)
                    & (Q(from_organisation__isnull=False) | Q(to_organisation__isnull=False))
                ),
            ),
            models.CheckConstraint(
                name="participants_transfer_counted_not_before", condition=Q(counts_from__gte=F("moved_on"))
            ),
        ]
        indexes = [
            models.Index(name="participants_transfer_order", fields=["participant", "counts_from", "id"]),
            models.Index(name="participants_transfer_from", fields=["from_kecamatan", "counts_from"]),
            models.Index(name="participants_transfer_to", fields=["to_kecamatan", "-recorded_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.from_kelurahan_id or self.from_organisation_id} → {self.to_kelurahan_id or ''}"

    @property
    def is_of_area(self) -> bool:
        return self.to_kelurahan_id is not None


class RequestState(models.TextChoices):
    WAITING = "waiting", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Handed over")
    REFUSED = "refused", _("Refused")
    EXPIRED = "expired", _("Lapsed without an answer")
    WITHDRAWN = "withdrawn", _("Taken back by the asking office")


class TransferRequest(models.Model):
    """An office asks for somebody who is registered elsewhere. Until accepted it learns only where."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="transfer_requests")
    asked_area = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    asked_unit = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_by = models.ForeignKey(**PERSON)
    asked_at = models.DateTimeField(auto_now_add=True)
    held_at = models.CharField(
        max_length=120, help_text="area and agency as the asking office was told, when it asked"
    )
    to_kelurahan = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    to_city = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    moved_on = models.DateField()
    reason = models.CharField(max_length=200)
    expires_on = models.DateField()
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.WAITING)
    decided_by = models.ForeignKey(null=True, blank=True, **PERSON)
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=200, blank=True)

    objects = TransferRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="participants_transferrequest_one_waiting",
                fields=["participant", "asked_area"],
                condition=Q(state="waiting"),
            ),
            models.CheckConstraint(
                name="participants_transferrequest_decided_whole",
                condition=Q(state__in=["waiting", "expired"], decided_at__isnull=True)
                | Q(state__in=["accepted", "refused", "withdrawn"], decided_at__isnull=False),
            ),
        ]
        indexes = [models.Index(name="participants_request_asked", fields=["asked_area", "-asked_at", "-id"])]

    def __str__(self) -> str:
        return str(self.uid)


class StepTakenBack(AppendOnly):
    """A milestone that was recorded by hand and taken back, with the reason. What it was stays readable."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="steps_taken_back")
    step = models.PositiveSmallIntegerField(choices=Step.choices)
    reached_on = models.DateField()
    evidence = models.CharField(max_length=120)
    reason = models.CharField(max_length=200)
    taken_back_by = models.ForeignKey(null=True, **PERSON)
    taken_back_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-taken_back_at", "-pk"]

    def __str__(self) -> str:
        return f"P{self.step}"
