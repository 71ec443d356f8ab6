"""What happens to a session later: repeated, moved, postponed, published, cancelled."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from okoce.ui import forms
from trainings.forms.fields import harmless
from trainings.forms.sessions import SessionForm
from trainings.scheduling import at


class RepeatForm(forms.Form):
    """The same session again, weekly. The first is one interval after the session that is repeated."""

    times = forms.IntegerField(label=_("How many times more"), min_value=1, max_value=12, initial=3)
    every = forms.TypedChoiceField(
        label=_("How often"),
        choices=[(1, _("Every week")), (2, _("Every 2 weeks")), (4, _("Every 4 weeks"))],
        coerce=int,
        initial=1,
    )
    reason = forms.CharField(
        label=_("Why they are held at these times all the same"),
        max_length=200,
        required=False,
        help_text=_("Kept with each session that something speaks against"),
    )
    marks_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["times"].widget.attrs |= {"class": forms.SHORT, "inputmode": "numeric"}


class MoveForm(SessionForm):
    """Another day, time, room or trainer; the rest stays as it is."""

    MOVES = ("date", "start", "end", "venue", "trainer", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(self.MOVES):
            field = self.fields[name]
            field.disabled, field.widget = True, forms.HiddenInput()


class PostponeForm(MoveForm):
    why = forms.CharField(
        label=_("Reason for postponing"),
        max_length=200,
        help_text=_("Written in the message to the participants"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    MOVES = (*MoveForm.MOVES, "why")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and self.plan.starts_at <= self.session.starts_at:
            self.add_error("date", _("Postponing needs a later day or time. To hold it earlier, move it."))
        return cleaned

    def clean_why(self) -> str:
        return harmless(self.cleaned_data["why"])


class PublishForm(forms.Form):
    """Asked only when something speaks against the time."""

    note = forms.CharField(
        label=_("Why it is held at this time all the same"),
        max_length=200,
        help_text=_("Kept with the session"),
    )


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason for cancelling"),
        max_length=200,
        help_text=_("Written in the message to the participants"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_reason(self) -> str:
        return harmless(self.cleaned_data["reason"])


class DayForm(forms.Form):
    """One day more of a class."""

    date = forms.DateField(label=_("Day"))
    start = forms.TimeField(label=_("Starts"))
    end = forms.TimeField(label=_("Ends"))
    marks_optional = False

    @property
    def times(self) -> tuple[datetime, datetime]:
        given = self.cleaned_data
        return at(given["date"], given["start"]), at(given["date"], given["end"])

    def refuse(self, refused: Any) -> None:
        field = refused.field if refused.field in self.fields else None
        self.add_error(field, refused.sentence)


class DayOffForm(forms.Form):
    reason = forms.CharField(
        label=_("Why the day is taken off"),
        max_length=200,
        help_text=_("Kept with the day in the calendar"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_reason(self) -> str:
        return harmless(self.cleaned_data["reason"])
