"""What was sold at a stall on a day, and the address with which its vendor says so."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from bazaars.enums import CameBy, SalesBand
from bazaars.models.application import Allocation
from bazaars.models.bazaar import Stall
from bazaars.querysets import SalesReportQuerySet


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SalesReport(models.Model):
    """One day of one vendor; of a partner's stall when there is no allocation (rule 52)."""

    stall = models.ForeignKey(Stall, on_delete=models.PROTECT, related_name="sales")
    allocation = models.ForeignKey(
        Allocation, null=True, blank=True, on_delete=models.PROTECT, related_name="sales"
    )
    day = models.DateField()
    amount = models.BigIntegerField(null=True, blank=True, help_text="whole rupiah")
    band = models.CharField(max_length=4, choices=SalesBand.choices, blank=True)
    transactions = models.PositiveIntegerField(null=True, blank=True)
    best_product = models.CharField(max_length=100, blank=True)
    came_by = models.CharField(max_length=6, choices=CameBy.choices)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reported_at = models.DateTimeField()

    objects = SalesReportQuerySet.as_manager()

    class Meta:
        ordering = ["day", "stall", "pk"]
        constraints = [
            models.CheckConstraint(
                name="bazaars_salesreport_amount_or_band",
                condition=Q(amount__isnull=False, band="") | Q(amount__isnull=True) & ~Q(band=""),
            ),
            models.CheckConstraint(
                name="bazaars_salesreport_band_known", condition=Q(band__in=["", *SalesBand.values])
            ),
            models.CheckConstraint(
                name="bazaars_salesreport_amount_not_negative",
                condition=Q(amount__isnull=True) | Q(amount__gte=0),
            ),
            models.CheckConstraint(
                name="bazaars_salesreport_office_is_named",
                condition=~Q(came_by="office") | Q(reported_by__isnull=False),
            ),
            models.UniqueConstraint(
                name="bazaars_salesreport_vendor_once_a_day",
                fields=["allocation", "day"],
                condition=Q(allocation__isnull=False),
            ),
            models.UniqueConstraint(
                name="bazaars_salesreport_partner_once_a_day",
                fields=["stall", "day"],
                condition=Q(allocation__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stall_id} {self.day}"


class SalesAddress(models.Model):
    """How often the address of a vendor was made anew. Without a row it is the first."""

    allocation = models.OneToOneField(
        Allocation, primary_key=True, on_delete=models.PROTECT, related_name="sales_address"
    )
    version = models.PositiveSmallIntegerField(default=0)
    renewed_at = models.DateTimeField()
    renewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.allocation_id}: {self.version}"
