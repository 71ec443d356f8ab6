"""Between which moments data were open to somebody who should not have had them, and to whom."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.accounts.models import User
from okoce.ui import forms
from participants.affected import account_named

LONGEST = timedelta(days=400)


class BreachForm(forms.Form):
    since_day = forms.DateField(label=gettext_lazy("From which day?"))
    since_time = forms.TimeField(label=gettext_lazy("From what time?"))
    until_day = forms.DateField(label=gettext_lazy("Until which day?"))
    until_time = forms.TimeField(label=gettext_lazy("Until what time?"))
    officer = forms.CharField(
        label=gettext_lazy("Only one account (user name)"),
        required=False,
        max_length=150,
        help_text=gettext_lazy("If it is known whose account or computer it was. Empty: everybody"),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        self.now = timezone.localtime(now)
        day_before = self.now - timedelta(days=1)
        kwargs.setdefault(
            "initial",
            {
                "since_day": day_before.date(),
                "since_time": day_before.strftime("%H:%M"),
                "until_day": self.now.date(),
                "until_time": self.now.strftime("%H:%M"),
            },
        )
        super().__init__(*args, **kwargs)

    def clean_officer(self) -> User | None:
        name = self.cleaned_data["officer"].strip()
        if not name:
            return None
        found = account_named(name)
        if found is None:
            raise ValidationError(_("Nobody has this user name. It stands in the audit trail"))
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        moments = []
        for side in ("since", "until"):
            day, time = data.get(f"{side}_day"), data.get(f"{side}_time")
            if day is None or time is None:
                return data
            moments.append(timezone.make_aware(datetime.combine(day, time)))
        data["since"], data["until"] = moments
        if data["until"] <= data["since"]:
            self.add_error("until_day", _("The end has to be after the beginning"))
        elif data["until"] - data["since"] > LONGEST:
            self.add_error("since_day", _("Choose at most 400 days"))
        return data
