"""How many of whom, and what is given once: quotas of a session or a phase, and equipment."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from okoce.regions.models import Region
from participants.models import Participant, Sector
from trainings.models.phase import Phase
from trainings.models.session import TrainingSession
from trainings.querysets import GrantQuerySet


class SeatQuota(models.Model):
    """At most so many seats of a session (or of each session of a phase) for a kelurahan or a trade.

    Who is in no quota's group is not limited by it. The trade is that of the person's first business.
    """

    session = models.ForeignKey(
        TrainingSession, null=True, blank=True, on_delete=models.CASCADE, related_name="quotas"
    )
    phase = models.ForeignKey(Phase, null=True, blank=True, on_delete=models.CASCADE, related_name="quotas")
    kelurahan = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sector = models.ForeignKey(Sector, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    seats = models.PositiveIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="trainings_seatquota_of_one",
                condition=Q(session__isnull=False, phase__isnull=True)
                | Q(session__isnull=True, phase__isnull=False),
            ),
            models.CheckConstraint(
                name="trainings_seatquota_for_one",
                condition=Q(kelurahan__isnull=False, sector__isnull=True)
                | Q(kelurahan__isnull=True, sector__isnull=False),
            ),
            models.UniqueConstraint(
                name="trainings_seatquota_once",
                fields=["session", "phase", "kelurahan", "sector"],
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kelurahan_id or self.sector_id}: {self.seats}"


class EquipmentGrant(models.Model):
    """Equipment handed over, once per NIK and for ever. ``nik_lookup`` finds it again after a new entry."""

    participant = models.OneToOneField(Participant, on_delete=models.PROTECT, related_name="equipment_grant")
    nik_lookup = models.BinaryField(null=True, max_length=32)
    item = models.CharField(max_length=80)
    given_on = models.DateField()
    session = models.ForeignKey(
        TrainingSession, null=True, blank=True, on_delete=models.PROTECT, related_name="grants"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["-given_on", "-pk"]
        constraints = [
            models.UniqueConstraint(name="trainings_equipment_once_per_nik", fields=["nik_lookup"])
        ]

    def __str__(self) -> str:
        return f"{self.item}"


class EquipmentMark(models.Model):
    """That a NIK was given equipment once, after the person was erased: a keyed digest and nothing else.

    No row points to a mark and a mark to none, so that nothing that was kept of the person can be found by
    it. From ``forget_after`` on it counts no more. See docs/decisions/0120.
    """

    nik_lookup = models.BinaryField(max_length=32, unique=True)
    forget_after = models.DateField()

    def __str__(self) -> str:
        return f"{self.forget_after}"
