"""People who may be one, people who were joined, and the words their names are made of."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from okoce.db.encryption import decrypt, encrypt
from participants.models.participant import Participant
from participants.querysets import DuplicateCandidateQuerySet, MergeQuerySet

COLUMN = "participants.merge"
PERSON = {"on_delete": models.PROTECT, "related_name": "+"}


class Merge(models.Model):
    """One row was joined to another of the same person (participants.services.merging).

    ``moved`` holds ids alone: what went to the survivor, what was kept aside, what changed its state.
    ``before`` is sealed: the values of both rows that the officer's choice replaced.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    survivor = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="joined_by")
    reason = models.CharField(max_length=200)
    chosen = ArrayField(
        models.CharField(max_length=20), default=list, help_text="fields taken from the merged row"
    )
    moved = models.JSONField(default=dict)
    before_ciphertext = models.BinaryField(null=True)
    counts_from = models.DateField(help_text="from this day figures know of it: never in a closed quarter")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, **PERSON)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, **PERSON)

    objects = MergeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(name="participants_merge_two_rows", condition=~Q(survivor=F("merged"))),
            models.UniqueConstraint(
                name="participants_merge_once", fields=["merged"], condition=Q(undone_at__isnull=True)
            ),
            models.CheckConstraint(
                name="participants_merge_undone_whole",
                condition=Q(undone_at__isnull=True, undone_by__isnull=True) | Q(undone_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.survivor_id}"

    @property
    def before(self) -> dict[str, Any]:
        if not self.before_ciphertext:
            return {}
        opened: dict[str, Any] = json.loads(decrypt(self.before_ciphertext, column=COLUMN, row=self.uid))
        return opened

    @before.setter
    def before(self, values: dict[str, Any]) -> None:
        sealed = encrypt(json.dumps(values), column=COLUMN, row=self.uid) if values else None
        self.before_ciphertext = sealed


class PairState(models.TextChoices):
    OPEN = "open", _("To compare")
    DIFFERENT = "different", _("Not the same person")


class DuplicateCandidate(models.Model):
    """Two rows that may be one person, with the reasons. ``first`` is the row with the smaller id.

    Merged pairs are no state of their own: a row that was merged is in no list (participants.merging). Who
    was found not to be the same stays so, whatever is found again.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    first = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField(help_text="0 to 100; participants.duplicates")
    reasons = ArrayField(models.CharField(max_length=16))
    state = models.CharField(max_length=10, choices=PairState.choices, default=PairState.OPEN)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, **PERSON)
    note = models.CharField(max_length=200, blank=True, help_text="why they are not the same")
    asked_at = models.DateTimeField(
        null=True, blank=True, help_text="when an office asked the one above both to compare"
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, **PERSON)

    objects = DuplicateCandidateQuerySet.as_manager()

    class Meta:
        ordering = ["-score", "pk"]
        constraints = [
            models.UniqueConstraint(name="participants_duplicate_once", fields=["first", "second"]),
            models.CheckConstraint(
                name="participants_duplicate_in_order", condition=Q(first__lt=F("second"))
            ),
            models.CheckConstraint(
                name="participants_duplicate_decided_whole",
                condition=Q(state="open", decided_at__isnull=True)
                | Q(state="different", decided_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="participants_duplicate_queue", fields=["-score", "id"], condition=Q(state="open")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ~ {self.second_id}"


class NameWord(models.Model):
    """A word that occurs in names, with the spellings under which a mistyped one still finds it.

    ``traces`` is the word as it sounds and every form of that with one letter missing
    (okoce.values.spelling.traces): two words that differ by one letter, or by two swapped ones, share one.
    """

    word = models.CharField(primary_key=True, max_length=100)
    traces = ArrayField(models.CharField(max_length=100))
    seen = models.PositiveIntegerField(default=1, help_text="about how many names hold it")

    class Meta:
        indexes = [GinIndex(fields=["traces"], name="participants_word_traces")]

    def __str__(self) -> str:
        return self.word
