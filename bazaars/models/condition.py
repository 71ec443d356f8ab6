"""What a bazaar asks of vendors before they apply, and which papers of theirs have been seen."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from bazaars.models.bazaar import Bazaar
from bazaars.querysets import PaperSeenQuerySet
from okoce.db.models import AppendOnly
from participants.models import Participant, Sector


class PaperKind(models.Model):
    """A permit, or a check such as a test of the food, as data: the offices' list changes."""

    code = models.SlugField(primary_key=True, max_length=20)
    name_id = models.CharField(max_length=60, unique=True)
    name_en = models.CharField(max_length=60)
    how_id = models.CharField(max_length=200, help_text="how somebody gets it")
    how_en = models.CharField(max_length=200)
    is_check = models.BooleanField(default=False, help_text="somebody looks, and it can be failed")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" else self.name_id

    @property
    def how(self) -> str:
        return self.how_en if get_language() == "en" else self.how_id


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
