"""What the province types about the hours of messages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from okoce.notifications.decency import Hours
from okoce.ui import forms


class HoursForm(forms.Form):
    begins = forms.TimeField(label=_("Messages go from"))
    ends = forms.TimeField(label=_("Messages go until"))
    urgent_begins = forms.TimeField(
        label=_("Urgent changes go from"),
        help_text=_("A change or cancellation of what begins within 24 hours."),
    )
    urgent_ends = forms.TimeField(label=_("Urgent changes go until"))
    iftar_begins = forms.TimeField(
        label=_("In Ramadan nothing goes from"), help_text=_("While the fast is broken and at prayer.")
    )
    iftar_ends = forms.TimeField(label=_("In Ramadan nothing goes until"))
    rests_on_holidays = forms.BooleanField(
        label=_("Nothing on holidays, except urgent changes"), required=False
    )
    one_a_day = forms.BooleanField(
        label=_("At most one message a day and person; several are joined"), required=False
    )
    marks_optional = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        self._in_order(given, "begins", "ends")
        self._in_order(given, "urgent_begins", "urgent_ends")
        self._in_order(given, "iftar_begins", "iftar_ends")
        begins, ends = given.get("begins"), given.get("ends")
        if begins and ends and begins < ends:
            if given.get("urgent_begins") and given["urgent_begins"] > begins:
                self.add_error("urgent_begins", _("Urgent changes go at least as early as other messages."))
            if given.get("urgent_ends") and given["urgent_ends"] < ends:
                self.add_error("urgent_ends", _("Urgent changes go at least as late as other messages."))
            quiet = given.get("iftar_begins"), given.get("iftar_ends")
            if all(quiet) and quiet[0] <= begins and ends <= quiet[1]:
                self.add_error("iftar_ends", _("Nothing at all would go out in Ramadan. Leave some hours."))
        return given

    def _in_order(self, given: dict[str, Any], first: str, last: str) -> None:
        if given.get(first) and given.get(last) and given[last] <= given[first]:
            self.add_error(last, _("This hour lies before the one where it begins."))

    @property
    def hours(self) -> Hours:
        return Hours(**{name: self.cleaned_data[name] for name in Hours.__dataclass_fields__})
