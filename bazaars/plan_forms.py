"""What the officer types about stalls that are ticked, and about the picture below the plan."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from bazaars.enums import StallKind
from bazaars.forms import Choices, refuse_wrong_label
from bazaars.layout import numbers_from
from bazaars.models.bazaar import LONGEST_LABEL
from bazaars.plan import MOST_COLUMNS, MOST_ROWS, PlanError
from bazaars.words import plan_problem_words
from okoce.ui import forms
from participants.forms.photo import PhotoField

AS_IT_IS = "="
FEWEST_ACROSS = 6


def _whole(label: Any, most: int, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=most,
        error_messages={
            "invalid": _lazy("Write a whole number, for example 2"),
            "min_value": _lazy("Write 1 or more: nothing on the plan is smaller than one cell"),
            "max_value": _lazy("The plan has at most %(limit_value)s here"),
        },
        widget=forms.TextInput(attrs={"class": forms.SHORT, "inputmode": "numeric", "autocomplete": "off"}),
        **kwargs,
    )


class FactsForm(forms.Form):
    """New facts for every stall that is ticked; what stays as it is, is left alone."""

    prefix = "fakta"
    marks_optional = False
    FACTS = ("has_power", "has_water", "is_shaded", "is_corner")

    zone = forms.ChoiceField(label=_lazy("Kept for"), required=False, initial=AS_IT_IS)
    kind = forms.ChoiceField(label=_lazy("What stands here"), required=False, initial=AS_IT_IS)
    label = forms.CharField(
        label=_lazy("Name on the plan"),
        max_length=LONGEST_LABEL,
        required=False,
        help_text=_lazy("Only for partners, services and places kept free"),
        widget=forms.TextInput(attrs={"class": forms.MEDIUM, "autocomplete": "off"}),
    )
    has_power = forms.ChoiceField(label=_lazy("Power"), required=False, initial=AS_IT_IS)
    has_water = forms.ChoiceField(label=_lazy("Water"), required=False, initial=AS_IT_IS)
    is_shaded = forms.ChoiceField(label=_lazy("Shade"), required=False, initial=AS_IT_IS)
    is_corner = forms.ChoiceField(label=_lazy("Corner"), required=False, initial=AS_IT_IS)
    width = _whole(_lazy("Columns wide"), MOST_COLUMNS, required=False)
    depth = _whole(_lazy("Rows deep"), MOST_ROWS, required=False)

    def __init__(self, *args: Any, zones: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        same = (AS_IT_IS, _("As it is"))
        self.fields["zone"].choices = [same, ("", _("Anybody")), *zones]
        self.fields["kind"].choices = [same, *StallKind.choices]
        for name in self.FACTS:
            self.fields[name].choices = [same, ("1", _("Yes")), ("0", _("No"))]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind = data.get("kind") or AS_IT_IS
        if kind != AS_IT_IS:
            refuse_wrong_label(self, kind, data.get("label", ""))
        if not self.errors and not self.changes():
            raise ValidationError(_("Nothing is chosen that would change. Choose it first."))
        return data

    def changes(self) -> dict[str, Any]:
        """New facts by name; the zone as a code."""
        data, found = self.cleaned_data, {}
        if self.data.get(self.add_prefix("zone"), AS_IT_IS) != AS_IT_IS:
            found["zone_id"] = data.get("zone") or None
        if data.get("kind") not in (None, "", AS_IT_IS):
            found["kind"] = data["kind"]
        if data.get("label"):
            found["label"] = data["label"]
        found |= {name: data[name] == "1" for name in self.FACTS if data.get(name) in ("0", "1")}
        found |= {name: data[name] for name in ("width", "depth") if data.get(name)}
        return found


class PlaceForm(forms.Form):
    """Where the upper left of the ticked stalls goes."""

    prefix = "letak"

    row = _whole(_lazy("Row"), MOST_ROWS)
    column = _whole(_lazy("Column"), MOST_COLUMNS)


class NumberForm(forms.Form):
    prefix = "nomor"

    first = forms.CharField(
        label=_lazy("First number"),
        max_length=8,
        help_text=_lazy("The ticked stalls are numbered on from here, row by row: B01"),
        widget=forms.TextInput(attrs={"class": forms.SHORT, "autocomplete": "off"}),
    )

    def clean_first(self) -> str:
        first: str = self.cleaned_data["first"]
        try:
            numbers_from(first, 1)
        except PlanError as error:
            raise ValidationError(plan_problem_words(error.code)) from None
        return first


class GroundForm(forms.Form):
    """The picture below the stalls, and where people come in."""

    entrance = forms.CharField(
        label=_lazy("Entrance"),
        max_length=80,
        required=False,
        help_text=_lazy("Stands below the plan: Entrance from Jalan Raya Kembangan"),
    )
    photo = PhotoField(
        label=_lazy("Photo or map of the place"),
        max_length=255,
        required=False,
        help_text=_lazy(
            "JPEG, PNG or WebP up to 8 MB, seen from above. Place and time hidden in the file are removed"
        ),
    )
    columns = _whole(
        _lazy("Stalls across the picture"),
        MOST_COLUMNS,
        required=False,
        initial=20,
        help_text=_lazy("How many stalls side by side are as wide as the picture"),
    )

    def clean_columns(self) -> int:
        columns = self.cleaned_data["columns"] or 20
        if columns < FEWEST_ACROSS:
            raise ValidationError(
                _("Write %(fewest)s or more, so that a stall is smaller than the picture")
                % {"fewest": FEWEST_ACROSS}
            )
        return int(columns)
