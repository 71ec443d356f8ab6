"""What a bazaar asks of vendors before they apply, and which papers of theirs have been seen."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bazaars.enums import PaperState
from bazaars.models.bazaar import Bazaar
from bazaars.querysets import PaperSeenQuerySet, PaperSentQuerySet
from okoce.db.models import AppendOnly, Catalogue
from okoce.db.sealed_files import SealedFileField
from participants.models import Participant, Sector


class PaperKind(Catalogue):
    """A permit, or a check such as a test of the food, as data: the offices' list changes."""

    name_id = models.CharField(max_length=60, unique=True)
    name_en = models.CharField(max_length=60)
    how_id = models.CharField(max_length=200, help_text="how somebody gets it")
    how_en = models.CharField(max_length=200)
    is_check = models.BooleanField(default=False, help_text="somebody looks, and it can be failed")

    @property
    def how(self) -> str:
        return self.in_language("how")


class Demand(models.Model):
    """Whoever sells this kind of goods at the bazaar needs this paper (programme.md 8, rule 50)."""

    bazaar = models.ForeignKey(Bazaar, on_delete=models.CASCADE, related_name="demands")
    category = models.ForeignKey(Sector, on_delete=models.PROTECT, related_name="+")
    paper = models.ForeignKey(PaperKind, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["bazaar", "category", "paper"]
        constraints = [
            models.UniqueConstraint(name="bazaars_demand_once", fields=["bazaar", "category", "paper"]),
        ]

    def __str__(self) -> str:
        return f"{self.category_id}: {self.paper_id}"


class PaperSeen(AppendOnly):
    """Somebody of an office saw a vendor's paper, or how a check came out. The newest of a kind counts."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="papers_seen")
    paper = models.ForeignKey(PaperKind, on_delete=models.PROTECT, related_name="+")
    is_good = models.BooleanField(default=True, help_text="false: failed, or not valid any more")
    seen_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = PaperSeenQuerySet.as_manager()

    class Meta:
        ordering = ["-seen_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="bazaars_paperseen_valid_after_seen",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("seen_on")),
            ),
        ]
        indexes = [models.Index(name="bazaars_paperseen_newest", fields=["participant", "paper", "-seen_on"])]

    def __str__(self) -> str:
        return f"{self.paper_id} {self.seen_on}"


class PaperSent(models.Model):
    """A photo or PDF of a paper that a vendor sent. The file lies sealed until an office decided."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="papers_sent")
    paper = models.ForeignKey(PaperKind, on_delete=models.PROTECT, related_name="+")
    file = SealedFileField()
    content_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField(help_text="bytes before sealing")
    sent_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=PaperState.choices, default=PaperState.WAITING)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=200, blank=True, help_text="why it was refused; the vendor reads it")

    objects = PaperSentQuerySet.as_manager()

    class Meta:
        ordering = ["sent_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="bazaars_papersent_one_waits",
                fields=["participant", "paper"],
                condition=Q(state=PaperState.WAITING),
            ),
            models.CheckConstraint(
                name="bazaars_papersent_decided_whole",
                condition=Q(state=PaperState.WAITING, decided_at__isnull=True, reason="") & ~Q(file="")
                | Q(state=PaperState.ACCEPTED, decided_at__isnull=False, reason="", file="")
                | Q(state=PaperState.REFUSED, decided_at__isnull=False, file="") & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="bazaars_papersent_photo_or_pdf",
                condition=Q(content_type__in=["image/jpeg", "application/pdf"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} {self.uid}"

    @property
    def is_photo(self) -> bool:
        return self.content_type == "image/jpeg"
