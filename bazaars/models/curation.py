"""Curation before the draw: blind scores, conflicts of interest, decisions with reasons, one answer each."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from bazaars.models.application import Application
from bazaars.querysets import JudgedQuerySet
from okoce.db.models import AppendOnly, Catalogue
from okoce.organisations.models import Organisation

PERSON = {"to": settings.AUTH_USER_MODEL, "on_delete": models.PROTECT, "related_name": "+"}
LOWEST, HIGHEST = 1, 5


class Criterion(Catalogue):
    """What is scored from 1 to 5, as data."""

    name_id = models.CharField(max_length=40, unique=True)
    name_en = models.CharField(max_length=40)
    help_id = models.CharField(max_length=120, help_text="what 5 means")
    help_en = models.CharField(max_length=120)

    @property
    def help(self) -> str:
        return self.in_language("help")


class Score(models.Model):
    """What one curator gives one application for one criterion; may be changed until it is decided."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    curator = models.ForeignKey(**PERSON)
    value = models.PositiveSmallIntegerField()
    scored_at = models.DateTimeField()

    objects = JudgedQuerySet.as_manager()

    class Meta:
        ordering = ["application", "criterion", "curator"]
        constraints = [
            models.UniqueConstraint(
                name="bazaars_score_once", fields=["application", "criterion", "curator"]
            ),
            models.CheckConstraint(name="bazaars_score_one_to_five", condition=Q(value__range=(1, 5))),
        ]

    def __str__(self) -> str:
        return f"{self.criterion_id}: {self.value}"


class Conflict(AppendOnly):
    """A curator knows the applicant: no scores from this one any more."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="conflicts")
    curator = models.ForeignKey(**PERSON)
    reason = models.CharField(max_length=200)
    declared_at = models.DateTimeField()

    objects = JudgedQuerySet.as_manager()

    class Meta:
        ordering = ["application", "pk"]
        constraints = [
            models.UniqueConstraint(name="bazaars_conflict_once", fields=["application", "curator"]),
            models.CheckConstraint(name="bazaars_conflict_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}"


class Decision(AppendOnly):
    """Who decided when, on which score and why (programme.md 8, rule 53). The second round hears the answer.

    ``score``: the mean of all scores in hundredths, as it stood.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    round = models.PositiveSmallIntegerField(default=1)
    is_accepted = models.BooleanField()
    score = models.PositiveSmallIntegerField()
    curators = models.PositiveSmallIntegerField(help_text="how many people scored")
    reason = models.CharField(max_length=300)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(**PERSON)
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")

    objects = JudgedQuerySet.as_manager()

    class Meta:
        ordering = ["application", "round"]
        constraints = [
            models.UniqueConstraint(name="bazaars_decision_once_a_round", fields=["application", "round"]),
            models.CheckConstraint(name="bazaars_decision_two_rounds", condition=Q(round__in=[1, 2])),
            models.CheckConstraint(name="bazaars_decision_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="bazaars_decision_score_in_range", condition=Q(score__range=(100, 500))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.round}"


class Answer(models.Model):
    """What a rejected applicant answers, once."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="answer")
    text = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField()

    objects = JudgedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.application_id}"
