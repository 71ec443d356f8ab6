"""Stalls that change hands after the draw: two vendors exchange theirs, or the office moves somebody."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bazaars.enums import ExchangeState
from bazaars.models.application import Allocation
from bazaars.models.bazaar import Stall
from bazaars.querysets import ExchangeQuerySet
from okoce.db.models import AppendOnly


class Exchange(models.Model):
    """Asked by the vendor of one stall to that of another; the stalls are as they stood then."""

    asker = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="exchanges_asked")
    asked = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="exchanges_received")
    asker_stall = models.ForeignKey(Stall, on_delete=models.PROTECT, related_name="+")
    asked_stall = models.ForeignKey(Stall, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=ExchangeState.choices, default=ExchangeState.ASKED)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="bazaars_exchange_one_question", fields=["asker"], condition=Q(state="asked")
            ),
            models.CheckConstraint(name="bazaars_exchange_of_two", condition=~Q(asker=F("asked"))),
            models.CheckConstraint(
                name="bazaars_exchange_answered_whole",
                condition=Q(state="asked", answered_at__isnull=True)
                | ~Q(state="asked") & Q(answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asker_id} and {self.asked_id}"


class StallMove(AppendOnly):
    """The office moves a vendor to another stall after the draw. Published with its reason."""

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="moves")
    before = models.ForeignKey(Stall, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(Stall, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(name="bazaars_stallmove_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.before_id} to {self.after_id}"
