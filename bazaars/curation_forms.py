"""What curators, the Sudin and rejected applicants type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from bazaars.models import Criterion
from okoce.ui import forms


class ScoreForm(forms.Form):
    """One row of 1 to 5 for each criterion."""

    def __init__(
        self, *args: Any, criteria: Sequence[Criterion], given: Mapping[str, int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for criterion in criteria:
            self.fields[criterion.pk] = forms.TypedChoiceField(
                label=criterion.name,
                help_text=criterion.help,
                coerce=int,
                widget=forms.RadioSelect,
                choices=[(value, str(value)) for value in range(1, 6)],
                initial=given.get(criterion.pk),
                error_messages={"required": _("Give a score for “%(name)s”") % {"name": criterion.name}},
            )


class ConflictForm(forms.Form):
    reason = forms.CharField(
        label=_lazy("How you know the applicant"),
        max_length=200,
        help_text=_lazy("For example: a relative, a friend, I mentor this business"),
    )


class DecisionForm(forms.Form):
    is_accepted = forms.TypedChoiceField(
        label=_lazy("Decision"),
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        choices=[("1", _lazy("Accept: goes into the draw")), ("0", _lazy("Reject"))],
    )
    reason = forms.CharField(
        label=_lazy("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_lazy("The applicant reads it together with the score. Say what would have to be better"),
    )


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=_lazy("Your answer"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_lazy("Once. The Sudin reads it and decides once more"),
    )
