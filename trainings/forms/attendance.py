"""Who came, as read from paper."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from okoce.ui import forms
from trainings import sheet_rows


class NumbersForm(forms.Form):
    """Numbers read from the paper sheet: who was absent. The last digits are enough."""

    numbers = forms.CharField(
        label=_("Numbers of those who did not come"),
        required=False,
        help_text=_("One per line or with commas; the last digits are enough. Empty: everybody came."),
        widget=forms.Textarea(attrs={"rows": 4, "inputmode": "numeric"}),
    )
    marks_optional = False

    def __init__(self, *args: Any, numbers_of: dict[str, int], **kwargs: Any) -> None:
        """``numbers_of``: participant number → id of everybody on the list."""
        self.numbers_of = numbers_of
        super().__init__(*args, **kwargs)

    def clean_numbers(self) -> list[int]:
        absent: list[int] = []
        unknown: list[str] = []
        for text in re.split(r"[\s,;]+", self.cleaned_data["numbers"].strip()):
            if not text:
                continue
            found = matching_numbers(text, self.numbers_of)
            if len(found) == 1:
                absent.append(found[0])
            else:
                unknown.append(text)
        if unknown:
            raise ValidationError(
                _("These fit nobody or several people on the list: %(numbers)s. Write the whole numbers.")
                % {"numbers": ", ".join(unknown[:10])}
            )
        return absent


class LeftForm(forms.Form):
    """A check-out that was forgotten; the reason is kept in the scan log."""

    left = forms.TimeField(label=_("Left at"))
    reason = forms.CharField(
        label=_("How this is known"),
        max_length=200,
        help_text=_("For example: the trainer saw the person leave. Kept in the scan log."),
    )


class SheetForm(forms.Form):
    """Row numbers read from a printed sheet. ``sheets``: those of the session, the newest first."""

    sheet = forms.ChoiceField(
        label=_("Which sheet"), help_text=_("Its number stands at the top of each page")
    )
    who = forms.ChoiceField(
        label=_("What you write"),
        choices=[
            ("absent", _("The rows of those who did not come")),
            ("present", _("The rows of those who came")),
        ],
        initial="absent",
        widget=forms.RadioSelect,
    )
    rows = forms.CharField(
        label=_("Row numbers"),
        required=False,
        max_length=2000,
        help_text=_("For example: 3, 17, 41-43. Empty: nobody."),
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off", "autofocus": True}),
    )
    marks_optional = False

    def __init__(self, *args: Any, sheets: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheets = {str(sheet.pk): sheet for sheet in sheets}
        moment = "j F H.i"
        self.fields["sheet"].choices = [
            (
                key,
                _("Sheet %(number)s, printed %(moment)s, %(count)s rows")
                % {
                    "number": sheet.number,
                    "moment": date_format(timezone.localtime(sheet.printed_at), moment),
                    "count": len(sheet.places),
                },
            )
            for key, sheet in self.sheets.items()
        ]
        if len(sheets) == 1:
            self.fields["sheet"].widget = forms.HiddenInput()
            self.fields["sheet"].initial = str(sheets[0].pk)

    def clean_sheet(self) -> Any:
        return self.sheets[self.cleaned_data["sheet"]]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        data["rows_are_absent"] = data.get("who") == "absent"
        if "sheet" in data and "rows" in data:
            try:
                data["rows"] = sheet_rows.read(data["rows"], count=len(data["sheet"].places))
            except sheet_rows.NotRows as wrong:
                self.add_error(
                    "rows",
                    _("These are no rows of the sheet, which has %(count)s: %(parts)s.")
                    % {"count": len(data["sheet"].places), "parts": ", ".join(wrong.parts[:8])},
                )
        return data


def matching_numbers(text: str, numbers_of: dict[str, int]) -> list[int]:
    """Ids whose participant number ends in what was typed: 417 and 00417 are JB-PM-00417, 1417 is not."""
    wanted = text.upper()
    if wanted in numbers_of:
        return [numbers_of[wanted]]
    if not wanted.isdecimal():
        return []
    return [pk for number, pk in numbers_of.items() if int(number.rsplit("-", 1)[-1]) == int(wanted)]
