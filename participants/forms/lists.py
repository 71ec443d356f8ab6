"""What is typed about the list: names of views, columns, and what happens to many people."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.ui import forms
from okoce.values import text as text_values
from participants import list_columns, searching
from participants.services import assigning


class ViewForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of the view"),
        max_length=40,
        help_text=gettext_lazy("As it stands above the list, for example: Palmerah without agency"),
    )
    is_shared = forms.BooleanField(
        label=gettext_lazy("Show it to everybody of my unit"),
        required=False,
        help_text=gettext_lazy("Each sees only the people of the own area"),
    )
    opens_with = forms.BooleanField(label=gettext_lazy("Open my list with this view"), required=False)

    def clean_name(self) -> str:
        name = text_values.clean(self.cleaned_data["name"])
        if not name:
            raise ValidationError(_("Write a name for the view"))
        if searching.has_personal_digits(name):
            raise ValidationError(_("Leave long numbers out of the name: it stands above the list"))
        return name


class ColumnsForm(forms.Form):
    columns = forms.MultipleChoiceField(
        label=gettext_lazy("Columns beside the name"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(column.code, column.head) for column in list_columns.ALL.values()],
        help_text=gettext_lazy("At most 6, so that a row fits the screen"),
    )

    def clean_columns(self) -> list[str]:
        chosen = self.cleaned_data["columns"]
        if len(chosen) > list_columns.MOST:
            raise ValidationError(
                _("You ticked %(count)d columns. Take some away until 6 are left") % {"count": len(chosen)}
            )
        return list_columns.known(chosen)


class AgencyForm(forms.Form):
    organisation = forms.ChoiceField(label=gettext_lazy("Agency"))
    day = forms.DateField(label=gettext_lazy("From which day on"))

    def __init__(self, *args: Any, user: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        found = assigning.agencies_for(user, today).values_list("code", "short_name")
        self.fields["organisation"].choices = [("", _("Choose an agency")), *found]

    def clean_day(self) -> date:
        return _near(self.cleaned_data["day"], self.today)


class AgencyEndsForm(AgencyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].label = _("Last day")


class MentorForm(forms.Form):
    mentor = forms.ChoiceField(label=gettext_lazy("Mentor"))
    day = forms.DateField(label=gettext_lazy("From which day on"))

    def __init__(self, *args: Any, user: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        found = assigning.mentors_for(user, today).values_list("pk", "full_name")
        self.fields["mentor"].choices = [("", _("Choose a mentor")), *((str(pk), n) for pk, n in found)]

    def clean_mentor(self) -> int:
        return int(self.cleaned_data["mentor"])

    def clean_day(self) -> date:
        return _near(self.cleaned_data["day"], self.today)


def _near(day: date, today: date) -> date:
    """A slip of the finger in the year is no assignment for a century."""
    if abs((day - today).days) > 366:
        raise ValidationError(_("The day is more than a year away. Compare the year"))
    return day
