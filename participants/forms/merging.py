"""What an officer decides about two rows that may be one person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.ui import forms
from participants import areas, searching
from participants.duplicate_words import LIKELY
from participants.models import Participant
from participants.querysets import DuplicateCandidateQuerySet
from participants.searching import Kind
from participants.services.merging import CHOICES

FIRST, SECOND = "a", "b"
SIDES = ((FIRST, gettext_lazy("Left")), (SECOND, gettext_lazy("Right")))
REASON_LENGTH = 200


class MergeForm(forms.Form):
    """Which number stays, which value of each field is right (``a``: the first row), and why."""

    marks_optional = False
    survivor = forms.ChoiceField(label=gettext_lazy("Number that stays"), choices=SIDES)
    reason = forms.CharField(
        label=gettext_lazy("How do you know that it is one person?"),
        max_length=REASON_LENGTH,
        help_text=gettext_lazy("For example: KTP compared at the counter. Write no NIK or phone number"),
    )
    version_a = forms.CharField(widget=forms.HiddenInput)
    version_b = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, first: Participant, second: Participant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {FIRST: first, SECOND: second}
        for name in CHOICES:
            self.fields[name] = forms.ChoiceField(choices=SIDES, required=False)

    def clean_reason(self) -> str:
        return without_personal_numbers(self.cleaned_data["reason"])

    def chosen(self) -> Mapping[str, str]:
        """As participants.services.merging.merge wants it."""
        other = SECOND if self.cleaned_data["survivor"] == FIRST else FIRST
        return {name: "merged" for name in CHOICES if self.cleaned_data.get(name) == other}

    @property
    def survivor_id(self) -> int:
        return self.people[self.cleaned_data["survivor"]].pk

    @property
    def merged_id(self) -> int:
        return self.people[SECOND if self.cleaned_data["survivor"] == FIRST else FIRST].pk

    @property
    def versions(self) -> dict[int, str]:
        return {self.people[side].pk: self.cleaned_data[f"version_{side}"] for side in (FIRST, SECOND)}


class DifferentForm(forms.Form):
    marks_optional = False
    note = forms.CharField(
        label=gettext_lazy("How do you know that they are two people?"),
        max_length=REASON_LENGTH,
        help_text=gettext_lazy("For example: twins, both KTP seen. Write no NIK or phone number"),
    )

    def clean_note(self) -> str:
        return without_personal_numbers(self.cleaned_data["note"])


class JoinWithForm(forms.Form):
    """Whom to compare a participant with."""

    marks_optional = False
    other = forms.CharField(
        label=gettext_lazy("Participant number or NIK of the other entry"),
        max_length=40,
        help_text=gettext_lazy("For example JB-PM-00417"),
    )

    def clean_other(self) -> searching.Query:
        query = searching.read(self.cleaned_data["other"])
        if query.kind not in (Kind.NUMBER, Kind.NIK):
            raise ValidationError(
                _("Write the whole participant number, as JB-PM-00417, or the 16 digits of the NIK"),
                code="unreadable",
            )
        return query


class DuplicateFilter(forms.FilterForm):
    kecamatan = forms.ChoiceField(label=gettext_lazy("Kecamatan"))
    kuat = forms.ChoiceField(
        label=gettext_lazy("How likely"),
        choices=[
            ("", gettext_lazy("All")),
            ("ya", gettext_lazy("Very likely")),
            ("mungkin", gettext_lazy("Possible")),
            ("diminta", gettext_lazy("Asked by another office")),
        ],
    )

    def __init__(self, *args: Any, area: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kecamatan"].choices = [  # type: ignore[attr-defined]
            ("", _("All kecamatan")), *areas.kecamatan_within(area),
        ]  # fmt: skip

    def narrow(self, pairs: DuplicateCandidateQuerySet) -> DuplicateCandidateQuerySet:
        chosen = self.chosen
        if code := chosen.get("kecamatan"):
            pairs = pairs.in_kecamatan(code)
        match chosen.get("kuat"):
            case "ya":
                pairs = pairs.filter(score__gte=LIKELY)
            case "mungkin":
                pairs = pairs.filter(score__lt=LIKELY)
            case "diminta":
                pairs = pairs.filter(asked_at__isnull=False)
        return pairs


def without_personal_numbers(text: str) -> str:
    if searching.has_personal_digits(text):
        raise ValidationError(
            _("Leave the numbers out: this sentence is shown to others. Say what you saw instead"),
            code="numbers",
        )
    return text
