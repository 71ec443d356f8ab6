"""What the province types: texts, why they change, and when reminders go."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.notifications import editing, texts, timing
from okoce.notifications.enums import Channel, TemplateState
from okoce.notifications.kinds import Kind
from okoce.notifications.registering import SET_BY_HAND
from okoce.ui import forms

# Whole words in both languages: "7h" would be seven days to one reader and seven hours to another.
UNITS = {
    "hari": 1440, "jam": 60, "menit": 1,
    "day": 1440, "days": 1440, "hour": 60, "hours": 60, "minute": 1, "minutes": 1,
}  # fmt: skip


class ReasonForm(forms.Form):
    """Why something changes; ``based_on`` is the version that the page showed."""

    reason = forms.CharField(
        label=gettext_lazy("Why do you change it?"),
        max_length=200,
        help_text=gettext_lazy("Colleagues read it in the history of the text."),
    )
    based_on = forms.IntegerField(min_value=0, widget=forms.HiddenInput())


class TextForm(ReasonForm):
    """A text with gaps, checked against its kind before it is kept."""

    subject = forms.CharField(label=gettext_lazy("Subject line"), max_length=editing.LONGEST_SUBJECT)
    body = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=10000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": "12", "spellcheck": "true"}),
    )

    field_order = ("subject", "body", "reason", "based_on")

    def __init__(
        self, *args: Any, kind: Kind, channel: str, language: str, saves: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.channel, self.language = kind, channel, language
        self.fields["body"].widget.attrs["lang"] = language
        if channel == texts.LINE:
            self.fields["body"].widget.attrs["rows"] = "4"
        if channel != Channel.EMAIL:
            del self.fields["subject"]
        else:
            self.fields["subject"].widget.attrs["lang"] = language
        if not saves:
            self.fields["reason"].required = False

    def clean_subject(self) -> str:
        return " ".join(str(self.cleaned_data["subject"]).split())

    def clean_body(self) -> str:
        """Line ends of the browser become ours; blanks at the ends of lines go."""
        text = str(self.cleaned_data["body"]).replace("\r\n", "\n").replace("\t", " ")
        return "\n".join(line.rstrip() for line in text.split("\n")).strip()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "body" not in cleaned or ("subject" in self.fields and "subject" not in cleaned):
            return cleaned
        problems = editing.problems_of(
            self.kind, self.channel, language=self.language, subject=cleaned.get("subject", ""),
            body=cleaned["body"],
        )  # fmt: skip
        for field, words in problems.items():
            self.add_error(field, words)
        return cleaned


class TimesForm(ReasonForm):
    """Times before an occasion, typed as 7 days, 1 day, 2 hours."""

    times = forms.CharField(
        label=gettext_lazy("How long before"),
        max_length=100,
        required=False,
        help_text=gettext_lazy(
            "With days, hours or minutes, for example: 7 days, 1 day, 2 hours. Empty: it is not sent."
        ),
    )

    field_order = ("times", "reason", "based_on")

    def clean_times(self) -> list[timedelta]:
        typed = str(self.cleaned_data["times"]).lower().replace(";", ",")
        found = []
        for piece in filter(None, (one.strip() for one in typed.split(","))):
            read = re.fullmatch(r"([0-9]{1,5})\s*([a-z]+)", piece)
            if read is None or read[2] not in UNITS:
                raise ValidationError(
                    _("“%(piece)s” is no time. Write it like 1 day or 2 hours.") % {"piece": piece}
                )
            found.append(timedelta(minutes=int(read[1]) * UNITS[read[2]]))
        if problems := timing.problems_of(found):
            raise ValidationError(problems)
        return found


class TemplateStateForm(forms.Form):
    """What WhatsApp Manager says about a registered text."""

    state = forms.TypedChoiceField(
        label=gettext_lazy("State in WhatsApp Manager"),
        choices=[(state.value, state.label) for state in SET_BY_HAND],
        coerce=TemplateState,
        widget=forms.RadioSelect(),
    )
    reason = forms.CharField(label=gettext_lazy("Reason that WhatsApp gives"), max_length=200, required=False)
