"""What a vendor agreed to be counted with in the fairness report. Sensitive: only the person sees it."""

from __future__ import annotations

from django.db import models

from bazaars.querysets import FairnessAnswerQuerySet
from participants.models import Participant


class FairnessAnswer(models.Model):
    """Whether the person has a disability, told on their own and taken back at any time: then the row goes.

    No history and no staff page: the report counts groups, never smaller than ``fairness.SMALLEST_GROUP``.
    """

    participant = models.OneToOneField(
        Participant, primary_key=True, on_delete=models.PROTECT, related_name="fairness_answer"
    )
    has_disability = models.BooleanField()
    text = models.TextField(help_text="the consent that was read")
    consented_at = models.DateTimeField()

    objects = FairnessAnswerQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.participant_id}"
