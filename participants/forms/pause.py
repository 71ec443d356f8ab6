"""What an officer types to pause messages to one person."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from okoce.ui import forms


class PauseForm(forms.Form):
    reason = forms.CharField(
        label=_("Why nobody writes to this person"),
        max_length=200,
        help_text=_("For example: in mourning, or the number belongs to somebody else now."),
    )
    until = forms.DateField(
        label=_("Last day of the pause"),
        required=False,
        help_text=_("Empty: until somebody ends it."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until is not None and until < self.today:
            raise ValidationError(_("This day is over. Choose today or a later one."))
        return until

    def clean_reason(self) -> str:
        return " ".join(self.cleaned_data["reason"].split())
