"""Where and when somebody can come, and which lines are shown."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from okoce.ui import forms
from participants.models import Participant
from trainings import areas
from trainings.models import Activity


class LineForm(forms.Form):
    """Which lines are shown."""

    kegiatan = forms.ModelChoiceField(
        queryset=None, label=_("Activity"), required=False, empty_label=_("All activities")
    )
    kecamatan = forms.ModelChoiceField(
        queryset=None, label=_("Lives in kecamatan"), required=False, empty_label=_("All kecamatan")
    )

    marks_optional = False

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kegiatan"].queryset = Activity.objects.visible_to(user)
        kecamatan = areas.kecamatan_to_filter(user)
        self.fields["kecamatan"].queryset = kecamatan
        if not kecamatan.exists():
            del self.fields["kecamatan"]


class AvailabilityForm(forms.Form):
    """When somebody can come: at least one time of the week, and days on which they cannot at all.

    ``is_own``: the person asks for themselves; else an office writes down what the person said.
    """

    mornings = forms.BooleanField(label=_("On weekdays, in the morning before 12.00"), required=False)
    afternoons = forms.BooleanField(label=_("On weekdays, in the afternoon from 12.00"), required=False)
    evenings = forms.BooleanField(label=_("On weekdays, in the evening from 17.00"), required=False)
    weekends = forms.BooleanField(label=_("On Saturday or Sunday"), required=False)
    away_from = forms.DateField(label=_("Cannot come from"), required=False)
    away_until = forms.DateField(
        label=_("until, that day included"),
        required=False,
        help_text=_("For a month or a few days: leave empty if none"),
    )

    marks_optional = False
    TIMES = ("mornings", "afternoons", "evenings", "weekends")

    def __init__(self, *args: Any, is_own: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_own = is_own

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not any(found.get(slot) for slot in self.TIMES):
            raise ValidationError(
                _("Tick at least one time at which you can come.")
                if self.is_own
                else _("Tick at least one time at which the person can come.")
            )
        first, last = found.get("away_from"), found.get("away_until")
        if first and not last and "away_until" not in self.errors:
            self.add_error("away_until", _("Write the last day too."))
        elif last and not first and "away_from" not in self.errors:
            self.add_error("away_from", _("Write the first day too."))
        elif first and last and last < first:
            self.add_error("away_until", _("The last day is before the first. Check both."))
        return found


class JoinForm(forms.Form):
    """Where somebody waits for an activity: the own kecamatan, or anywhere in the city."""

    area = forms.ChoiceField(label=_("Where can you go?"), widget=forms.RadioSelect)

    marks_optional = False

    def __init__(self, *args: Any, person: Participant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own, city = person.kecamatan, person.city
        if own is None or city is None:
            return
        self.fields["area"].choices = [
            (own.code, _("Only in kecamatan %(name)s") % {"name": own.name}),
            (city.code, _("Anywhere in %(name)s") % {"name": city.short_name}),
        ]
        self.fields["area"].initial = own.code
